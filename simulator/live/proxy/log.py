"""What was done to which request in, the last of it on demand out, and all of it to a file beside the journal."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import orjson

from simulator.live.clock import monotonic

KEPT = 50_000
"""Entries in memory."""
WAITING = 200_000
"""Entries that wait for the disk at most; what comes then is not written, and counted."""
LARGEST_BYTES = 64 * 2**20
"""Of the file; a drill needs some megabytes."""
AT_ONCE = 10_000
"""Entries in one answer."""
TOGETHER = 64
"""Entries are written as JSON so many after one another: that costs less than one now and then, and holds no request
up for long."""


class Log:
    """Entries with running numbers from 1, as lines of JSON."""

    def __init__(
        self,
        file: Path,
        *,
        now: Callable[[], float] = monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._file, self._now, self._wall = file, now, wall
        self._fresh: list[dict[str, object]] = []
        self._kept: deque[bytes] = deque(maxlen=KEPT)
        self._waiting: list[bytes] = []
        self._count = 0
        self.unwritten = 0

    def add(self, what: str, entry: dict[str, object]) -> None:
        """``entry``: what there is to say, as JSON can hold it; kept with number and time."""
        self._count += 1
        self._fresh.append(
            {"n": self._count, "what": what, "at": self._wall(), "monotonic": self._now(), **entry}
        )
        if len(self._fresh) >= TOGETHER:
            self._settle()

    def _settle(self) -> None:
        """Write what is fresh as JSON."""
        fresh, self._fresh = self._fresh, []
        # A copy of its own size: what orjson returns holds the 8 KiB that it was written in.
        lines = [orjson.dumps(entry, default=str) + b"\n" for entry in fresh]
        self._kept.extend(lines)
        room = max(0, WAITING - len(self._waiting))
        self._waiting.extend(lines[:room])
        self.unwritten += max(0, len(lines) - room)

    def since(self, number: int) -> bytes:
        """The entries behind a number, as JSON: ``entries``; ``next``, to ask with again; how many are ``lost``.

        A number that was never reached is that of a proxy before this one: then all there are.
        """
        self._settle()
        number = number if number <= self._count else 0
        first = self._count - len(self._kept)
        start = max(number, first)
        behind = start - first
        entries = list(islice(self._kept, behind, behind + AT_ONCE))
        tail = b'],"next":%d,"lost":%d}' % (start + len(entries), max(0, first - number))
        return b'{"entries":[' + b",".join(entries) + tail

    def waiting(self) -> list[bytes]:
        """What is not in the file yet; it is taken by who asks."""
        self._settle()
        lines, self._waiting = self._waiting, []
        return lines

    def write(self, lines: list[bytes]) -> None:
        """Add lines to the file, from any thread; what the disk does not take is counted, and missed by nobody else."""
        if not lines:
            return
        try:
            with self._file.open("ab") as out:
                if out.tell() < LARGEST_BYTES:
                    out.write(b"".join(lines))
                    return
        except OSError:
            pass
        self.unwritten += len(lines)
