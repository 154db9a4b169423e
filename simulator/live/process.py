"""What every process of a live drill has in common: how it says where it is, and how long it lives.

The first line on its standard output says where it can be reached; nothing follows. It lives on a lease as a fault
does: when nobody has said for ``LINGER_S`` that it is still needed, it ends by itself, so that no crash of others
leaves it behind.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from collections.abc import Callable, Mapping

from simulator.live.clock import monotonic

LOOPBACK = "127.0.0.1"
LINGER_S = 30.0


def free_port() -> int:
    """A port of this machine that nobody listens on just now."""
    with socket.socket() as tried:
        tried.bind((LOOPBACK, 0))
        found: int = tried.getsockname()[1]
    return found


def announce(**where: str | int) -> None:
    """Say where it can be reached, as one line of JSON: ``url``, ``control``, ``pid`` and what else there is."""
    sys.stdout.write(json.dumps(where) + "\n")
    sys.stdout.flush()


def announced(line: str) -> Mapping[str, str | int]:
    """What a process said of itself; ValueError when it is no such line."""
    found = json.loads(line)
    if not isinstance(found, dict):
        raise ValueError(f"not where a process can be reached: {line[:200]!r}")
    return found


class Alive:
    """Whether a process is still needed: somebody has said so within ``linger_s``, and nobody asked it to stop."""

    def __init__(self, *, linger_s: float = LINGER_S, now: Callable[[], float] = monotonic) -> None:
        self._linger_s, self._now = linger_s, now
        self._heard, self._stopped = now(), asyncio.Event()

    def hear(self) -> None:
        """Somebody needs it: ``POST /alive``."""
        self._heard = self._now()

    def stop(self) -> None:
        """It may go: ``POST /stop``, SIGTERM or SIGINT."""
        self._stopped.set()

    @property
    def is_stopped(self) -> bool:
        """Whether somebody asked it to go, rather than said nothing."""
        return self._stopped.is_set()

    async def over(self) -> None:
        """Returns when it is no longer needed."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        while not self._stopped.is_set():
            left = self._heard + self._linger_s - self._now()
            if left <= 0:
                return
            try:
                await asyncio.wait_for(self._stopped.wait(), timeout=min(left, 1.0))
            except TimeoutError:
                continue
