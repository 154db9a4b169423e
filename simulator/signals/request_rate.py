"""Requests a second over the window, from the rates of the counters."""

from __future__ import annotations

from generator.model import Parameters
from simulator.signals import promql
from simulator.world.telemetry import Floats, Telemetry


def value(telemetry: Telemetry, parameters: Parameters) -> Floats:
    rows = promql.select(telemetry, "model_inference_requests_total")
    return promql.total(promql.rate(telemetry, rows, parameters["window_minutes"] * 60))
