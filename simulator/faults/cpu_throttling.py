"""Some hosts run more slowly than they should, so that all that they serve takes longer; the others run as ever."""

from __future__ import annotations

import numpy as np

from generator.model import Parameters
from simulator.world.flow import Flow, Pace, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    slow = 1 / (1 - reach.intensity * (1 - parameters["speed"]))
    return flow.with_pace(Pace(np.where(reach.on_all_hosts(), 1.0, 0.0), slow))
