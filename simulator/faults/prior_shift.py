"""Right answers of one class become more or less frequent; within each class, requests are those that came before."""

from __future__ import annotations

import numpy as np

from generator.model import Parameters
from simulator.world.asking import asking_instead, first_of
from simulator.world.flow import Flow, Reach, over_traffic


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    if flow.label is None:
        return flow
    reached = reach.inside & (reach.rank < reach.share)
    positive, negative = (flow.label > 0.5) & reached, (flow.label <= 0.5) & reached
    share = over_traffic(positive, reach.weight) / max(float(reached @ reach.weight), 1e-9)
    usual = np.clip(share, 1e-9, 1 - 1e-9)
    odds = parameters["odds_ratio"] ** reach.intensity * usual / (1 - usual)
    now = odds / (1 + odds)
    more, fewer = np.maximum(now - usual, 0) / (1 - usual), np.maximum(usual - now, 0) / usual
    flow = asking_instead(flow, reach, who=first_of(negative, more, reach), donors=positive)
    return asking_instead(flow, reach, who=first_of(positive, fewer, reach), donors=negative)
