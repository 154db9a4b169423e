"""Events come several times, so that fields which count or add them up are as many times too large."""

from __future__ import annotations

import numpy as np

from generator.model import Parameters
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    times = np.where(reach.hit_growing(), parameters["times"], 1.0)
    for name in parameters["fields"]:
        if name in flow.fields:
            flow = flow.with_field(name, flow.fields[name] * times)
    return flow
