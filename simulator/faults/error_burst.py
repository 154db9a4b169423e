"""Some requests fail at this node; with a ramp, more and more of them."""

from __future__ import annotations

from generator.model import Parameters
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    return flow.failing(reach.chance())
