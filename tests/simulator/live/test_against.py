"""``drill arm`` says what it allows before it allows it; ``drill run --live`` does no more, and says why not."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from click.testing import CliRunner, Result

from generator import entry
from generator.crash import write_log
from generator.model import Catalogue, Deployment, Drill, Live, MetricsSource
from simulator.cli import against, arming
from simulator.cli import drill as command
from simulator.live import drive, runs
from simulator.live.deployed import Deployed
from simulator.live.lease import Stop
from tests.simulator.stages import whole_catalogue

DRILL, QUIET = "distance-in-kilometres", "a-quiet-hour"
WHERE = ("--environment", "staging")


@functools.cache
def _catalogue(
    kind: str = "observer", path: str = "/invocations", factor: float = 1.609, per_s: float | None = None
) -> Catalogue:
    """The shipped catalogue, with a drill in which nothing happens, and another deployment."""
    whole = whole_catalogue()
    metrics = MetricsSource("observer") if kind == "observer" else MetricsSource("exposition", "http://a/m")

    def there(one: Deployment) -> Deployment:
        return replace(one, metrics=metrics, path=path)

    services = tuple(
        replace(
            one,
            deployments=tuple(
                again
                for known in map(there, one.deployments)
                for again in (known, replace(known, environment="production"))
            ),
        )
        for one in whole.services
    )

    def quiet(one: Drill) -> Drill:
        return replace(one, id=QUIET, faults=())

    def stronger(one: Drill) -> Drill:
        faults = tuple(replace(fault, with_={**fault.with_, "factor": factor}) for fault in one.faults)
        return replace(one, faults=faults, live=Live(24.0, per_s))

    drills = tuple(stronger(one) if one.id == DRILL else one for one in whole.drills)
    return replace(whole, services=services, drills=(*drills, quiet(whole.drill(DRILL))))


Given: TypeAlias = Callable[..., None]


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Given:
    """Sets what the sources say. Nothing of the machine's own state is touched."""
    monkeypatch.setenv(runs.STATE_VARIABLE, str(tmp_path / "state"))
    monkeypatch.delenv("DRILLBOOK_ARM", raising=False)
    monkeypatch.setattr(arming, "SEEDS", range(1))

    def says(**changed: Any) -> None:
        monkeypatch.setattr(entry, "_from_sources", lambda *_, **__: _catalogue(**changed))

    says()
    return says


def _arm(*options: str, name: str = DRILL) -> Result:
    found = CliRunner().invoke(command, ["arm", name, *options])
    assert not isinstance(found.exception, (ValueError, TypeError, AssertionError)), found.exc_info
    return found


def _token(*options: str, name: str = DRILL) -> str:
    found = _arm(*WHERE, "--json", *options, name=name)
    token: str = json.loads(found.stdout)["token"]
    return token


def _run(folder: Path, *options: str, name: str = DRILL) -> Result:
    words = ["run", name, "--live", "--responder", "robot", "--out", str(folder)]
    return CliRunner().invoke(command, [*words, *options])


def _message(found: Result) -> str:
    return " ".join(found.output.split())


class Played:
    """In the place of a live drill: keeps the venue, and begins in it if it is to."""

    def __init__(self, *, begins: bool = False) -> None:
        self.venues: list[Any] = []
        self._begins = begins

    def __call__(self, catalogue: Catalogue, drill: str, seed: int, *, venue: Any, **rest: Any) -> Any:
        self.venues.append(venue)
        if self._begins:
            venue.begin()
        raise drive.NotPlayableError("it did not come up")


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Played:
    found = Played(begins=True)
    monkeypatch.setattr(drive, "play_live", found)
    return found


# --- drill arm ------------------------------------------------------------------------------------


def test_it_says_all_that_it_allows_before_it_prints_the_token(given: Given) -> None:
    """The token alone is on standard output, for a variable."""
    found = _arm(*WHERE, "--allow", "deploy")

    assert found.exit_code == 0
    assert found.stdout.startswith("drillbook1.")
    assert len(found.stdout.split()) == 1
    for told in (
        "https://staging.example.com:443",
        "up to 100% of the requests to /invocations",
        "requests a second to /invocations",
        "effects: scale",
        "fields: distance_miles",
        "https://staging.example.com/flags/delay-distance",
        "default: on",
        "end by themselves when, over 10 s, more than 50% of the requests fail or their 99th percentile is above 5 s",
    ):
        assert told in " ".join(found.stderr.split())


def test_it_says_how_many_requests_a_second_come(given: Given) -> None:
    """An hour in two and a half minutes is as much traffic as in an hour."""
    service = whole_catalogue().service("delay-predictor")
    traffic = service.profile.traffic
    peak = traffic.requests_per_s * (1 + traffic.daily_swing) * 24

    told = _message(_arm(*WHERE))
    assert (
        f"up to {peak:.0f} requests a second to /invocations, when its hour passes 24 times as fast" in told
    )
    assert f"{peak / 6:.0f} as people play it, 4 times as fast" in told
    assert "`requests_per_s` under `live` in the drill's file makes it less" in told

    given(per_s=30.0)
    assert "up to 30 requests a second to /invocations, at any speed" in _message(_arm(*WHERE))


