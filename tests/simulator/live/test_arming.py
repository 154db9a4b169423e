"""A token arms one run of one drill against one target, within a cap, for a time, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.model import Binding, Drill, Live, Service
from simulator.live.arming import ArmError, arm, key, read, scope_of, spend
from simulator.live.lease import Cap
from tests.simulator.stages import whole_catalogue


class Where(TypedDict):
    """What a token is for besides its target."""

    environment: str
    scope: str


KEY, OTHER = b"k" * 32, b"o" * 32
TARGET, DRILL, NOW = "http://models.example:8080/scorer", "some-drill", 1_000_000.0
WHERE = Where(environment="staging", scope="s" * 64)
CAP = Cap(share=0.25, effects=("delay", "shift"), fields=("weather-feed.wind_mph",))
TOKEN = arm(TARGET, DRILL, CAP, **WHERE, requests_per_s=30.0, minutes=30, key=KEY, now=NOW)


def service_there() -> Service:
    return whole_catalogue().service("delay-predictor")


def test_it_says_what_was_allowed() -> None:
    """Cap, target, drill, rate and expiry come back as they were put in."""
    armed = read(
        TOKEN, **WHERE, target="HTTP://Models.Example:8080/scorer/", drill=DRILL, key=KEY, now=NOW + 60
    )

    assert (armed.cap.share, armed.cap.effects, armed.cap.fields) == (0.25, CAP.effects, CAP.fields)
    assert armed.cap.until == NOW + 1800
    assert (armed.target, armed.drill, armed.requests_per_s) == (TARGET, DRILL, 30.0)


@pytest.mark.parametrize(
    ("target", "drill", "key_", "now", "message"),
    [
        (TARGET, DRILL, KEY, NOW + 1800, "has expired"),
        (TARGET, DRILL, KEY, NOW - 3600, "set the clock"),
        (
            "http://models.example:8081/scorer",
            DRILL,
            KEY,
            NOW,
            "for another target: http://models.example:8080",
        ),
        ("https://models.example:8080/scorer", DRILL, KEY, NOW, "for another target"),
        (TARGET, "other-drill", KEY, NOW, "for another drill: 'some-drill', not 'other-drill'"),
        (TARGET, DRILL, OTHER, NOW, "another machine's key"),
    ],
)
def test_it_is_for_nothing_else(target: str, drill: str, key_: bytes, now: float, message: str) -> None:
    """Each reason has its own sentence."""
    with pytest.raises(ArmError, match=message):
        read(TOKEN, **WHERE, target=target, drill=drill, key=key_, now=now)


def test_it_is_for_one_environment_as_its_file_was() -> None:
    """Two may have one target; and who changes a binding afterwards has nobody's word for it."""
    for where, message in (
        (
            Where(environment="production", scope=WHERE["scope"]),
            "for another environment: 'staging', not 'production'",
        ),
        (Where(environment="staging", scope="t" * 64), "says something else than when"),
    ):
        with pytest.raises(ArmError, match=message):
            read(TOKEN, **where, target=TARGET, drill=DRILL, key=KEY, now=NOW)


def test_the_scope_changes_with_all_that_a_drill_does_there() -> None:
    """Whom it asks, which settings there are, and how they are turned; not with what it does elsewhere."""
    service, whole = service_there(), whole_catalogue()
    deployment = service.deployment("staging")
    assert deployment is not None
    drill, panel = whole.drill("distance-in-kilometres"), whole.panels[service.id]
    scope = scope_of(service, deployment, drill, panel)

    def turned_by(environment: str) -> Service:
        other = Binding(environment, command=("other", "{{ value }}"))
        controls = tuple(replace(one, bindings=(*one.bindings, other)) for one in service.controls)
        return replace(service, controls=controls)

    assert scope_of(service, deployment, drill, panel) == scope
    assert scope_of(turned_by("elsewhere"), deployment, drill, panel) == scope
    assert scope_of(turned_by("staging"), deployment, drill, panel) != scope
    assert scope_of(service, replace(deployment, path="/other"), drill, panel) != scope


