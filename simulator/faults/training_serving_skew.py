"""One version of a pipeline computes a feature otherwise than the training data had it, wherever it serves."""

from __future__ import annotations

import numpy as np

from generator.model import Parameters
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    name = parameters["feature"]
    if name not in flow.fields:
        return flow
    skewed = parameters["factor"] * flow.fields[name] + parameters["offset"]
    hit = reach.while_serving(parameters["version"]).hit_growing()
    return flow.with_field(name, np.where(hit, skewed, flow.fields[name]))
