"""Laws that hold for every kind of fault and control, whatever it is."""

from __future__ import annotations

import functools
from dataclasses import fields, replace

import numpy as np
import pytest

from generator import kinds, schemas
from generator.model import Slice, Span
from simulator import controls, faults
from simulator.session.stage import Stage
from simulator.world.outlook import Outlook
from tests.simulator.faults.examples import EXAMPLES, NEVER, staged

KINDS = sorted(EXAMPLES)
ONE_QUEUE = {
    "cpu-throttling": "whoever waits behind slow hosts waits with those they serve",
    "load-surge": "whoever waits behind the surge waits with it",
}
_TELLING = ("impact", "label_late_s", "correct", "codes", "score_mean")
"""Of an outlook, what at least one kind of fault moves and nothing else does but the hour."""


def _telemetry(stage: Stage) -> np.ndarray:
    world = stage.world()
    for step in range(stage.clockwork.steps + 1):
        world.step(step)
    return world.telemetry.values


@functools.cache
def _healthy() -> np.ndarray:
    return _telemetry(staged())


def _idle(stage: Stage) -> np.ndarray:
    """The settings that nobody has touched, in both replicas."""
    return np.tile(stage.outlooks.defaults, (2, 1))


def _impact(stage: Stage, minute: float = 20.0) -> np.ndarray:
    return stage.outlooks.impact(stage.rows(_idle(stage), minute))


def _differs_from_health(stage: Stage, minute: float) -> bool:
    now, before = (outlooks_at(stage, at) for at in (minute, 0.0))
    return any(not np.array_equal(getattr(now, name), getattr(before, name)) for name in _TELLING)


def outlooks_at(stage: Stage, minute: float) -> Outlook:
    known, places = stage.outlooks.of(stage.rows(_idle(stage), minute))
    return known.take(places)


def test_declarations_and_modules_are_the_same_sets() -> None:
    """Every declared kind of fault and of control does something, and everything that does is declared."""
    assert set(faults.KINDS) == set(kinds.load("faults")) == set(EXAMPLES)
    assert set(controls.KINDS) == set(kinds.load("controls"))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_happens_before_the_onset(kind: str) -> None:
    """Until the fault begins, telemetry is that of the healthy world, byte for byte."""
    late = staged(replace(EXAMPLES[kind].fault, onset_minutes=Span(15, 15)))
    before = len(late.world().past) + 15 * 4

    np.testing.assert_array_equal(_telemetry(late)[..., :before], _healthy()[..., :before])


