"""The share of its limit of memory that the fullest process uses, as last scraped."""

from __future__ import annotations

from generator.model import Parameters
from simulator.signals import promql
from simulator.world.telemetry import Floats, Telemetry


def value(telemetry: Telemetry, parameters: Parameters) -> Floats:
    rows = promql.select(telemetry, "model_memory_used_ratio")
    return promql.highest(promql.latest(telemetry, rows))
