"""What is rare at a live target is told by what the target itself showed before anything was done to it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from simulator.events import WORLD, ControlTookEffect, Event, EvidenceLink, Observed
from simulator.session.healthy import Healthy
from simulator.session.reference import LEAST, Reference
from simulator.session.stage import Stage
from tests.simulator.stages import stage

RATE, MEAN = "requests per s", "score mean"
ONSET = 12.0


@functools.cache
def staged() -> tuple[Stage, Healthy]:
    """The drill with faults from minute 12 on, and its healthy twin."""
    found = stage()
    faults = tuple(replace(fault, onset_minutes=np.array([ONSET])) for fault in found.faults)
    return replace(found, faults=faults), Healthy(found, (RATE, MEAN))


def scrapes(rate: Callable[[float], float], *, until: float, every: float = 0.25) -> list[Event]:
    """Of a target with a rate of its own, by minute."""
    minutes = [number * every for number in range(int(until / every))]
    return [
        Event(seq, 60 * at, WORLD, Observed({}, {RATE: rate(at), MEAN: 0.03 + 0.001 * (seq % 5)}))
        for seq, at in enumerate(minutes)
    ]


def quantile(events: list[Event], value: float, key: str = RATE) -> float | None:
    found, healthy = staged()
    told = Reference(found, events, healthy).quantile(EvidenceLink(key, 60 * 50.0, value))
    return None if told is None else told.quantile


def test_a_target_that_is_unlike_the_twin_is_not_rare_for_that() -> None:
    """It gets a twentieth of the traffic: what it shows all the time is common, and the twin calls it unheard of."""
    events = scrapes(lambda at: 1.25, until=60)

    assert staged()[1].quantile(EvidenceLink(RATE, 3000.0, 1.25), 0).quantile == 0
    assert quantile(events, 1.25) == 0.5
    assert quantile(events, 1.3) == pytest.approx(0.98)


def test_what_lies_far_outside_is_rare() -> None:
    """On either side."""
    events = scrapes(lambda at: 1.25, until=60)

    assert quantile(events, 0.9, MEAN) == 1
    assert quantile(events, -0.9, MEAN) == 0
    assert quantile(events, 1000.0) == 1


def test_only_what_came_before_the_first_fault_and_the_first_control_counts() -> None:
    """What a fault does is not healthy, however long it lasts."""
    broken = scrapes(lambda at: 1.25 if at < ONSET else 1000.0, until=60)
    turned = [
        *scrapes(lambda at: 1.25, until=60),
        Event(999, 60.0, WORLD, ControlTookEffect("safe-mode", "on")),
    ]

    assert quantile(broken, 1000.0) == 1
    assert quantile(turned, 1000.0) is None


def test_with_too_few_readings_there_is_no_reference() -> None:
    """Those whose window reaches back before the drill do not count: what was before is the twin's."""
    seldom = scrapes(lambda at: 1.25, until=ONSET, every=ONSET / (LEAST + 2))

    assert quantile(seldom, 1000.0) is None
    assert quantile(seldom, 0.9, MEAN) == 1
    assert quantile(scrapes(lambda at: 1.25, until=ONSET), 1000.0, "in flight") is None
