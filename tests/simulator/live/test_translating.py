"""A drill's faults become leases that do the same to real requests."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from generator import kinds
from generator.model import Answering, Deployment, Drill, Fault, MetricsSource, Slice, Span, Stopping
from simulator.live.clock import Compression
from simulator.live.effects import intensity
from simulator.live.lease import LONGEST_S, Stop
from simulator.live.proxy.bounds import misshapen
from simulator.live.translating import KINDS, WAYS, NotLiveError, effects, leases, met, puts
from simulator.session.stage import Stage, set_up
from simulator.world.courses import level_of
from tests.simulator.live.faulty import EXAMPLES
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
    assert lease.paths == ("/nodes/delay-model", "/nodes/rules-of-thumb")


def test_what_a_seed_drew_is_what_is_injected() -> None:
    """The twin and the proxy mean the same numbers."""
    fault = replace(
        _fault("unit-change", field="distance_miles", factor=1.6), vary={"factor": Span(1.5, 1.7)}
    )
    stage = _stage(fault)

    ((_, _, lease),) = leases(stage, 0, Compression(20))
    assert lease.effects[0].with_["factor"] == float(stage.faults[0].drawn["factor"][0]) != 1.6


def test_stores_pipelines_and_versions_of_a_model_are_met_where_they_are_asked() -> None:
    """And whoever serves another version, or reads around the store, is free of it."""
    store = _fault("null-spike", "delay-store", field="origin_delay_min")
    skewed = _fault(
        "training-serving-skew", "flight-pipeline", version="v2", feature="origin_delay", factor=0.5, offset=0
    )
    worse = _fault("bad-model-release", "delay-model", version="three-quarters", bias=1.5, noise=0)
    stages = [_stage(fault) for fault in (store, skewed, worse)]

    found = [leases(stage, 0, Compression(20))[0][2] for stage in stages]
    assert [lease.paths for lease in found] == [
        ("/nodes/delay-store",), ("/nodes/flight-pipeline/v2",), ("/nodes/delay-model/three-quarters",),
    ]  # fmt: skip
    assert [met(stage) for stage in stages] == [("delay-store",), ("flight-pipeline",), ("delay-model",)]
    assert dict(found[0].effects[0].with_) == {
        "field": "values.origin_delay_min", "value": None, "in": "answer",
    }  # fmt: skip


def test_only_what_has_to_be_is_met() -> None:
    """A hop costs every request time: a fault at a source needs none, one in a slice has to know the request."""
    source = _fault("unit-change", field="distance_miles", factor=1.609)
    failing = _fault("error-burst", "delay-endpoint")
    some = replace(failing, slice=Slice("departure_hour", 6.0, 12.0))

    assert met(_stage(source, failing)) == ()
    assert met(_stage(some)) == ("delay-model", "rules-of-thumb")


def test_labels_are_flipped_when_those_of_harmed_requests_come() -> None:
    """A label tells of a request of four hours ago."""
    wrong = _fault("label-corruption", "travel-screens", instead_of=1)

    ((onset, _, lease),) = leases(_stage(wrong), 0, Compression(20))
    assert (onset, lease.paths) == (12.0 + 240, ("/labels",))
    assert lease.effects[0].with_["mapping"] == [[1, 0]]


@pytest.mark.parametrize(
    ("hours", "onset", "message"),
    [
        (0.5, 12.0, "lasts longer than labels are late"),
        (48, 12.0, "labels of requests from before the drill still come, 240 minutes late"),
    ],
)
def test_labels_that_would_come_otherwise_than_in_the_twin_are_refused(
    hours: float, onset: float, message: str
) -> None:
    late = replace(_fault("label-delay", "travel-screens", hours=hours), onset_minutes=Span(onset, onset))

    with pytest.raises(NotLiveError, match=message):
        leases(_stage(late), 0, Compression(20))


def test_a_kind_that_cannot_be_played_says_why_and_which_can() -> None:
    """Nobody should wait for a fault that never comes."""
    drifted = _fault("concept-drift", "travel-screens")

    with pytest.raises(
        NotLiveError, match=r"'it' \(concept-drift\) cannot be played live: What is right"
    ) as told:
        effects(drifted, _stage(drifted))
    assert "category-permutation" in str(told.value)


DEPLOYED = Deployment(
    "staging",
    "http://127.0.0.1:9",
    "plain-json",
    "/invocations",
    Answering("score"),
    MetricsSource("observer"),
)


def test_in_a_deployment_fields_have_bare_names_and_one_path() -> None:
    """What clients send there is not told apart by sources."""
    shifted = replace(
        _fault("unit-change", field="distance_miles", factor=1.609), slice=Slice("departure_hour", 6.0, 12.0)
    )
    slow = _fault("tail-latency", "delay-endpoint", p50_ms=400, p99_ms=2000)
    found = leases(_stage(shifted, slow), 0, Compression(1), deployment=DEPLOYED)

    (_, _, unit), (_, _, late) = found
    assert unit.effects[0].with_["field"] == "distance_miles"
    assert unit.slice == Slice("departure_hour", 6.0, 12.0)
    assert unit.paths == late.paths == ("/invocations",)


def test_a_lease_knows_which_fault_of_the_drill_is_its_own() -> None:
    """So that live, too, two faults with one share fall on different requests."""
    unit = _fault("unit-change", field="distance_miles", factor=1.609)
    stale = replace(_fault("stale-features", fields=["distance_miles"], age_hours=3), id="stale")
    other = replace(unit, id="other")
    found = leases(_stage(unit, stale, other), 0, Compression(20))

    assert [(lease.id, lease.position) for _, _, lease in found] == [
        ("it", 0),
        ("stale", 1),
        ("stale.values", 1),
        ("other", 2),
    ]


@pytest.mark.parametrize(
    ("kind", "node", "with_", "message"),
    [
        ("null-spike", "delay-store", {"field": "origin_delay_min"}, "a feature store within 'staging'"),
        ("calibration-loss", "delay-model", {"temperature": 2, "bias": 0}, "a model within 'staging'"),
        (
            "tail-latency",
            "delay-model",
            {"p50_ms": 400, "p99_ms": 2000},
            "whoever routes round the model would not",
        ),
        ("error-burst", "rules-of-thumb", {}, "a fallback within 'staging'"),
        ("label-corruption", "travel-screens", {}, "a consumer within 'staging'"),
    ],
)
def test_nothing_within_a_deployment_is_touched(
    kind: str, node: str, with_: dict[str, object], message: str
) -> None:
    fault = _fault(kind, node, **with_)

    with pytest.raises(NotLiveError, match=message):
        leases(_stage(fault), 0, Compression(1), deployment=DEPLOYED)


def _stops(*faults: Fault, deployment: Deployment = DEPLOYED) -> set[Stop | None]:
    return {lease.stop for _, _, lease in leases(_stage(*faults), 0, Compression(24), deployment=deployment)}


def test_every_fault_in_a_deployment_stops_by_itself() -> None:
    """And none in the sandbox, which serves nobody."""
    unit = _fault("unit-change", field="distance_miles", factor=1.609)

    assert _stops(unit) == {Stop(error_ratio=0.5, p99_ms=5_000.0)}
    ((_, _, lease),) = leases(_stage(unit), 0, Compression(24))
    assert lease.stop is None


def test_what_a_drill_does_itself_does_not_stop_it() -> None:
    """Half of what it does not refuse, and five seconds more than twice its own delays."""
    failing = replace(_fault("error-burst", "delay-endpoint"), share=0.4)
    slow = replace(_fault("tail-latency", "delay-endpoint", p50_ms=400, p99_ms=2000), id="slow")

    (stop,) = _stops(failing, slow)
    assert stop is not None
    assert stop.error_ratio == pytest.approx(0.7)
    assert stop.p99_ms == pytest.approx(9_000)
    (stop,) = _stops(replace(failing, share=1.0))
    assert stop is not None
    assert stop.error_ratio == 1


def test_the_services_file_says_when_faults_stop() -> None:
    """What it leaves out follows from the drill."""
    unit = _fault("unit-change", field="distance_miles", factor=1.609)
    strict = replace(DEPLOYED, stop=Stopping(error_ratio=0.02))

    assert _stops(unit, deployment=strict) == {Stop(error_ratio=0.02, p99_ms=5_000.0)}


@pytest.mark.parametrize(
    ("stop", "message"),
    [
        (
            Stopping(error_ratio=0.02),
            "the drill refuses 40% of the requests, and its faults are to end in 'staging'",
        ),
        (
            Stopping(p99_ms=1500),
            "99th percentile of 2000 ms, and its faults are to end in 'staging' at more than 1500",
        ),
    ],
)
def test_a_drill_that_would_stop_itself_is_refused(stop: Stopping, message: str) -> None:
    """Nobody should begin what ends at once."""
    failing = replace(_fault("error-burst", "delay-endpoint"), share=0.4)
    slow = replace(_fault("tail-latency", "delay-endpoint", p50_ms=400, p99_ms=2000), id="slow")

    with pytest.raises(NotLiveError, match=message):
        _stops(failing, slow, deployment=replace(DEPLOYED, stop=stop))


@pytest.mark.parametrize("shape", ["periodic", "pulse"])
def test_a_course_that_says_no_times_is_the_twins(shape: Literal["periodic", "pulse"]) -> None:
    """An hour's period, and two minutes of a pulse, are minutes of the drill and not of the wall."""
    fault = replace(_fault("unit-change", field="distance_miles", factor=1.609), shape=shape)
    ((_, _, lease),) = leases(_stage(fault), 0, Compression(24))
    minutes = np.array([0.25, 0.5, 1.0, 1.5, 2.0, 5.0, 15.0, 30.0, 45.0])

    live = [intensity(lease.course, minute * 60 / 24) for minute in minutes]
    np.testing.assert_allclose(live, level_of(shape, minutes, 0.0, None), atol=1 / 64)
    assert misshapen(lease) == ""


def test_declarations_and_table_say_the_same() -> None:
    """What authors read in ``drill faults`` is what is done, and what is not says why."""
    declared = {name: kind.live for name, kind in kinds.load("faults").items()}

    assert {name for name, live in declared.items() if live.by} == set(KINDS)
    assert [name for name, live in declared.items() if bool(live.by) == bool(live.why)] == []
    assert {way for live in declared.values() for way in live.by} == set(WAYS) == set(kinds.WAYS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_falls_on_what_its_declaration_says(kind: str) -> None:
    """At each of its examples."""
    found = set()
    for fault in EXAMPLES[kind]:
        found |= {put.by for put in puts(fault, _stage(fault))}

    assert found == set(kinds.load("faults")[kind].live.by)
