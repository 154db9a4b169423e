"""One version of the model refuses to answer, or answers in a form that nobody can read; more and more with a ramp."""

from __future__ import annotations

from generator.model import Parameters
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    return flow.with_spoilt(parameters["form"], reach.while_serving(parameters["version"]).chance())
