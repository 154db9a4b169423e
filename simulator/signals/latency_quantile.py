"""A quantile of the request durations in the window, from the rates of the histogram's buckets."""

from __future__ import annotations

from generator.model import Parameters
from simulator.signals import promql
from simulator.world.telemetry import Floats, Telemetry


def value(telemetry: Telemetry, parameters: Parameters) -> Floats:
    edges, rates = promql.bucket_rates(
        telemetry, "model_inference_duration_seconds_bucket", parameters["window_minutes"] * 60
    )
    return promql.histogram_quantile(parameters["quantile"], edges, rates)
