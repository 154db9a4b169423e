"""Memory fills up until the processes are killed: first they slow down, then they are gone, then it begins again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from generator.model import Parameters
from simulator.world.courses import Sawtooth
from simulator.world.flow import Flow, Pace, Reach

PRESSED = 0.8
"""From this share of the free memory on, requests take longer."""


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    down, hosts = reach.intensity >= 1, reach.on_all_hosts()
    filled = np.where(down, 0.0, reach.intensity)
    pressure = np.maximum(filled - PRESSED, 0.0) / (1 - PRESSED)
    flow = replace(flow, memory=np.maximum(flow.memory, filled))
    if np.any(pressure > 0):
        flow = flow.with_pace(Pace(np.where(hosts, 1.0, 0.0), 1 + (parameters["slowdown"] - 1) * pressure))
    return flow.failing(np.where(hosts & down[:, None], 1.0, 0.0)) if np.any(down) else flow


def course(parameters: Parameters) -> Sawtooth:
    return Sawtooth(parameters["fill_minutes"], parameters["restart_minutes"])
