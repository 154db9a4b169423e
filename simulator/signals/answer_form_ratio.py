"""The share of the model's answers in the window that had one form, from the rates of the counters."""

from __future__ import annotations

from generator.model import Parameters
from simulator.signals import promql
from simulator.world.telemetry import Floats, Telemetry


def value(telemetry: Telemetry, parameters: Parameters) -> Floats:
    seconds = parameters["window_minutes"] * 60
    some = promql.select(telemetry, "model_answers_total", form=parameters["form"])
    every = promql.select(telemetry, "model_answers_total")
    return promql.share(
        promql.total(promql.rate(telemetry, some, seconds)),
        promql.total(promql.rate(telemetry, every, seconds)),
    )
