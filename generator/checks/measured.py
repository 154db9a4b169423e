"""How large the samples of a signal are, what chance does to it, and what lifts it: what three rules ask for.

Everything is judged at the lowest traffic of the week.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from generator import statistics
from generator.model import Signal

SCRAPE_MINUTES = 0.25
"""How often metrics are collected: 15 s, as in drills that do not say otherwise."""
EVALUATION_MINUTES = 0.25
"""How often alert rules are evaluated: 15 s, as in the exported rules."""
SEEN_MINUTES = SCRAPE_MINUTES + EVALUATION_MINUTES
"""From a value that crosses to an alert that knows, at most."""
WEEK_MINUTES = 7 * 24 * 60.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What one value of a signal is made of, and how it behaves."""

    window_minutes: float
    size: float
    """How many of them are in the window when traffic is lowest."""
    needed: float
    """How many it takes; 0 when size does not matter."""
    tail: float
    """Probability that one value crosses the threshold on healthy traffic."""
    bad_share: float
    """Of the window, how much must be bad before the gravest fault lifts it over the threshold."""
    of: str = "requests"
    wait_minutes: float = 0.0
    """What passes before the first bad value can be counted at all."""
    renewed_minutes: float = 0.0
    """Each value is a fresh sample, so often; 0: the window slides."""

    @property
    def detect_minutes(self) -> float:
        """From the beginning of the gravest fault to the first value across the threshold, seen and evaluated."""
        return self.wait_minutes + self.bad_share * self.window_minutes + SEEN_MINUTES

    def false_alarms(self, hold_minutes: float) -> float:
        """Expected false alarms a week when the threshold must stay crossed for ``hold_minutes``."""
        if self.renewed_minutes > 0:
            in_a_row = math.floor(hold_minutes / self.renewed_minutes + 1e-9) + 1
            return statistics.run_rate(self.tail, in_a_row) * WEEK_MINUTES / self.renewed_minutes
        level = statistics.normal_level(self.tail)
        return WEEK_MINUTES * statistics.held_rate(
            level, self.window_minutes, hold=hold_minutes, step=EVALUATION_MINUTES
        )


@dataclass(frozen=True, slots=True)
class MeasuredSignal:
    """A signal with its place in the runbook's list, and how it behaves on its service."""

    index: int
    signal: Signal
    measured: Measured

    @property
    def false_alarms(self) -> float:
        """Expected false alarms a week."""
        return self.measured.false_alarms(self.signal.hold_minutes)

    @property
    def detect_minutes(self) -> float:
        """From the beginning of the gravest fault until it fires."""
        return self.measured.detect_minutes + self.signal.hold_minutes
