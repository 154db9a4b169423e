"""Cheats that play in the simulated world stay below an honest, slow, unfinished response."""

from __future__ import annotations

import functools

import pytest

from tests.simulator.stages import whole_catalogue
from tests.zoo.keepers import BASELINE, CHEATS, ROBOT, TRICKS, Held, held

DRILLS = ("amount-unit-change", "friday-forenoon", "friday-late-lunch")
"""One a service; ``make soak`` plays them all, with five seeds."""
RHYTHM = 1.0
"""An update every minute may earn the point for the rhythm of updates, where the runbook's own way does not."""


@functools.cache
def zoo(drill: str) -> Held:
    (found,) = held(whole_catalogue(), drill, (1,))
    return found


@pytest.mark.parametrize("drill", DRILLS)
def test_every_cheat_is_worth_less_than_the_honest_baseline(drill: str) -> None:
    """The robot at three times its minutes without its last remedy beats every way to trick the score."""
    one = zoo(drill)

    assert one.above(CHEATS, one.totals[BASELINE]) == []
    assert one.totals[BASELINE] < one.totals[ROBOT]


@pytest.mark.parametrize("drill", DRILLS)
def test_what_is_done_besides_gains_nothing(drill: str) -> None:
    """Orders sent twice and updates every minute are worth no more than the robot alone."""
    one = zoo(drill)

    assert one.above(TRICKS, one.totals[ROBOT] + RHYTHM + 0.01) == []
