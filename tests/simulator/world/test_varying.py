"""Numbers that each seed draws for itself: what is drawn, and that the world is the one with these very numbers."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from generator import kinds
from generator.model import Catalogue, Drill, Fault, Span
from simulator import faults
from simulator.events import Observed, Record, Revealed, canonical
from simulator.session.play import play_machine
from simulator.session.stage import Stage, set_up
from simulator.world.outlook import Outlook
from simulator.world.varying import VARIANTS, drawn_variants, values_of
from tests.simulator.faults.examples import EXAMPLES, staged
from tests.simulator.stages import FAULT_DRILL, payloads, stage, with_drill

MINUTES = (4.0, 6.0, 8.5, 12.0, 20.0)


def _numbers(fault: Fault) -> list[str]:
    declared = kinds.load("faults")[fault.kind].parameters.get("properties", {})
    return [name for name in fault.with_ if declared[name]["type"] == "number"]


def _around(value: float, schema: dict[str, Any]) -> Span:
    """A range around a value, as far as its declaration allows."""
    width = 0.2 * abs(value) or 1.0
    return Span(max(value - width, schema.get("minimum", -np.inf)), min(value + width, schema["maximum"]))


def _with_numbers(fault: Fault, drawn: dict[str, float]) -> Fault:
    """The same fault with these numbers written down, and nothing to draw."""
    parameters = {name: value for name, value in drawn.items() if name in fault.with_}
    own: dict[str, Any] = {name: value for name, value in drawn.items() if name not in fault.with_}
    return replace(fault, vary={}, with_={**fault.with_, **parameters}, **own)


def _drawn(stage: Stage, replica: int, position: int = 0) -> dict[str, float]:
    return {name: float(values[replica]) for name, values in stage.faults[position].drawn.items()}


def _rows(stage: Stage, minute: float = 20.0) -> np.ndarray:
    """The states of both replicas with the settings that nobody has touched."""
    return stage.rows(np.tile(stage.outlooks.defaults, (2, 1)), minute)


def _outlook(stage: Stage, minute: float) -> Outlook:
    known, places = stage.outlooks.of(_rows(stage, minute))
    return known.take(places)


def _same_worlds(varied: Stage, written: Stage, replica: int) -> None:
    for minute in MINUTES:
        one, other = _outlook(varied, minute), _outlook(written, minute)
        for item in fields(Outlook):
            np.testing.assert_allclose(
                getattr(one, item.name)[replica], getattr(other, item.name)[replica], atol=1e-12
            )


def test_each_number_takes_evenly_spaced_values_of_its_range_once() -> None:
    """Sixteen midpoints of equal parts, none twice, and in another order for another number."""
    values = values_of(Span(60, 140), position=0, name="factor")
    others = values_of(Span(60, 140), position=0, name="share")
    elsewhere = values_of(Span(60, 140), position=1, name="factor")

    np.testing.assert_allclose(np.sort(values), 60 + 5 * (np.arange(VARIANTS) + 0.5))
    np.testing.assert_array_equal(np.sort(values), np.sort(others))
    assert len({tuple(order) for order in (values, others, elsewhere)}) == 3


def test_every_variant_is_drawn_about_as_often_as_any_other() -> None:
    """Over 3,200 seeds each comes 200 times, within four standard deviations."""
    counts = np.bincount(drawn_variants(range(3200)), minlength=VARIANTS)

    assert len(counts) == VARIANTS
    assert np.all(np.abs(counts - 200) < 4 * np.sqrt(200))


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind in sorted(EXAMPLES) for name in _numbers(EXAMPLES[kind].fault)],
)
def test_a_world_with_a_drawn_number_is_the_one_in_which_it_is_written(kind: str, name: str) -> None:
    """Whatever number of whatever kind varies: each seed's states are those of a drill that says its number."""
    fault = EXAMPLES[kind].fault
    schema = kinds.load("faults")[kind].parameters["properties"][name]
    varied = staged(replace(fault, vary={name: _around(float(fault.with_[name]), schema)}))

    for replica in (0, 1):
        _same_worlds(varied, staged(_with_numbers(fault, _drawn(varied, replica))), replica)
    assert _drawn(varied, 0) != _drawn(varied, 1)


@pytest.mark.parametrize("shape", ["linear", "sigmoid", "pulse", "periodic"])
def test_a_world_with_drawn_times_and_share_is_the_one_in_which_they_are_written(shape: Any) -> None:
    """Ramp, duration and share belong to each seed as well."""
    fault = replace(EXAMPLES["null-spike"].fault, shape=shape, ramp_minutes=4, duration_minutes=10, share=0.7)
    spans = {"ramp_minutes": Span(2, 9), "duration_minutes": Span(6, 14), "share": Span(0.3, 0.9)}
    varied = staged(replace(fault, vary=spans))

    for replica in (0, 1):
        _same_worlds(varied, staged(_with_numbers(fault, _drawn(varied, replica))), replica)


