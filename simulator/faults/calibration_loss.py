"""Scores are no longer the probabilities that they are read as: logits are divided and moved, more and more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from generator.model import Parameters
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    if flow.logit is None:
        return flow
    strength = reach.intensity[:, None]
    lost = flow.logit / parameters["temperature"] ** strength + parameters["bias"] * strength
    return replace(flow, logit=np.where(reach.hit(), lost, flow.logit))
