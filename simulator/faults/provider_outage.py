"""An outside provider gives no answer; with a ramp, to more and more of the requests that need it."""

from __future__ import annotations

from generator.model import Parameters
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    return flow.failing(reach.chance())