def test_the_scope_changes_with_the_drill_and_its_traffic() -> None:
    """How much a fault does, how many requests come, and what stands in them."""
    service, whole = service_there(), whole_catalogue()
    deployment = service.deployment("staging")
    assert deployment is not None
    drill, panel = whole.drill("distance-in-kilometres"), whole.panels[service.id]
    (fault,) = drill.faults

    def stronger(with_: dict[str, object]) -> Drill:
        return replace(drill, faults=(replace(fault, with_={**fault.with_, **with_}),))

    busier = replace(service.profile, traffic=replace(service.profile.traffic, requests_per_s=9000.0))
    columns = {name: tuple(2 * value for value in column) for name, column in panel.columns.items()}
    scopes = {
        scope_of(service, deployment, drill, panel),
        scope_of(service, deployment, stronger({"factor": 1609.0}), panel),
        scope_of(service, deployment, replace(drill, live=Live(24.0, 5000.0)), panel),
        scope_of(service, deployment, replace(drill, noise=drill.faults), panel),
        scope_of(replace(service, profile=busier), deployment, drill, panel),
        scope_of(service, deployment, drill, replace(panel, columns=columns)),
    }
    assert len(scopes) == 6


@pytest.mark.parametrize("token", ["", " \n"])
def test_an_empty_token_is_what_is_left_of_one_that_was_not_made(token: str) -> None:
    with pytest.raises(ArmError, match="the token is empty: did 'drill arm' fail"):
        read(token, **WHERE, target=TARGET, drill=DRILL, key=KEY, now=NOW)


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="ascii", categories=["L", "N", "P"]))
def test_no_letter_of_it_can_be_changed(place: int, letter: str) -> None:
    """A signature covers all of it, and there is one way to write it."""
    changed = TOKEN[:place] + letter + TOKEN[place + 1 :]
    if changed == TOKEN:
        return
    with pytest.raises(ArmError):
        read(changed, **WHERE, target=TARGET, drill=DRILL, key=KEY, now=NOW)


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(lambda raw: f"drillbook1.{raw.hex()}.x")))
def test_what_is_no_token_is_a_clear_error(text: str) -> None:
    """Whatever somebody hands in, there is a sentence and no traceback."""
    with pytest.raises(ArmError):
        read(text, **WHERE, target=TARGET, drill=DRILL, key=KEY, now=NOW)


@pytest.mark.parametrize("length", [5, 20, 60, len(TOKEN) - 1])
def test_a_torn_one_says_so(length: int) -> None:
    """A token is long, and is copied by hand."""
    with pytest.raises(ArmError, match=r"torn|no token"):
        read(TOKEN[:length], **WHERE, target=TARGET, drill=DRILL, key=KEY, now=NOW)


@pytest.mark.parametrize("payload", [b"[]", b"{}", b"[" * 9000, b"\xff", b'{"cap": 1}'])
def test_even_a_signed_one_is_read_with_care(payload: bytes) -> None:
    """Another version of ours may have signed something else."""

    def coded(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).decode().rstrip("=")

    signature = hmac.new(KEY, b"drillbook1." + payload, hashlib.sha256).digest()
    with pytest.raises(ArmError):
        read(
            f"drillbook1.{coded(payload)}.{coded(signature)}",
            **WHERE,
            target=TARGET,
            drill=DRILL,
            key=KEY,
            now=NOW,
        )


def test_the_cap_of_a_token_is_not_widened_by_its_minutes() -> None:
    """Whichever ends first."""
    token = arm(TARGET, DRILL, Cap(until=NOW + 5), **WHERE, requests_per_s=30.0, minutes=30, key=KEY, now=NOW)

    with pytest.raises(ArmError, match="expired"):
        read(token, **WHERE, target=TARGET, drill=DRILL, key=KEY, now=NOW + 6)


