"""A field is missing more often; with a ramp, in more and more of the requests."""

from __future__ import annotations

from generator.model import Parameters
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    return flow.without_field(parameters["field"], reach.hit_growing())
