"""Lookups miss their deadline: the request waits in vain, and the values are missing; with a ramp, for more of them."""

from __future__ import annotations

import numpy as np

from generator.model import Parameters
from simulator.world.flow import Delay, Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    missed, timeout_s = reach.hit_growing(), parameters["timeout_ms"] / 1000
    for name in parameters.get("fields", tuple(flow.fields)):
        flow = flow.without_field(name, missed)
    return flow.with_delay(Delay(np.where(missed, 1.0, 0.0), timeout_s, timeout_s))
