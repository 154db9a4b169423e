"""The same requests now call for the other answer; with a ramp, more and more of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from generator.model import Parameters
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    if flow.label is None:
        return flow
    return replace(flow, label=np.where(reach.hit_growing(), 1 - flow.label, flow.label))
