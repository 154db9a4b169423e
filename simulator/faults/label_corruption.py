"""Labels that come back say the opposite of what is right; with a ramp, more and more of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from generator.model import Parameters
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    wrong = reach.hit_growing()
    if "instead_of" in parameters and flow.label is not None:
        wrong = wrong & (flow.label == parameters["instead_of"])
    return replace(flow, mislabelled=np.where(wrong, 1 - flow.mislabelled, flow.mislabelled))
