"""Some requests take longer at this node; with a ramp, more and more of them."""

from __future__ import annotations

from generator.model import Parameters
from simulator.world.flow import Delay, Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    return flow.with_delay(Delay(reach.chance(), parameters["p50_ms"] / 1000, parameters["p99_ms"] / 1000))
