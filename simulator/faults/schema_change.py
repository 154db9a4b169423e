"""A field is renamed, dropped or retyped, so that nobody finds it; with a ramp, in more and more of the requests."""

from __future__ import annotations

from generator.model import Parameters
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    return flow.without_field(parameters["field"], reach.hit_growing())
