"""A drill in front of a real service, from its first request to its score; and nothing of it is left behind."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import pytest
from click.testing import CliRunner

from generator.model import Catalogue, Drill, Live, Span
from simulator.cli import drill as command
from simulator.events import (
    AlertChanged,
    ControlTookEffect,
    Inspected,
    Observed,
    Record,
    Recorder,
    Revealed,
    Started,
    verify,
)
from simulator.live import runs
from simulator.live.drive import NotPlayableError, play_live
from simulator.scoring import score
from simulator.session.opening import plans_of
from simulator.session.stage import set_up
from tests.simulator.stages import payloads, whole_catalogue

DRILL, MEAN = "distance-in-kilometres", "distance-mean"
HEALTHY_MILES = (850.0, 1250.0)


@functools.cache
def _short() -> Catalogue:
    """Twenty minutes of the drill in twenty seconds, with a tenth of its traffic."""
    whole = whole_catalogue()

    def cut(drill: Drill) -> Drill:
        faults = tuple(replace(fault, onset_minutes=Span(3.0, 3.0)) for fault in drill.faults)
        return replace(drill, horizon_minutes=20.0, faults=faults, live=Live(60.0, 80.0))

    return replace(whole, drills=tuple(cut(one) if one.id == DRILL else one for one in whole.drills))


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def record(state: Path) -> Record:
    """The robot's live drill, played once for all that is asserted of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(runs.STATE_VARIABLE, str(state))
        recorder = Recorder()
        return play_live(_short(), DRILL, 7, who="robot", recorder=recorder, screen=_nobody)


def _nobody(speed: float | None) -> object:  # pragma: no cover
    raise AssertionError("no people are asked for")


def test_real_requests_show_the_fault(record: Record) -> None:
    """The mean distance is healthy before it begins, and in kilometres afterwards, by the target's own metrics."""
    shown = [(event.minutes, payload.signals[MEAN]) for event, payload in record.of(Observed)]
    before = [value for minute, value in shown if minute <= 2.5 and value is not None]
    after = [value for minute, value in shown if minute >= 5 and value is not None]

    assert HEALTHY_MILES[0] < fmean(before) < HEALTHY_MILES[1]
    assert fmean(after) / fmean(before) == pytest.approx(1.609, rel=0.15)


def test_the_exported_rule_fires_and_the_robot_turns_a_real_control(record: Record) -> None:
    fired = [alert.signal for alert in payloads(record, AlertChanged) if alert.state == "firing"]
    assert MEAN in fired
    assert payloads(record, ControlTookEffect)


def test_the_harm_is_measured_on_the_requests_themselves(record: Record) -> None:
    """While nothing is wrong hardly anybody is worse off; afterwards many are, about as many as in the twin."""
    (told,) = payloads(record, Revealed)
    curves = told.impact
    early = [share for minute, share in zip(curves.minutes, curves.team, strict=True) if minute < 2.5]
    before_any_control = [
        (measured, twin)
        for minute, measured, twin in zip(curves.minutes, curves.team, curves.none, strict=True)
        if 5 <= minute <= 8
    ]

    assert fmean(early) < 0.05
    measured, twin = (fmean(values) for values in zip(*before_any_control, strict=True))
    assert measured > twin / 2 > 0.05


def test_the_record_holds_and_is_scored_like_any_other(record: Record) -> None:
    assert verify(record) == ()
    assert score(record).scored


def test_the_target_is_as_it_was(record: Record) -> None:
    """What the robot left turned was put back; the record says so before any truth is told."""
    (found,) = payloads(record, Inspected)

    assert (found.verdict, found.differences, found.unmeasured) == ("clean", (), "")
    assert payloads(record, ControlTookEffect)


def test_the_record_says_where_it_was_played(record: Record) -> None:
    """And that the rulers are the twin's; the plans are those of every other environment."""
    (started,), (told,) = payloads(record, Started), payloads(record, Revealed)
    simulated = plans_of(set_up(_short(), DRILL, [7]))

    assert (started.environment, started.compression) == ("sandbox", 60.0)
    assert started.plans == simulated
    assert told.by_twin


def test_nothing_is_left_behind(record: Record, state: Path) -> None:
    """No process of the run, no lease, no token."""
    (folder,) = (state / "live").iterdir()
    run = runs.read(folder)

    assert run.ended is not None
    assert not run.processes
    assert not runs.marked(folder)
    assert not (folder / runs.TOKEN).exists()


def test_a_drill_for_a_table_says_what_to_add() -> None:
    with pytest.raises(
        NotPlayableError, match=r"'saturday-at-noon' is for a table alone.*live: \{compression: 24\}"
    ):
        play_live(whole_catalogue(), "saturday-at-noon", 7, who="robot", recorder=Recorder(), screen=_nobody)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["saturday-at-noon", "--responder", "robot"], "is for a table alone"),
        ([DRILL, "--responder", "oracle"], "knows the truth, and no real service tells it"),
        ([DRILL, "--responder", "robot", "--speed", "25"], "a real service takes its time: from 1 to 24"),
        ([DRILL, "--responder", "robot", "--speed", "max"], "a real service takes its time: from 1 to 24"),
        ([DRILL, "--from", "10"], "a real service has no minutes to skip"),
        ([DRILL, "--target", "http://127.0.0.1:1"], "belongs to --environment"),
        ([DRILL, "--environment", "moon"], "says nothing of where it runs in 'moon'"),
    ],
)
def test_what_cannot_be_played_live_is_wrong_usage(options: list[str], message: str, tmp_path: Path) -> None:
    """Before anything was started, and with what to do."""
    found = CliRunner().invoke(command, ["run", *options, "--live", "--out", str(tmp_path / "run")])

    assert found.exit_code == 2
    assert message in " ".join(found.output.split())
