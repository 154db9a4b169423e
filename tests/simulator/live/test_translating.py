"""A drill's faults become leases that do the same to real requests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generator.model import Drill, Fault, Slice, Span
from simulator.faults import KINDS as SIMULATED
from simulator.live.clock import Compression
from simulator.live.lease import LONGEST_S
from simulator.live.translating import KINDS, NotLiveError, effects, leases
from simulator.session.stage import Stage, set_up
from tests.simulator.stages import whole_catalogue

DRILL = "saturday-at-noon"


def _stage(*faults: Fault) -> Stage:
    whole = whole_catalogue()

    def changed(drill: Drill) -> Drill:
        return replace(drill, faults=faults, noise=()) if drill.id == DRILL else drill

    return set_up(replace(whole, drills=tuple(map(changed, whole.drills))), DRILL, [7])


def _fault(kind: str, node: str = "schedule-feed", **with_: object) -> Fault:
    return Fault("it", kind, node, Span(12.0, 12.0), with_=with_)


def test_a_field_is_named_by_the_node_that_sends_it() -> None:
    """So a pipeline that reads another source is free of it."""
    fault = _fault("unit-change", field="distance_miles", factor=1.609)

    (effect,) = effects(fault, _stage(fault))
    assert (effect.kind, dict(effect.with_)) == (
        "scale",
        {"field": "schedule-feed.distance_miles", "factor": 1.609},
    )


def test_times_shrink_by_the_factor_and_shares_do_not() -> None:
    """A ramp of twenty drill minutes takes a minute of the wall at twenty times."""
    fault = replace(
        _fault("unit-change", field="distance_miles", factor=1.609),
        shape="linear", ramp_minutes=20.0, duration_minutes=30.0, share=0.4,
        slice=Slice("departure_hour", 6.0, 12.0),
    )  # fmt: skip

    ((onset, end, lease),) = leases(_stage(fault), 0, Compression(20))
    assert (onset, end) == (12.0, 42.0)
    assert (lease.course.shape, lease.course.ramp_s, lease.course.duration_s) == ("linear", 60.0, 90.0)
    assert (lease.share, lease.seed, lease.seconds) == (0.4, 7, LONGEST_S)
    assert lease.slice is not None
    assert lease.slice.field == "schedule-feed.departure_hour"


def test_an_outage_takes_all_that_the_source_sends() -> None:
    fault = _fault("upstream-outage", "weather-feed")

    gone = [effect.with_["field"] for effect in effects(fault, _stage(fault))]
    assert gone == ["weather-feed.wind_mph", "weather-feed.visibility_miles", "weather-feed.precipitation_in"]


def test_a_field_that_shifts_stays_among_healthy_values() -> None:
    """As its twin does: a distance is positive and skewed and is scaled, an hour of departure is not."""
    stretched = _fault("covariate-shift", field="distance_miles", shift_sd=1.0)
    later = _fault("covariate-shift", field="departure_hour", shift_sd=1.0)

    (scaled,), (shifted,) = effects(stretched, _stage(stretched)), effects(later, _stage(later))
    hours = whole_catalogue().panels["delay-predictor"].columns["departure_hour"]
    assert (scaled.kind, shifted.kind) == ("scale", "shift")
    assert (shifted.with_["least"], shifted.with_["most"]) == (min(hours), max(hours))


def test_a_model_is_met_where_the_endpoint_asks_it() -> None:
    """So the endpoint's own metrics show it, and a route past the model is free of it."""
    slow = _fault("tail-latency", "delay-model", p50_ms=400, p99_ms=2000)
    failing = _fault("error-burst", "delay-endpoint")

    ((_, _, lease),) = leases(_stage(slow), 0, Compression(20))
    assert lease.paths == ("/nodes/delay-model",)
    ((_, _, lease),) = leases(_stage(failing), 0, Compression(20))
    assert lease.paths == ("/nodes/",)


def test_what_a_seed_drew_is_what_is_injected() -> None:
    """The twin and the proxy mean the same numbers."""
    fault = replace(
        _fault("unit-change", field="distance_miles", factor=1.6), vary={"factor": Span(1.5, 1.7)}
    )
    stage = _stage(fault)

    ((_, _, lease),) = leases(stage, 0, Compression(20))
    assert lease.effects[0].with_["factor"] == float(stage.faults[0].drawn["factor"][0]) != 1.6


def test_a_fault_inside_the_target_is_refused_with_what_can_be_done() -> None:
    """Nobody should wait for a fault that never comes."""
    inside = _fault("null-spike", "flight-pipeline", field="distance")
    with pytest.raises(NotLiveError, match=r"'flight-pipeline', a pipeline within the target"):
        leases(_stage(inside), 0, Compression(20))

    model = _fault("concept-drift", "delay-model", rotation_degrees=20)
    with pytest.raises(NotLiveError, match=r"'it' \(concept-drift\).*these can: category-permutation"):
        effects(model, _stage(inside))


def test_every_live_kind_is_a_kind_of_the_simulated_world() -> None:
    assert set(KINDS) < set(SIMULATED)
