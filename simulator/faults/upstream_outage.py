"""A source delivers nothing; with a ramp, for more and more of the requests."""

from __future__ import annotations

from generator.model import Parameters
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    for name in flow.fields:
        flow = flow.without_field(name, reach.hit_growing())
    return flow
