"""Bytes in, the same bytes out at so many a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

TICK_S = 0.05
LEAST_S = 0.001
FULL_BYTES = 256 * 1024


class Drip:
    """Holds bytes back; when the limit is gone, it lets go of all at once."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        limit: Callable[[], float | None],
        write: Callable[[bytes], None],
        drained: Callable[[], None],
    ) -> None:
        """``limit``: bytes a second at this moment, None: none; ``drained``: called when nothing is held back."""
        self._loop, self._limit, self._write, self._drained = loop, limit, write, drained
        self._held = bytearray()
        self._timer: asyncio.TimerHandle | None = None
        self._owed = 0.0
        self._ticked = monotonic()
        self.paused = False
        """The receiver takes nothing more at the moment."""

    @property
    def full(self) -> bool:
        return len(self._held) > FULL_BYTES

    @property
    def empty(self) -> bool:
        return not self._held

    def put(self, data: bytes) -> None:
        self._held += data
        if self._timer is None:
            self._ticked = monotonic()
            self._arm(self._limit())

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._held.clear()

    def _tick(self) -> None:
        self._timer = None
        now = monotonic()
        limit = self._limit()
        self._owed += (now - self._ticked) * (limit or 0.0)
        self._ticked = now
        due = len(self._held) if limit is None else min(int(self._owed), len(self._held))
        if due and not self.paused:
            self._owed = max(0.0, self._owed - due)
            self._write(bytes(self._held[:due]))
            del self._held[:due]
        self._owed = min(self._owed, limit or 0.0)
        if self._held:
            self._arm(limit)
        else:
            self._drained()

    def _arm(self, limit: float | None) -> None:
        """Come back when all of it is due, or some."""
        due_s = len(self._held) / limit if limit else 0.0
        soon_s = TICK_S if self.paused else min(TICK_S, max(due_s, LEAST_S))
        self._timer = self._loop.call_later(soon_s, self._tick)
