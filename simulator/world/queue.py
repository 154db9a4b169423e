"""Offered load and workers in, waiting and refusals out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from generator.model import Service
from simulator.world import latency
from simulator.world.flow import Delay, Floats, Pace, either, over_traffic
from simulator.world.passage import Passage
from simulator.world.settings import Settings

FULL = 0.97
"""Utilisation that is never passed: what is offered beyond is refused."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Axes (state,)."""

    slowdown: Floats
    """Service times relative to those the profile states."""
    refused: Floats
    busy: Floats


def queue_of(service: Service, settings: Settings, passage: Passage, load: Floats, weight: Floats) -> Queue:
    """Waiting grows as 1 / (1 - utilisation), the M/M/1 sojourn time; offered work beyond ``FULL`` is refused."""
    times = service.profile.latency
    extra = sum(
        (_mean_delay(delay, len(load), weight) * passage.model_share for delay in passage.model_delays),
        np.zeros(len(load)),
    ) + sum(
        (
            _mean_delay(delay, len(load), weight) * (1 - passage.model_share)
            for delay in passage.fallback_delays
        ),
        np.zeros(len(load)),
    )
    held = times.occupancy_ms / 1000 * settings.slowdown * _mean_pace(passage, weight)
    taken = (1 - settings.refused) * (1 - mean_over(passage.refused, weight))
    workers = settings.workers * settings.in_rotation
    offered = load * passage.load * taken * (held + extra) / workers
    usual = service.profile.traffic.requests_per_s * times.occupancy_ms / 1000 / times.workers
    used = np.minimum(offered, FULL)
    refused = np.where(offered > FULL, 1 - FULL / np.maximum(offered, FULL), 0.0)
    return Queue(
        settings.slowdown * ((1 - usual) / (1 - used)), either(settings.refused, refused), used * workers
    )


def mean_over(values: Floats, weight: Floats) -> Floats:
    """Over the traffic, axes (state,); what is the same for all is exactly that."""
    mean: Floats = values[:, 0] if values.shape[1] == 1 else over_traffic(values, weight)
    return mean


def _mean_pace(passage: Passage, weight: Floats) -> Floats:
    """How many times as long a request holds its worker because of its host; axes (state,)."""
    if not (passage.model_paces or passage.fallback_paces):
        return np.ones(1)
    share = passage.model_share
    return share * _pace(passage.model_paces, weight) + (1 - share) * _pace(passage.fallback_paces, weight)


def _pace(paces: Sequence[Pace], weight: Floats) -> Floats:
    longer: Floats = np.ones((1, 1))
    for pace in paces:
        longer = longer * (1 + pace.probability * (pace.factor[:, None] - 1))
    return 1 + mean_over(longer - 1, weight)


def _mean_delay(delay: Delay, states: int, weight: Floats) -> Floats:
    probability = over_traffic(np.broadcast_to(delay.probability, (states, len(weight))), weight)
    return probability * latency.mean_s(delay.p50_s, delay.p99_s)
