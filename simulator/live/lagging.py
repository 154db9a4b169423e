"""Steps as they come in; by how much they come too late by the wall, out."""

from __future__ import annotations

import time
from collections.abc import Callable

LATE_S = 1.0
"""Less is the unrest of a busy machine; where steps are further apart, as much as a step."""
WAITED = 0.9
"""Of the time between two steps: who had so much to spare was not late."""


class Lag:
    """Steps of a drill that were missed come one right after another: what is read then is not of their time."""

    def __init__(self, apart_s: float, *, now: Callable[[], float] = time.monotonic) -> None:
        """``apart_s``: wall seconds between two steps."""
        self._apart_s, self._now = apart_s, now
        self._most_s = max(apart_s, LATE_S)
        self._earliest: float | None = None
        """When step 0 would have been, by the step that was the least late."""
        self._last_at = 0.0
        self._was_late = False

    def late_s(self, step: int) -> float:
        """Wall seconds by which a step is too late, to be asked once as it comes; 0: it is in time."""
        at = self._now()
        began = at - step * self._apart_s
        # Whoever was late and waits again has caught up, by a clock that stood still meanwhile.
        stood = self._was_late and at - self._last_at >= WAITED * self._apart_s
        self._earliest = began if self._earliest is None or stood else min(self._earliest, began)
        behind_s = began - self._earliest
        self._last_at, self._was_late = at, behind_s > self._most_s
        return behind_s if self._was_late else 0.0
