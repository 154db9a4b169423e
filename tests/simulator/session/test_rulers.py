"""What nobody and the oracle would have made of a drill: the same, however much else is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.session.rulers import harm_minutes, measure
from simulator.session.stage import Stage, set_up
from simulator.world.flow import Floats
from tests.simulator.stages import FAULT_DRILL, whole_catalogue

SEEDS = (0, 1, 2)
DRILLS = (FAULT_DRILL, "quiet-monday", "thursday-noon", "friday-forenoon")


def stage(drill: str) -> Stage:
    return set_up(whole_catalogue(), drill, SEEDS)


def states(played: Stage) -> Floats:
    """Nobody acts, and then each control is turned in its turn, an hour into the drill."""
    idle = np.tile(played.outlooks.defaults, (len(SEEDS), 1))
    turned = []
    for place, knob in enumerate(played.knobs):
        for code in knob.codes:
            codes = idle.copy()
            codes[:, place] = code
            turned.append(played.rows(codes, 45.0))
    return np.concatenate([played.rows(idle, minute) for minute in (0.0, 20.0, 45.0)] + turned)


@pytest.mark.parametrize("drill", DRILLS)
def test_the_impact_of_a_state_is_the_same_when_nothing_else_is_asked_for(drill: str) -> None:
    """Who asks for impacts alone saves the rest, and finds the same."""
    alone, whole = stage(drill), stage(drill)
    rows = states(alone)
    known, places = whole.outlooks.of(rows)

    impact = alone.outlooks.impact(rows)
    assert np.abs(impact - known.impact[places]).max() < 1e-12
    assert np.array_equal(whole.outlooks.impact(rows), known.impact[places])
    assert np.array_equal(alone.outlooks.impact(rows[::-1]), impact[::-1])


@pytest.mark.parametrize("drill", DRILLS)
def test_when_harm_begins_can_be_asked_alone(drill: str) -> None:
    """It is what all rulers together say."""
    assert np.array_equal(harm_minutes(stage(drill)), measure(stage(drill)).harm_minutes, equal_nan=True)