def test_times_alone_make_no_other_states() -> None:
    """A ramp of another length climbs through the same states: no more of them have to be known."""
    fault = replace(EXAMPLES["null-spike"].fault, shape="linear", ramp_minutes=4)
    plain, varied = staged(fault), staged(replace(fault, vary={"ramp_minutes": Span(2, 9)}))

    assert _rows(varied).shape == _rows(plain).shape


def test_two_faults_vary_each_for_itself_and_noise_as_well() -> None:
    """Every state is that of a drill with the numbers of both written down."""
    first = replace(EXAMPLES["unit-change"].fault, vary={"factor": Span(50, 150)})
    noise = replace(EXAMPLES["tail-latency"].fault, id="n", share=0.1, vary={"share": Span(0.05, 0.2)})
    varied = staged(first, noise=(noise,))

    for replica in (0, 1):
        written = staged(
            _with_numbers(first, _drawn(varied, replica)),
            noise=(_with_numbers(noise, _drawn(varied, replica, 1)),),
        )
        _same_worlds(varied, written, replica)


def test_before_the_fault_all_variants_are_one_state() -> None:
    """What has not begun is not told apart: the healthy world is computed once for all seeds."""
    varied = staged(replace(EXAMPLES["unit-change"].fault, vary={"factor": Span(50, 150)}))
    _, places = varied.outlooks.of(_rows(varied, 1.0))

    assert places[0] == places[1]


def _shipped(vary: dict[str, Span], minutes: float = 40) -> Catalogue:
    def change(drill: Drill) -> Drill:
        (fault,) = drill.faults
        return replace(drill, horizon_minutes=minutes, faults=(replace(fault, vary=vary),))

    return with_drill(change)


def _whole(record: Record) -> list[str]:
    """What is hashed: everything but the wall clock."""
    return [f"{event.t} {event.actor} {event.kind} {canonical(event.payload)}" for event in record.events]


@pytest.mark.parametrize("who", ["none", "robot"])
def test_a_seed_draws_the_same_alone_as_among_fifty(who: str) -> None:
    """The replica of a rehearsal is ``drill run --seed``, record for record."""
    catalogue = _shipped({"factor": Span(5, 150)})
    batch = play_machine(set_up(catalogue, FAULT_DRILL, range(50)), who)

    for seed in (0, 7, 49):
        (alone,) = play_machine(set_up(catalogue, FAULT_DRILL, [seed]), who)
        assert _whole(alone) == _whole(batch[seed])


def test_a_record_tells_what_was_drawn_and_shows_the_world_of_that_number() -> None:
    """With the number written into the drill, all that is seen and all that is measured is the same."""
    seed = 3
    (drawn,) = play_machine(set_up(_shipped({"factor": Span(5, 150)}), FAULT_DRILL, [seed]), "robot")
    told = payloads(drawn, Revealed)[0]
    (factor,) = told.faults[0].drawn.values()

    def write(drill: Drill) -> Drill:
        (fault,) = drill.faults
        return replace(
            drill, horizon_minutes=40, faults=(replace(fault, with_={**fault.with_, "factor": factor}),)
        )

    (written,) = play_machine(set_up(with_drill(write), FAULT_DRILL, [seed]), "robot")
    truth = payloads(written, Revealed)[0]
    assert payloads(written, Observed) == payloads(drawn, Observed)
    assert truth.impact == told.impact
    assert [replace(fault, drawn={}) for fault in told.faults] == list(truth.faults)
    assert told.faults[0].drawn.keys() == {"factor"}
    assert 5 < factor < 150


def test_a_range_changes_no_other_draw() -> None:
    """The onset stays where it was when a range is added, and a drill without ranges draws nothing more."""
    plain, varied = (
        stage(FAULT_DRILL, range(5)),
        set_up(_shipped({"factor": Span(5, 150)}), FAULT_DRILL, range(5)),
    )

    for one, other in zip(plain.faults, varied.faults, strict=True):
        np.testing.assert_array_equal(one.onset_minutes, other.onset_minutes)
    assert all(not fault.drawn and not fault.variants for fault in plain.faults)


def test_no_kind_calls_a_parameter_as_every_fault_calls_its_own_numbers() -> None:
    """A name under ``vary`` means one thing."""
    names = {n for kind in kinds.load("faults").values() for n in kind.parameters.get("properties", {})}

    assert not names & {*faults.TIMES, "share"}
