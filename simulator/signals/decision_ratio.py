"""The share of one decision among those of the window, from the rates of the counters."""

from __future__ import annotations

from generator.model import Parameters
from simulator.signals import promql
from simulator.world.telemetry import Floats, Telemetry


def value(telemetry: Telemetry, parameters: Parameters) -> Floats:
    seconds = parameters["window_minutes"] * 60
    some = promql.select(telemetry, "model_decisions_total", decision=parameters["decision"])
    every = promql.select(telemetry, "model_decisions_total")
    return promql.share(
        promql.total(promql.rate(telemetry, some, seconds)),
        promql.total(promql.rate(telemetry, every, seconds)),
    )
