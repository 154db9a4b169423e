"""A constant that looks valid stands in place of a field's value; with a ramp, in more and more of the requests."""

from __future__ import annotations

import numpy as np

from generator.model import Parameters
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    name = parameters["field"]
    if name not in flow.fields:
        return flow
    return flow.with_field(name, np.where(reach.hit_growing(), parameters["value"], flow.fields[name]))
