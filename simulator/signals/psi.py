"""The population stability index of a feature, as the service last computed it."""

from __future__ import annotations

from generator.model import Parameters
from simulator.signals import promql
from simulator.world.telemetry import Floats, Telemetry


def value(telemetry: Telemetry, parameters: Parameters) -> Floats:
    window = f"{parameters['window_minutes']:g}m"
    rows = promql.select(telemetry, "model_feature_psi", feature=parameters["feature"], window=window)
    return promql.highest(promql.latest(telemetry, rows))
