"""Some hosts compute wrong numbers and raise no error; with a ramp, more and more of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from generator.model import Parameters
from simulator.faults.disturbance import noise
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    if flow.logit is None:
        return flow
    error = parameters["noise"] * noise("numerical-corruption", len(reach.rank))
    return replace(flow, logit=flow.logit + np.where(reach.on_hosts(), error[None, :], 0.0))