@pytest.mark.parametrize("kind", KINDS)
def test_ending_a_fault_restores_the_world(kind: str) -> None:
    """After its duration the state is the healthy one again."""
    stage = staged(replace(EXAMPLES[kind].fault, duration_minutes=5))

    assert _differs_from_health(stage, 7.0)
    assert not _differs_from_health(stage, 11.0)
    assert np.all((_impact(stage, 7.0) > 0) == EXAMPLES[kind].harms)
    assert np.all(_impact(stage, 11.0) == 0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_moves_the_metrics_that_its_declaration_names(kind: str) -> None:
    """At least one series of every named metric differs from the healthy world's."""
    faulty = staged(EXAMPLES[kind].fault)
    before, after = _healthy(), _telemetry(faulty)
    moved = {
        identity.name
        for row, identity in enumerate(faulty.world().telemetry.identities)
        if not np.array_equal(before[row], after[row], equal_nan=True)
    }

    wanted = kinds.load("faults")[kind].declaration["metrics"]
    assert {name for name in wanted if not any(one.startswith(name) for one in moved)} == set()


@pytest.mark.parametrize("kind", KINDS)
def test_without_the_edge_there_is_no_symptom(kind: str) -> None:
    """Cut the way from the faulty node to what it feeds, and faulty and healthy worlds are the same."""
    example = EXAMPLES[kind]
    faulty = staged(example.fault, without_edge=example.edge)
    healthy = staged(replace(example.fault, onset_minutes=NEVER), without_edge=example.edge)

    behind = [
        row
        for row, identity in enumerate(faulty.world().telemetry.identities)
        if identity.name not in example.before_the_edge
    ]
    np.testing.assert_array_equal(_telemetry(faulty)[behind], _telemetry(healthy)[behind])
    np.testing.assert_array_equal(_impact(faulty), _impact(healthy))


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_is_judged_alone_as_it_is_among_others(kind: str) -> None:
    """What to expect in a state depends on nothing but the state: not on what was asked before or beside it."""
    stage = staged(replace(EXAMPLES[kind].fault, shape="linear", ramp_minutes=8, share=0.7))
    rows = np.concatenate([stage.rows(_idle(stage), minute) for minute in range(14)])
    known, places = stage.outlooks.of(rows)
    together = known.take(places)

    for position in (0, 14, 22):
        fresh = staged(replace(EXAMPLES[kind].fault, shape="linear", ramp_minutes=8, share=0.7)).outlooks
        alone, place = fresh.of(rows[position : position + 1])
        for item in fields(alone):
            np.testing.assert_allclose(
                getattr(alone, item.name)[place[0]], getattr(together, item.name)[position], atol=1e-12
            )


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_reaches_its_slice_alone(kind: str) -> None:
    """Every fault that has whom to choose leaves the requests outside of its slice as they were."""
    if kind in ONE_QUEUE:
        pytest.skip(f"a queue has no slices: {ONE_QUEUE[kind]}")
    if not EXAMPLES[kind].harms:
        pytest.skip("it harms nobody")
    fault = EXAMPLES[kind].fault
    stage = staged(replace(fault, slice=Slice("merchant_risk", 0.5, 1.0)))
    graph = stage.outlooks.graph
    inside = stage.faults[0].inside
    weight = graph.weight[inside].sum()

    impact = _impact(stage, 7.0)
    assert 0 < impact[0] <= weight + 0.01


@pytest.mark.parametrize("shape", ["step", "linear", "sigmoid", "pulse", "periodic"])
def test_an_intensity_lies_between_nothing_and_all(shape: str) -> None:
    """Whatever its shape, a fault is nothing before its onset, never more than all, and at some time strong."""
    fault = replace(EXAMPLES["unit-change"].fault, ramp_minutes=6, duration_minutes=12)
    (placed,) = staged(replace(fault, shape=shape)).faults  # type: ignore[arg-type]
    minutes = np.arange(0, 25, 0.25)
    course = np.array([placed.intensity(np.full(2, minute))[0] for minute in minutes])

    assert np.all(course[minutes < 5] == 0)
    assert course.min() >= 0
    assert 0.9 < course.max() <= 1


def test_a_share_reaches_that_share_of_the_traffic() -> None:
    """The prototypes that a fault of 30 % reaches stand for 30 % of the requests."""
    stage = staged(replace(EXAMPLES["unit-change"].fault, share=0.3))
    graph = stage.outlooks.graph

    assert abs(graph.weight[graph.rank < 0.3].sum() - 0.3) < graph.weight.max()


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_world(kind: str) -> None:
    """Two worlds of the same fault and seeds show the same, byte for byte, and the two seeds differ."""
    first, second = (_telemetry(staged(EXAMPLES[kind].fault, minutes=8)) for _ in range(2))

    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first[:, 0], first[:, 1], equal_nan=True)


RANGES = [
    (kind, name, {**dict(EXAMPLES[kind].fault.with_), name: value}, bound)
    for kind, declared in kinds.load("faults").items()
    for name, schema in declared.parameters["properties"].items()
    for bound, value in (
        (schema.get("maximum"), schema.get("maximum", 0) * 2 + 1),
        (schema.get("minimum"), schema.get("minimum", 0) * 2 - 1 if schema.get("minimum", 0) <= 0 else 0),
        (schema.get("exclusiveMinimum"), schema.get("exclusiveMinimum", 0)),
    )
    if bound is not None and schema.get("type") in ("number", "integer")
]


@pytest.mark.parametrize(("kind", "name", "with_", "bound"), RANGES)
def test_a_parameter_out_of_its_range_is_an_error_that_names_the_bound(
    kind: str, name: str, with_: dict[str, object], bound: float
) -> None:
    """An author reads which parameter it is, and how far it may go."""
    problems = schemas.read_part(kinds.load("faults")[kind].parameters, with_).problems

    assert [problem for problem in problems if name in str(problem.pointer) and str(bound) in problem.message]
