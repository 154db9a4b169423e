"""A field is multiplied, as when euros become cents; with a ramp, for more and more of the requests."""

from __future__ import annotations

import numpy as np

from generator.model import Parameters
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    name = parameters["field"]
    if name not in flow.fields:
        return flow
    factor = np.where(reach.hit_growing(), parameters["factor"], 1.0)
    return flow.with_field(name, flow.fields[name] * factor)
