"""Some requests reach another version of the model than they should, and the same ones whenever they come."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from generator.model import Parameters
from simulator.world.flow import Flow, Reach


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    if flow.logit is None or flow.scoring is None:
        return flow
    hit = reach.unless(reach.pinned).hit_growing()
    logit, threshold, place = flow.scoring.by(parameters["version"])
    scoring = replace(
        flow.scoring,
        threshold=np.where(hit, threshold, flow.scoring.threshold),
        version=np.where(hit, place, flow.scoring.version),
    )
    return replace(flow, logit=np.where(hit, logit, flow.logit), scoring=scoring)
