"""Laws that hold for every kind of fault and control, whatever it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from generator import kinds
from generator.model import Edge, Fault, Span
from simulator import controls, faults
from simulator.session.stage import Stage, set_up
from tests.simulator.stages import FAULT_DRILL, with_drill

AT_FIVE = Span(5, 5)
YOUNGER = {"field": "account_age_days", "shift_sd": -1.5}
SLOW = {"p50_ms": 400, "p99_ms": 1500}
CENTS = {"field": "amount", "factor": 100}
EXAMPLES = {
    "covariate-shift": Fault("x", "covariate-shift", "account-store", AT_FIVE, with_=YOUNGER),
    "tail-latency": Fault("x", "tail-latency", "fraud-model", AT_FIVE, share=0.9, with_=SLOW),
    "unit-change": Fault("x", "unit-change", "payments-feed", AT_FIVE, with_=CENTS),
}


def _stage(fault: Fault, *, without_edge: Edge | None = None) -> Stage:
    changed = with_drill(lambda drill: replace(drill, horizon_minutes=25, faults=(fault,), noise=()))
    return set_up(changed, FAULT_DRILL, (1, 2), without_edge=without_edge)


def _telemetry(stage: Stage) -> np.ndarray:
    world = stage.world()
    for step in range(stage.clockwork.steps + 1):
        world.step(step)
    return world.telemetry.values


def test_declarations_and_modules_are_the_same_sets() -> None:
    """Every declared kind of fault and of control does something, and everything that does is declared."""
    assert set(faults.KINDS) == set(kinds.load("faults")) == set(EXAMPLES)
    assert set(controls.KINDS) == set(kinds.load("controls"))


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_nothing_happens_before_the_onset(kind: str) -> None:
    """Until the fault begins, telemetry is that of the healthy world, byte for byte."""
    late = _stage(replace(EXAMPLES[kind], onset_minutes=Span(15, 15)))
    never = _stage(replace(EXAMPLES[kind], onset_minutes=Span(1e6, 1e6)))
    before = len(late.world().past) + 15 * 4

    np.testing.assert_array_equal(_telemetry(late)[..., :before], _telemetry(never)[..., :before])


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_ending_a_fault_restores_the_world(kind: str) -> None:
    """After its duration the state is the healthy one again."""
    stage = _stage(replace(EXAMPLES[kind], duration_minutes=5))
    idle = np.tile(stage.outlooks.defaults, (2, 1))

    assert np.all(stage.outlooks.impact(stage.rows(idle, 7.0)) > 0)
    assert np.all(stage.outlooks.impact(stage.rows(idle, 11.0)) == 0)


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_a_fault_moves_the_metrics_that_its_declaration_names(kind: str) -> None:
    """At least one series of every named metric differs from the healthy world's."""
    faulty = _stage(EXAMPLES[kind])
    healthy = _stage(replace(EXAMPLES[kind], onset_minutes=Span(1e6, 1e6)))
    before, after = _telemetry(healthy), _telemetry(faulty)
    moved = {
        identity.name
        for row, identity in enumerate(faulty.world().telemetry.identities)
        if not np.array_equal(before[row], after[row], equal_nan=True)
    }

    wanted = kinds.load("faults")[kind].declaration["metrics"]
    assert {name for name in wanted if not any(one.startswith(name) for one in moved)} == set()


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_without_the_edge_there_is_no_symptom(kind: str) -> None:
    """Cut the way from the faulty node to what it feeds, and faulty and healthy worlds are the same."""
    edges = {
        "covariate-shift": Edge("account-store", "feature-pipeline"),
        "tail-latency": Edge("fraud-model", "scoring-endpoint"),
        "unit-change": Edge("payments-feed", "feature-pipeline", ("v2",)),
    }
    faulty = _stage(EXAMPLES[kind], without_edge=edges[kind])
    healthy = _stage(replace(EXAMPLES[kind], onset_minutes=Span(1e6, 1e6)), without_edge=edges[kind])

    np.testing.assert_array_equal(_telemetry(faulty), _telemetry(healthy))


@pytest.mark.parametrize("shape", ["step", "linear", "sigmoid", "pulse", "periodic"])
def test_an_intensity_lies_between_nothing_and_all(shape: str) -> None:
    """Whatever its shape, a fault is nothing before its onset, never more than all, and at some time strong."""
    (placed,) = _stage(
        replace(EXAMPLES["unit-change"], shape=shape, ramp_minutes=6, duration_minutes=12)
    ).faults  # type: ignore[arg-type]
    minutes = np.arange(0, 25, 0.25)
    course = np.array([placed.intensity(np.full(2, minute))[0] for minute in minutes])

    assert np.all(course[minutes < 5] == 0)
    assert course.min() >= 0
    assert 0.9 < course.max() <= 1


def test_a_share_reaches_that_share_of_the_traffic() -> None:
    """The prototypes that a fault of 30 % reaches stand for 30 % of the requests."""
    stage = _stage(replace(EXAMPLES["unit-change"], share=0.3))
    graph = stage.outlooks.graph

    assert abs(graph.weight[graph.rank < 0.3].sum() - 0.3) < graph.weight.max()
