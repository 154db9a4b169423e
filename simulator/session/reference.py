"""What a live target showed before anything was done to it in, out where a later reading stands beside that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from generator import kinds
from simulator.events import ControlTookEffect, Event, EvidenceLink, EvidenceQuantile, Observed
from simulator.session.healthy import Healthy
from simulator.session.stage import Stage
from simulator.session.vitals import COUNTED, WINDOW_S
from simulator.world.flow import Floats

DECIMALS = 9
LEAST = 10
"""Readings that a reference needs."""
COMMON = (0.02, 0.98)
"""Between them is what does not lie outside by the margin."""


class Reference:
    """A live target's own readings from before the first onset and the first control; how far they wander, the twin's.

    A reading is rare, 0 or 1, where it lies outside the target's own by more than these lie apart, and by more than
    those of the healthy twin lie apart in all of the drill, taken larger where the target's level is. So few readings,
    each of which shares most of its window with the next, cannot say more by their order: the others get their rank
    among them, within ``COMMON``.
    A reading counts only once its window has left what was before the drill: the telemetry there is the twin's.
    """

    def __init__(self, stage: Stage, events: Sequence[Event], healthy: Healthy, replica: int = 0) -> None:
        windows = _windows(stage)
        onsets = [float(fault.onset_minutes[replica]) for fault in stage.faults]
        turned = [event.minutes for event in events if isinstance(event.payload, ControlTookEffect)]
        until = min([*onsets, *turned], default=stage.drill.horizon_minutes)
        self._healthy, self._replica = healthy, replica
        self._own: dict[str, list[float]] = {}
        for event in events:
            if isinstance(event.payload, Observed) and event.minutes < until:
                for key, value in {**event.payload.vitals, **event.payload.signals}.items():
                    if value is not None and event.minutes >= windows.get(key, 0.0):
                        self._own.setdefault(key, []).append(value)

    def quantile(self, link: EvidenceLink) -> EvidenceQuantile | None:
        """None where too little is known of the target, of the twin, or of the reading."""
        own, twin = self._own.get(link.key, []), self._healthy.readings(link.key, self._replica)
        if len(own) < LEAST or not len(twin) or link.value is None:
            return None
        return EvidenceQuantile(
            link.key, link.t, round(_quantile(link.value, own, _apart(own, twin)), DECIMALS)
        )


def _apart(own: Sequence[float], twin: Floats) -> float:
    """By how much the readings of a healthy target may differ."""
    level, of_twin = float(np.median(own)), float(np.median(twin))
    larger = max(1.0, level / of_twin) if of_twin > 0 else 1.0
    return max(max(own) - min(own), larger * float(np.ptp(twin)))


def _quantile(value: float, own: Sequence[float], apart: float) -> float:
    """
    >>> [_quantile(value, [1.0, 2.0, 3.0], 4.0) for value in (8.0, 7.0, 2.0, -3.5)]
    [1.0, 0.98, 0.5, 0.0]
    """
    if value > max(own) + apart:
        return 1.0
    if value < min(own) - apart:
        return 0.0
    rank = (sum(one < value for one in own) + sum(one <= value for one in own)) / 2
    return min(max(rank / len(own), COMMON[0]), COMMON[1])


def _windows(stage: Stage) -> Mapping[str, float]:
    """Minutes that what is counted from scrape to scrape looks back over, by key; the service's own gauges do not."""
    known = kinds.load("signals")
    found = {
        ref.key: max(float(ref.signal.with_.get(name, 0.0)) for name in ("window_minutes", "long_minutes"))
        for ref in stage.signals
        if "window_of" not in known[ref.signal.kind].declaration
    }
    return {**found, **dict.fromkeys(COUNTED, WINDOW_S / 60)}
