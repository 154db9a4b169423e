"""The share of the model's requests in the window that one version scored, from the rates of the counters."""

from __future__ import annotations

from generator.model import Parameters
from simulator.signals import promql
from simulator.world.telemetry import Floats, Telemetry


def value(telemetry: Telemetry, parameters: Parameters) -> Floats:
    seconds = parameters["window_minutes"] * 60
    some = promql.select(telemetry, "model_version_requests_total", version=parameters["version"])
    every = promql.select(telemetry, "model_version_requests_total")
    return promql.share(
        promql.total(promql.rate(telemetry, some, seconds)),
        promql.total(promql.rate(telemetry, every, seconds)),
    )
