"""Of each kind of fault that can be played live, examples on the delay predictor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from generator.model import Fault, Span

ONSET = Span(12.0, 12.0)
FEED, WEATHER, STORE, PIPELINE, MODEL = (
    "schedule-feed", "weather-feed", "delay-store", "flight-pipeline", "delay-model",
)  # fmt: skip
SERVING = "three-quarters"


def _fault(kind: str, node: str, **with_: object) -> Fault:
    return Fault("it", kind, node, ONSET, with_=with_)


_ALL = (
    _fault("bad-configuration", "delay-endpoint", refused=0.4),
    _fault("bad-model-release", MODEL, version=SERVING, bias=1.5, noise=0.5),
    _fault("calibration-loss", MODEL, temperature=2.0, bias=0.7),
    _fault("category-permutation", FEED, field="departure_hour"),
    _fault("category-permutation", PIPELINE, field="departure_hour"),
    _fault("category-permutation", STORE, field="origin_delay_min", values=[3.0, 5.0, 8.0]),
    _fault("covariate-shift", FEED, field="distance_miles", shift_sd=0.8),
    _fault("covariate-shift", FEED, field="departure_hour", shift_sd=-0.6),
    _fault("duplicate-data", "operations-feed", fields=["departure_delay_min"], times=3),
    _fault("error-burst", MODEL),
    _fault("label-corruption", "travel-screens"),
    Fault("it", "label-delay", "travel-screens", Span(250.0, 250.0), with_={"hours": 48}),
    _fault("lookup-timeout", STORE, timeout_ms=80),
    _fault("lookup-timeout", PIPELINE, timeout_ms=80, fields=["wind"]),
    _fault("null-spike", WEATHER, field="wind_mph"),
    _fault("null-spike", STORE, field="origin_delay_min"),
    _fault("null-spike", PIPELINE, field="wind"),
    _fault("numerical-corruption", MODEL, noise=2.0),
    _fault("prompt-regression", MODEL, version=SERVING, bias=-1.0, noise=0.0),
    _fault("provider-change", MODEL, bias=0.5, noise=1.0, p50_ms=200, p99_ms=900),
    _fault("provider-outage", MODEL),
    _fault("schema-change", FEED, field="distance_miles"),
    _fault("sentinel-value", WEATHER, field="visibility_miles", value=-1),
    _fault("sentinel-value", STORE, field="origin_delay_min", value=999),
    _fault("stale-features", WEATHER, fields=["wind_mph", "visibility_miles"], age_hours=12, memory_hours=24),
    _fault("stale-features", STORE, fields=["origin_delay_min"], age_hours=6, memory_hours=6),
    _fault("tail-latency", MODEL, p50_ms=250, p99_ms=900),
    _fault("tail-latency", STORE, p50_ms=250, p99_ms=900),
    _fault("training-serving-skew", PIPELINE, version="v2", feature="origin_delay", factor=0.5, offset=3),
    _fault("unit-change", FEED, field="distance_miles", factor=1.609),
    _fault("upstream-outage", WEATHER),
)
EXAMPLES: Mapping[str, Sequence[Fault]] = {
    kind: [fault for fault in _ALL if fault.kind == kind] for kind in dict.fromkeys(one.kind for one in _ALL)
}
