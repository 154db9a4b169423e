"""Drill time and wall time: one factor and one beginning between them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

monotonic: Callable[[], float] = partial(time.clock_gettime, time.CLOCK_BOOTTIME)
"""Seconds that go on while the machine sleeps, as those of ``time.monotonic`` do not: a fault that was in force when a
laptop was shut must not be when it is opened."""


@dataclass(frozen=True, slots=True)
class Compression:
    """So many drill seconds pass in a second of the wall: windows, holds and label delays shrink by it, load grows."""

    factor: float

    def wall_s(self, drill_minutes: float) -> float:
        """
        >>> Compression(20).wall_s(30)
        90.0
        """
        return drill_minutes * 60 / self.factor

    def drill_s(self, wall_s: float) -> float:
        """
        >>> Compression(20).drill_s(1.5)
        30.0
        """
        return wall_s * self.factor


class LiveClock:
    """Seconds of the drill since it began, by the monotonic clock; negative before."""

    def __init__(
        self, compression: Compression, *, begins_in_s: float = 0.0, now: Callable[[], float] = time.monotonic
    ) -> None:
        """``begins_in_s``: wall seconds from now."""
        self.compression = compression
        self._now, self._origin = now, now() + begins_in_s

    def drill_s(self) -> float:
        return self.compression.drill_s(self._now() - self._origin)

    def wall_s_to(self, drill_s: float) -> float:
        """Wall seconds to a moment of the drill; 0 when it is past."""
        return max(0.0, drill_s / self.compression.factor - (self._now() - self._origin))
