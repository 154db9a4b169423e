"""The accuracy over labelled requests, as the service last computed it."""

from __future__ import annotations

from generator.model import Parameters
from simulator.signals import promql
from simulator.world.telemetry import Floats, Telemetry


def value(telemetry: Telemetry, parameters: Parameters) -> Floats:
    window = f"{parameters['window_minutes']:g}m"
    rows = promql.select(telemetry, "model_labelled_accuracy_ratio", window=window)
    return promql.lowest(promql.latest(telemetry, rows))
