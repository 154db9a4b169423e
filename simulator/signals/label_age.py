"""How long ago the newest request came whose label has arrived, as the service last computed it."""

from __future__ import annotations

from generator.model import Parameters
from simulator.signals import promql
from simulator.world.telemetry import Floats, Telemetry


def value(telemetry: Telemetry, parameters: Parameters) -> Floats:
    rows = promql.select(telemetry, "model_label_age_seconds")
    return promql.highest(promql.latest(telemetry, rows))
