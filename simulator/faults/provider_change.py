"""An outside provider changed its model: scores are biased and noisy, and perhaps later, whatever version asks."""

from __future__ import annotations

from generator.model import Parameters
from simulator.faults.disturbance import disturbed
from simulator.world.flow import Delay, Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    flow = disturbed(flow, reach, parameters, stream="provider-change")
    if "p50_ms" not in parameters:
        return flow
    return flow.with_delay(Delay(reach.chance(), parameters["p50_ms"] / 1000, parameters["p99_ms"] / 1000))
