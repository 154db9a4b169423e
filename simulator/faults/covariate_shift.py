"""The distribution of a field moves by a number of standard deviations, more and more as the intensity grows."""

from __future__ import annotations

import numpy as np

from generator.model import Parameters
from simulator.world.flow import Floats, Flow, Reach

SKEWED = 1.0
"""Positive fields with more skewness than this move on a logarithmic scale, so that they stay positive."""


def transform(flow: Flow, reach: Reach, parameters: Parameters) -> Flow:
    name = parameters["field"]
    if name not in flow.fields:
        return flow
    healthy, seen = reach.healthy[name], flow.fields[name]
    by = parameters["shift_sd"] * reach.intensity[:, None] * reach.hit()
    if healthy.min() > 0 and skewness(healthy) > SKEWED:
        return flow.with_field(name, seen * np.exp(by * np.log(healthy).std()))
    return flow.with_field(name, np.clip(seen + by * healthy.std(), healthy.min(), healthy.max()))


def skewness(values: Floats) -> float:
    if values.std() == 0:
        return 0.0
    return float((((values - values.mean()) / values.std()) ** 3).mean())
