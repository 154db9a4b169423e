"""The accuracy over requests with known answers, as the service last computed it."""

from __future__ import annotations

from generator.model import Parameters
from simulator.signals import promql
from simulator.world.telemetry import Floats, Telemetry


def value(telemetry: Telemetry, parameters: Parameters) -> Floats:
    rows = promql.select(telemetry, "model_golden_accuracy_ratio")
    return promql.lowest(promql.latest(telemetry, rows))
