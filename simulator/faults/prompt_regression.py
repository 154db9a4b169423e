"""One version's prompt is worse: its scores are biased and noisy wherever it serves."""

from __future__ import annotations

from generator.model import Parameters
from simulator.faults.disturbance import disturbed
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    serving = reach.while_serving(parameters["version"])
    return disturbed(flow, serving, parameters, stream="prompt-regression")
