"""Far more requests come than usual at that hour."""

from __future__ import annotations

from dataclasses import replace

from generator.model import Parameters
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    return replace(flow, load=flow.load * (1 + (parameters["factor"] - 1) * reach.intensity))
