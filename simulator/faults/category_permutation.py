"""The codes of a category are dealt out anew: each value stands for the next; with a ramp, in more requests."""

from __future__ import annotations

import numpy as np

from generator.model import Parameters
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    name = parameters["field"]
    if name not in flow.fields:
        return flow
    seen = flow.fields[name]
    known = np.unique(reach.healthy[name]) if name in reach.healthy else np.unique(seen)
    values = np.sort(np.array(parameters.get("values", known), dtype=float))
    values = values[~np.isnan(values)]
    if not len(values):
        return flow
    place = np.minimum(np.searchsorted(values, seen), len(values) - 1)
    coded = values[place] == seen
    return flow.with_field(name, np.where(reach.hit_growing() & coded, np.roll(values, -1)[place], seen))
