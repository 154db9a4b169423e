"""A drill that is ended before its time earns nothing for the minutes that nobody played."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.events import Ended, Event, Record
from simulator.report import FORMATS
from simulator.scoring import score
from tests.simulator.stages import QUIET_DRILL, robot_records


def _ended_at(minute: float) -> Record:
    """The quiet drill, left at that minute."""
    (whole,) = robot_records(QUIET_DRILL, (1,))
    played = [event for event in whole.events[:-2] if event.minutes <= minute]
    end = Event(0, 60 * minute, "facilitator", Ended("ended"))
    return Record(tuple(replace(e, seq=seq) for seq, e in enumerate([*played, end, whole.events[-1]])))


@pytest.mark.parametrize(("minute", "total"), [(60, 100), (30, 50), (0.75, 1.25)])
def test_a_quiet_drill_earns_as_much_as_was_played(minute: float, total: float) -> None:
    """Leaving at once is no way to stay calm for an hour."""
    result = score(_ended_at(minute))

    assert result.total == pytest.approx(total)
    assert result.coverage == pytest.approx(minute / 60)


def test_what_was_not_played_is_a_gap_with_its_reason() -> None:
    """The score says what was not evaluated, and why."""
    losses = score(_ended_at(30)).losses

    assert {loss.gap for loss in losses} == {True}
    assert all("the drill was ended 30 min before its time" in loss.why for loss in losses)


def test_a_report_says_first_that_a_drill_was_ended_early() -> None:
    """Whoever reads the verdict knows at once why so little happened."""
    record = _ended_at(30)

    said = " ".join(FORMATS["terminal"](score(record), record).split())
    assert "Ended at 09:50, after 30 min of 1 h. Nothing did harm in this drill, and the team left it" in said
