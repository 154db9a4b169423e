"""A service in, the time series that it exports out."""

from __future__ import annotations

from generator.model import Service
from simulator.world.outcomes import CODES, FORMS
from simulator.world.outlook import DECISIONS
from simulator.world.telemetry import Series, series

ROUTES = ("model", "fallback")


def versions_of(service: Service) -> tuple[str, ...]:
    """The versions of its model."""
    return tuple(
        version.id for node in service.lineage.nodes if node.kind == "model" for version in node.versions
    )


def identities_of(service: Service) -> list[Series]:
    """In the order in which a sampler lays them out."""
    profile = service.profile
    features, windows = profile.drift.features, [f"{minutes:g}m" for minutes in profile.drift.windows_minutes]
    edges = [f"{edge / 1000:g}" for edge in profile.latency.buckets_ms] + ["+Inf"]
    return [
        *(series("model_inference_requests_total", code=code) for code in CODES),
        *(series("model_inference_duration_seconds_bucket", le=edge) for edge in edges),
        *(series("model_decisions_total", decision=decision) for decision in DECISIONS),
        *(series("model_route_requests_total", route=route) for route in ROUTES),
        *(series("model_version_requests_total", version=version) for version in versions_of(service)),
        *(series("model_answers_total", form=form) for form in FORMS),
        *(
            series("model_feature_psi", feature=name, window=window)
            for window in windows
            for name in features
        ),
        *(series("model_score_psi", window=window) for window in windows),
        *(series("model_feature_null_ratio", feature=name) for name in features),
        *(series("model_feature_mean", feature=name) for name in features),
        series("model_prediction_mean"),
        series("model_labelled_accuracy_ratio", window=f"{profile.accuracy_window_minutes:g}m"),
        series("model_label_age_seconds"),
        series("model_inference_in_flight"),
        *(series("model_feature_age_seconds", feature=name) for name in features),
        *([series("model_golden_accuracy_ratio")] if profile.golden else []),
        series("model_memory_used_ratio"),
        series("model_restarts_total"),
    ]