@pytest.mark.parametrize(("kind", "least"), [("observer", 60 / 4), ("exposition", 60.0)])
def test_a_token_lasts_as_long_as_people_need(kind: str, least: float, given: Given) -> None:
    """They play more slowly than the drill's file allows; metrics of others take the time that they take."""
    given(kind=kind)
    found = json.loads(_arm(*WHERE, "--json").stdout)
    now = time.time()

    assert (found["cap"]["until"] - now) / 60 > least + 1


def test_a_drill_without_faults_is_armed_for_none(given: Given) -> None:
    """Its cap names no effect, and no effect named would be all."""
    for options in ((), ("--share", "0.5")):
        found = json.loads(_arm(*WHERE, "--json", *options, name=QUIET).stdout)
        assert found["cap"]["share"] == 0


def test_what_cannot_be_turned_stands_apart_with_what_to_do(given: Given) -> None:
    """Whoever signs sees that half of the runbook's controls would do nothing."""
    told = _arm(*WHERE, "--allow", "/nonexistent/deploy").stderr
    able, unable = told.split("Cannot be turned (4), as things stand:")

    assert "REFUSED" not in told
    assert "distance-toggle to off" in able
    assert "model-version: there is no program 'deploy': name one of PATH, or its whole path" in unable
    assert (
        "capacity: the binding needs the label 'region' of the alert, and there is none: give it by" in unable
    )
    assert "--label region=VALUE" in unable
    assert "NOTE: --allow /nonexistent/deploy: there is no program '/nonexistent/deploy'" in unable


