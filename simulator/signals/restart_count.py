"""How often processes were restarted in the window, from the growth of the counter."""

from __future__ import annotations

from generator.model import Parameters
from simulator.signals import promql
from simulator.world.telemetry import Floats, Telemetry


def value(telemetry: Telemetry, parameters: Parameters) -> Floats:
    rows = promql.select(telemetry, "model_restarts_total")
    return promql.total(promql.increase(telemetry, rows, parameters["window_minutes"] * 60))
