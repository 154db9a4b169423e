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
from generator.model import Catalogue, Deployment, Drill, MetricsSource
from simulator.cli import against
from simulator.cli import drill as command
from simulator.live import drive, runs
from simulator.live.deployed import Deployed
from tests.simulator.stages import whole_catalogue

DRILL, QUIET = "distance-in-kilometres", "a-quiet-hour"
WHERE = ("--environment", "staging")


@functools.cache
def _catalogue(kind: str = "observer", path: str = "/invocations") -> Catalogue:
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

    drills = (*whole.drills, quiet(whole.drill(DRILL)))
    return replace(whole, services=services, drills=drills)


Given: TypeAlias = Callable[..., None]


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Given:
    """Sets what the sources say. Nothing of the machine's own state is touched."""
    monkeypatch.setenv(runs.STATE_VARIABLE, str(tmp_path / "state"))
    monkeypatch.delenv("DRILLBOOK_ARM", raising=False)
    monkeypatch.setattr(against, "SEEDS", range(1))

    def says(**changed: str) -> None:
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
    ):
        assert told in " ".join(found.stderr.split())


def test_it_says_how_many_requests_a_second_come(given: Given) -> None:
    """An hour in two and a half minutes is as much traffic as in an hour."""
    service = whole_catalogue().service("delay-predictor")
    traffic = service.profile.traffic
    peak = traffic.requests_per_s * (1 + traffic.daily_swing) * 24

    assert f"up to {peak:.0f} requests a second" in _message(_arm(*WHERE))


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


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--environment", "moon"), "says nothing of where it runs in 'moon'"),
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
        ((), {"path": "/other"}, DRILL, "says something else of that environment"),
        (("--target", "ftp://a:21"), {}, DRILL, "Invalid value for --target"),
        (("--label", "region"), {}, DRILL, "is not NAME=VALUE"),
    ],
)
def test_a_token_is_for_what_was_read_when_it_was_made(
    options: Sequence[str],
    changed: dict[str, str],
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
