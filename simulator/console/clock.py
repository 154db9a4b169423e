"""The wall clock in, the drill's seconds out: scaled, without pauses, or moved by a script alone."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

TICK_S = 0.1
"""What people do is timed to a tenth of a second, and stands before the next scrape."""
MAX = "max"
"""Time passes only when a script says so."""
UNPACED = "unpaced"
"""Time stands until somebody says how much of it passes; of a clock that runs: it jumps."""


@dataclass(frozen=True, slots=True)
class WallClock:
    """Monotonic seconds, and a way to let them pass."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def speed_of(text: str) -> float | None:
    """A speed as people write it; None for ``max``: time passes only when a script says so.

    >>> speed_of("20"), speed_of("x1"), speed_of("max")
    (20.0, 1.0, None)
    """
    if text == MAX:
        return None
    found = re.fullmatch(r"x?(\d+(?:\.\d+)?)", text)
    if found is None or not float(found[1]):
        raise ValueError(f"unknown speed '{text}': write a factor such as 1 or 20, or max")
    return float(found[1])


def pace_of(speed: float | None) -> str:
    """How a record names a speed.

    >>> pace_of(20.0), pace_of(0.00001), pace_of(None)
    ('x20', 'x0.00001', 'max')
    """
    return MAX if speed is None else f"x{speed:.6f}".rstrip("0").rstrip(".")


class DrillClock:
    """Seconds since the start of the drill; never backwards."""

    def __init__(self, speed: float | None, wall: WallClock) -> None:
        self.speed = speed
        self.paused = False
        self._wall = wall
        self._t = 0.0
        self._since: float | None = None

    def start(self) -> None:
        """From here on the wall clock counts."""
        self._since = self._wall.now()

    def go_on(self, t: float, *, speed: float | None, paused: bool) -> None:
        """As it was at ``t``, seconds since the start, before anything is started."""
        self._t, self._since = t, None
        self.speed, self.paused = speed, paused

    def now(self) -> float:
        """Seconds since the start, up to this instant."""
        if self.speed is not None and self._since is not None and not self.paused:
            wall = self._wall.now()
            self._t += max(0.0, wall - self._since) * self.speed
            self._since = wall
        return self._t

    def instant(self, until_t: float) -> float:
        """Now, as an event that comes before a scrape is timed."""
        ticks = math.floor(self.now() / TICK_S + 1e-6)
        return max(0.0, min(round(ticks * TICK_S, 3), round(until_t - TICK_S, 3)))

    def run_at(self, speed: float) -> None:
        """From here on, so many times faster than the wall clock."""
        self.now()
        self.speed = speed

    def pause(self) -> None:
        self.now()
        self.paused = True

    def resume(self) -> None:
        self.paused = False
        self._since = self._wall.now()

    def reach(self, t: float) -> None:
        """Let time pass at once."""
        self._t = max(self.now(), t)

    def wall_seconds_to(self, t: float) -> float | None:
        """How long the wall clock takes to get there; None: for ever, as it does not move by itself."""
        if self.speed is None or self.paused:
            return None
        return max(0.0, t - self.now()) / self.speed

    def sleep(self, seconds: float) -> None:
        self._wall.sleep(seconds)
