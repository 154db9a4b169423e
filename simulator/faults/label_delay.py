"""Labels come later than usual: at first none at all, then those of requests from longer ago."""

from __future__ import annotations

from dataclasses import replace

from generator.model import Parameters
from simulator.world.flow import Flow, Reach
from simulator.world.staleness import HOUR_S


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    return replace(flow, label_late_s=flow.label_late_s + parameters["hours"] * HOUR_S * reach.intensity)