@pytest.mark.parametrize(
    ("target", "cap", "minutes", "message"),
    [
        (TARGET, CAP, 0, "minutes"),
        (TARGET, CAP, float("nan"), "minutes"),
        (TARGET, CAP, 10_000, "1440 minutes"),
        (TARGET, Cap(share=-0.1), 5, "share"),
        (TARGET, Cap(share=1.5), 5, "share"),
        ("models.example:80", CAP, 5, "begins with http"),
        ("ftp://models.example", CAP, 5, "begins with http"),
        ("ftp://models.example:21", CAP, 5, "begins with http"),
        ("http://models.example\n.evil", CAP, 5, "holds spaces"),
        ("http://mödels.example", CAP, 5, "foreign letters"),
        ("http://me:secret@models.example", CAP, 5, "neither a password"),
        ("http://models.example:x", CAP, 5, "no address"),
    ],
)
def test_what_cannot_be_armed_is_refused(target: str, cap: Cap, minutes: float, message: str) -> None:
    """Nothing without an end, without a share, or without a place."""
    with pytest.raises(ArmError, match=message):
        arm(target, DRILL, cap, **WHERE, requests_per_s=30.0, minutes=minutes, key=KEY, now=NOW)


def test_it_arms_one_run(tmp_path: Path) -> None:
    """A second use is refused, as the first was put down."""
    armed = read(TOKEN, **WHERE, target=TARGET, drill=DRILL, key=KEY, now=NOW)
    spend(armed, folder=tmp_path, now=NOW)

    with pytest.raises(ArmError, match="armed a run already"):
        spend(armed, folder=tmp_path, now=NOW)
    other = read(
        arm(TARGET, DRILL, CAP, **WHERE, requests_per_s=30.0, minutes=1, key=KEY, now=NOW),
        **WHERE,
        target=TARGET,
        drill=DRILL,
        key=KEY,
        now=NOW,
    )
    spend(other, folder=tmp_path, now=NOW)


def test_one_that_expires_while_a_drill_starts_arms_nothing(tmp_path: Path) -> None:
    """It was in force when it was read."""
    armed = read(TOKEN, **WHERE, target=TARGET, drill=DRILL, key=KEY, now=NOW)

    with pytest.raises(ArmError, match="has expired"):
        spend(armed, folder=tmp_path, now=NOW + 1800)


def test_one_that_cannot_be_put_down_arms_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk would let it be used twice."""

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ArmError, match="No space left"):
        spend(read(TOKEN, **WHERE, target=TARGET, drill=DRILL, key=KEY, now=NOW), folder=tmp_path, now=NOW)


def test_numbers_of_tokens_that_expired_long_ago_are_forgotten(tmp_path: Path) -> None:
    """Nobody could use those again."""
    spend(read(TOKEN, **WHERE, target=TARGET, drill=DRILL, key=KEY, now=NOW), folder=tmp_path, now=NOW)
    later = NOW + 7 * 86_400
    token = arm(TARGET, DRILL, CAP, **WHERE, requests_per_s=30.0, minutes=1, key=KEY, now=later)
    armed = read(token, **WHERE, target=TARGET, drill=DRILL, key=KEY, now=later)

    spend(armed, folder=tmp_path, now=later)

    assert [path.name for path in (tmp_path / "armed").iterdir()] == [armed.nonce]


def test_the_key_is_made_once_for_this_user_alone(tmp_path: Path) -> None:
    """And stays what it is."""
    made = key(tmp_path)

    assert key(tmp_path) == made
    assert (tmp_path / "arming.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["arming.key"]


@pytest.mark.parametrize(
    ("mode", "content", "message"), [(0o644, b"k" * 32, "by others"), (0o600, b"k", "torn")]
)
def test_a_key_that_cannot_be_trusted_is_refused(
    mode: int, content: bytes, message: str, tmp_path: Path
) -> None:
    """Others could sign with it, or with half of it."""
    path = tmp_path / "arming.key"
    path.write_bytes(content)
    path.chmod(mode)

    with pytest.raises(ArmError, match=message):
        key(tmp_path)


def test_it_does_not_hold_the_key() -> None:
    """A token travels by chat."""
    payload = TOKEN.split(".")[1]
    said = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))

    assert KEY.decode() not in json.dumps(said)
    assert len(said["key"]) == 16
