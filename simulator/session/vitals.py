"""Telemetry in; the handful of numbers that a dashboard's first row shows, out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from generator.model import Service
from simulator.signals import promql
from simulator.world.flow import Floats
from simulator.world.telemetry import Telemetry

WINDOW_S = 300.0
BUCKETS = "model_inference_duration_seconds_bucket"
COUNTED = (
    "requests per s",
    "p50 ms",
    "p99 ms",
    "error ratio",
    "blocked ratio",
    "review ratio",
    "fallback ratio",
)
"""What counters show over the window; the others are gauges."""


class Vitals:
    """Names once, values at every scrape. What they show is what a real dashboard of the service would."""

    def __init__(self, service: Service) -> None:
        self._edges = np.append(np.array(service.profile.latency.buckets_ms) / 1000, np.inf)
        window = f"{min(service.profile.drift.windows_minutes):g}m"
        self._gauges = [
            ("score mean", "model_prediction_mean", {}),
            (f"score psi {window}", "model_score_psi", {"window": window}),
            ("accuracy", "model_labelled_accuracy_ratio", {}),
            *(
                (f"{name} mean", "model_feature_mean", {"feature": name})
                for name in service.profile.drift.features
            ),
            *(
                (f"{name} psi {window}", "model_feature_psi", {"feature": name, "window": window})
                for name in service.profile.drift.features
            ),
            *(
                (f"{name} nulls", "model_feature_null_ratio", {"feature": name})
                for name in service.profile.drift.features
            ),
        ]
        self.names: Sequence[str] = (
            *COUNTED,
            "in flight",
            *(name for name, _, _ in self._gauges),
        )

    def read(self, telemetry: Telemetry) -> Floats:
        """Values now, axes (vital, replica); NaN where there is none."""
        now = telemetry.at(telemetry.length - 1)
        begin = int(np.searchsorted(telemetry.times, telemetry.now - WINDOW_S))
        begin = min(begin, telemetry.length - 2)  # a scrape interval may be longer than the window
        grown = now - telemetry.at(begin)

        def growth(name: str, **labels: str) -> Floats:
            total: Floats = grown[promql.select(telemetry, name, **labels)].sum(axis=0)
            return total

        requests = growth("model_inference_requests_total")
        some = np.where(requests > 0, requests, np.nan)
        buckets = grown[promql.select(telemetry, BUCKETS)]
        rows = [
            requests / (telemetry.now - telemetry.times[begin]),
            1000 * promql.histogram_quantile(0.5, self._edges, buckets),
            1000 * promql.histogram_quantile(0.99, self._edges, buckets),
            (requests - growth("model_inference_requests_total", code="200")) / some,
            growth("model_decisions_total", decision="block") / some,
            growth("model_decisions_total", decision="review") / some,
            growth("model_route_requests_total", route="fallback") / some,
            now[promql.select(telemetry, "model_inference_in_flight")][0],
            *(now[promql.select(telemetry, metric, **labels)][0] for _, metric, labels in self._gauges),
        ]
        return np.stack(rows)
