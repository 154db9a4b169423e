"""Offered load and workers in, waiting and refusals out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from generator.model import Service
from simulator.world import latency
from simulator.world.flow import Delay, Floats, either
from simulator.world.graph import Passage
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
    taken = 1 - settings.refused
    offered = load * passage.load * taken * (times.occupancy_ms / 1000 + extra) / settings.workers
    usual = service.profile.traffic.requests_per_s * times.occupancy_ms / 1000 / times.workers
    used = np.minimum(offered, FULL)
    refused = np.where(offered > FULL, 1 - FULL / np.maximum(offered, FULL), 0.0)
    return Queue((1 - usual) / (1 - used), either(settings.refused, refused), used * settings.workers)


def _mean_delay(delay: Delay, states: int, weight: Floats) -> Floats:
    probability = np.broadcast_to(delay.probability, (states, len(weight))) @ weight
    return probability * latency.mean_s(delay.p50_s, delay.p99_s)