def test_what_is_allowed_and_given_can_be_turned(
    given: Given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the drill would be started."""
    for name in ("deploy", "scale", "train"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    allowed = [word for name in ("deploy", "scale", "train") for word in ("--allow", name)]
    found = json.loads(_arm(*WHERE, "--json", *allowed, "--label", "region=us-east-1").stdout)

    assert (found["cannot_be_turned"], found["notes"]) == ({}, [])
    without = json.loads(_arm(*WHERE, "--json", *allowed).stdout)["cannot_be_turned"]
    assert list(without) == ["capacity"]
    assert "may not be run" in json.loads(_arm(*WHERE, "--json").stdout)["cannot_be_turned"]["retrain"]


def test_a_target_that_moved_says_what_stayed_behind(given: Given) -> None:
    """The requests go to one machine, and the controls are turned at another."""
    moved = "controls are turned at staging.example.com, which is not the target 10.0.0.5"

    assert moved in _message(_arm(*WHERE, "--target", "http://10.0.0.5"))
    assert "which is not the target" not in _message(_arm(*WHERE))
    given(kind="exposition")
    assert "metrics are read at a, which is not" in _message(_arm(*WHERE, "--target", "http://10.0.0.5"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--environment", "moon"), "says nothing of where it runs in 'moon'"),
        (("--environment", "moon"), "add `deployments` to runbooks/services/delay-predictor.yaml"),
        (("--environment", "sandbox"), f"'sandbox' is ours, and needs no token: drill run {DRILL} --live"),
        ((*WHERE, "--target", "http://h:8600/invocations"), "did you mean http://h:8600?"),
        ((*WHERE, "--target", "http://h:8600/a/invocations/"), "did you mean http://h:8600/a?"),
        ((*WHERE, "--target", "ftp://a:21"), "Invalid value for --target"),
        ((*WHERE, "--target", "http://me:secret@a"), "neither a password"),
        ((*WHERE, "--target", "staging"), "begins with http"),
        ((*WHERE, "--minutes", "0"), "--minutes"),
        ((*WHERE, "--share", "0"), "--share"),
        ((), "Missing option '--environment'"),
    ],
)
def test_what_cannot_be_armed_is_wrong_usage(options: Sequence[str], message: str, given: Given) -> None:
    found = _arm(*options)

    assert found.exit_code == 2
    assert message in _message(found)
    assert "drillbook1." not in found.output


# --- drill run ------------------------------------------------------------------------------------


def test_a_drill_that_is_not_armed_says_how_to_arm_it(given: Given, tmp_path: Path, played: Played) -> None:
    found = _run(tmp_path / "run", *WHERE)

    assert found.exit_code == 2
    assert f"has to be armed: drill arm {DRILL} --environment staging" in _message(found)
    assert not played.venues


def test_what_was_armed_is_played_within_its_cap(given: Given, tmp_path: Path, played: Played) -> None:
    token = _token("--share", "0.25")
    _run(tmp_path / "run", *WHERE, "--arm", token, "--allow", "deploy")
    (venue,) = played.venues

    assert isinstance(venue, Deployed)
    assert (venue.cap.share, venue.cap.effects, venue.cap.fields) == (0.25, ("scale",), ("distance_miles",))
    assert venue.cap.until is not None
    assert (venue.target, venue.allowed) == ("https://staging.example.com:443", ("deploy",))
    assert token not in repr(venue)


def test_no_more_requests_are_sent_than_the_token_says(given: Given, tmp_path: Path, played: Played) -> None:
    """Whatever the speed: the load takes it as its limit."""
    armed = json.loads(_arm(*WHERE, "--json").stdout)
    _run(tmp_path / "run", *WHERE, "--arm", armed["token"])
    (venue,) = played.venues

    assert venue.live.requests_per_s == armed["cap"]["requests_per_s"]


def test_what_a_token_allows_stops_by_itself(given: Given, tmp_path: Path, played: Played) -> None:
    """The stop condition is signed, and the proxy is told of it."""
    _run(tmp_path / "run", *WHERE, "--arm", _token())
    (venue,) = played.venues

    assert venue.cap.stop == Stop(error_ratio=0.5, p99_ms=5_000.0)


@pytest.mark.parametrize("by", ["option", "variable"])
def test_an_empty_token_asks_whether_arming_failed(
    by: str, given: Given, tmp_path: Path, played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`export DRILLBOOK_ARM=$(drill arm ...)` hides that it did."""
    if by == "variable":
        monkeypatch.setenv("DRILLBOOK_ARM", "")
    found = _run(tmp_path / "run", *WHERE, *(("--arm", "") if by == "option" else ()))

    assert "the token is empty: did 'drill arm' fail?" in _message(found)
    assert not played.venues


def test_a_token_is_good_for_one_drill_that_begins(given: Given, tmp_path: Path, played: Played) -> None:
    """Two that were started with it at once: the second one never begins."""
    token = _token()
    first = _run(tmp_path / "first", *WHERE, "--arm", token)
    second = _run(tmp_path / "second", *WHERE, "--arm", token)

    assert "it did not come up" in _message(first)
    assert "armed a run already" in _message(second)
    assert "Invalid value for --arm" in _message(second)


def test_what_cannot_begin_uses_no_token_up(
    given: Given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever mistyped something does not have to ask for another one."""
    token = _token()
    never = Played()
    monkeypatch.setattr(drive, "play_live", never)
    for number in range(2):
        found = _run(tmp_path / f"{number}", *WHERE, "--arm", token)
        assert "it did not come up" in _message(found)
    assert len(never.venues) == 2


@pytest.mark.parametrize(
    ("options", "changed", "name", "message"),
    [
        (("--target", "http://127.0.0.1:9"), {}, DRILL, "for another target"),
        ((), {}, QUIET, f"for another drill: '{DRILL}'"),
        ((), {"path": "/other"}, DRILL, "says something else than when the token was made"),
        ((), {"factor": 1609.0}, DRILL, "says something else than when the token was made"),
        ((), {"per_s": 5000.0}, DRILL, "says something else than when the token was made"),
        (("--target", "ftp://a:21"), {}, DRILL, "Invalid value for --target"),
        (("--label", "region"), {}, DRILL, "is not NAME=VALUE"),
    ],
)
def test_a_token_is_for_what_was_read_when_it_was_made(
    options: Sequence[str],
    changed: dict[str, Any],
    name: str,
    message: str,
    given: Given,
    tmp_path: Path,
    played: Played,
) -> None:
    token = _token()
    given(**changed)
    found = _run(tmp_path / "run", *WHERE, "--arm", token, *options, name=name)

    assert found.exit_code == 2
    assert message in _message(found)
    assert token not in found.output
    assert not played.venues


def test_a_token_for_one_environment_turns_nothing_in_another(
    given: Given, tmp_path: Path, played: Played
) -> None:
    """Even where both are said to have the same target."""
    options = ("--target", "https://staging.example.com")
    token = _token(*options)
    found = _run(tmp_path / "run", "--environment", "production", "--arm", token, *options)

    assert "for another environment: 'staging', not 'production'" in _message(found)
    assert not played.venues


def test_a_token_that_expires_before_the_drill_is_over_is_refused(
    given: Given, tmp_path: Path, played: Played
) -> None:
    """Its faults would end, and the team would be judged by what never was."""
    token = _token("--minutes", "2")
    found = _run(tmp_path / "run", *WHERE, "--arm", token, "--speed", "4")

    assert "the drill takes 15 minutes, and the token expires in 2: make one that lasts" in _message(found)
    assert not played.venues


def test_the_variable_does_as_the_option(
    given: Given, tmp_path: Path, played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command line is seen by everybody on the machine."""
    monkeypatch.setenv("DRILLBOOK_ARM", _token())
    _run(tmp_path / "run", *WHERE)

    assert played.venues


def test_a_token_is_in_nothing_that_is_printed_of_it() -> None:
    found = against.Against("staging", None, "drillbook1.abc.def", (), ())

    assert "drillbook1" not in repr(found)


def test_a_token_is_in_no_report_of_a_bug() -> None:
    """Whoever reports one sends us the command line."""
    log = write_log("drill", ["run", DRILL, "--arm", "drillbook1.abc_-d.ef0"], ValueError("drillbook1.abc.d"))
    said = log.read_text(encoding="utf-8")
    log.unlink()

    assert "--arm [token]" in said
    assert "drillbook1" not in said
