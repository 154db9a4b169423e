"""Fields are as they were some time ago; the stronger the fault, the longer ago."""

from __future__ import annotations

import numpy as np

from generator.model import Parameters
from simulator.world.flow import Flow, Reach
from simulator.world.staleness import DEFAULT_MEMORY_HOURS, HOUR_S, aged


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    age_hours = reach.intensity * parameters["age_hours"]
    memory_hours = parameters.get("memory_hours", DEFAULT_MEMORY_HOURS)
    hit = reach.hit()
    for name in parameters["fields"]:
        if name not in flow.fields:
            continue
        seen = flow.fields[name]
        old = aged(
            seen,
            age_hours,
            memory_hours=memory_hours,
            weight=reach.weight,
            rank=reach.rank,
            inside=reach.inside,
        )
        flow = flow.with_field(name, np.where(hit, old, seen))
        flow = flow.with_age(name, np.where(hit, age_hours[:, None] * HOUR_S, 0.0))
    return flow
