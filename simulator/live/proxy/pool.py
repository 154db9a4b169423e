"""Requests that wait in, connections to the target out, kept for the next one."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

from simulator.live.clock import monotonic
from simulator.live.proxy.line import Asker, Line
from simulator.live.proxy.target import Target

CONNECT_S = 5.0
IDLE_S = 1.5
"""A connection that nobody used for longer is not used again: most servers close theirs after 2 s or more, and a
request that meets the end of its connection is lost."""
MOST_IDLE = 512


class Pool:
    """The connections to one target."""

    def __init__(
        self,
        target: Target,
        loop: asyncio.AbstractEventLoop,
        *,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self.target, self._loop, self._now = target, loop, now
        self._idle: list[Line] = []
        self._lines: set[Line] = set()
        self._dialing: set[asyncio.Task[None]] = set()
        self._secured = ssl.create_default_context() if target.secure else None

    def take(self) -> Line | None:
        """The connection that was used last; None when a new one is needed."""
        while self._idle:
            line = self._idle.pop()
            if not line.closing and self._now() - line.idle_since < IDLE_S:
                return line
            line.transport.close()
        return None

    def put(self, line: Line) -> None:
        """It may serve somebody else."""
        if line.closing or len(self._idle) >= MOST_IDLE:
            line.transport.close()
            return
        line.idle_since = self._now()
        self._idle.append(line)

    def forget(self, line: Line) -> None:
        """It is gone."""
        self._lines.discard(line)
        if line in self._idle:
            self._idle.remove(line)

    def dial(self, asker: Asker) -> None:
        """A new connection for somebody, who is told."""
        task = self._loop.create_task(self._dial(asker))
        self._dialing.add(task)
        task.add_done_callback(self._dialing.discard)

    async def _dial(self, asker: Asker) -> None:
        target = self.target
        try:
            async with asyncio.timeout(CONNECT_S):
                _, line = await self._loop.create_connection(
                    lambda: Line(put=self.put, forget=self.forget),
                    target.host,
                    target.port,
                    ssl=self._secured,
                )
        except TimeoutError:
            asker.unreached(504, "connect_timeout", f"the target took no connection in {CONNECT_S:g} s")
        except OSError as error:
            sentence = f"the target cannot be reached: {error.strerror or error}"
            asker.unreached(502, "unreachable", sentence)
        else:
            self._lines.add(line)
            if asker.over:
                self.put(line)
            else:
                asker.connected(line)

    def sweep(self) -> None:
        """Close what has been idle for too long."""
        now = self._now()
        stale = [line for line in self._idle if now - line.idle_since >= IDLE_S]
        self._idle = [line for line in self._idle if now - line.idle_since < IDLE_S]
        for line in stale:
            line.transport.close()

    async def close(self) -> None:
        """Drop all connections."""
        for task in list(self._dialing):
            task.cancel()
        await asyncio.gather(*self._dialing, return_exceptions=True)
        for line in list(self._lines):
            line.drop()
