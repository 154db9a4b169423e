"""A place in, one face of the observer out: whoever connects to it is passed on to that place, and measured."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from simulator.live.bodies import read
from simulator.live.clock import monotonic
from simulator.live.effects import intensity, prepared
from simulator.live.lease import Cap
from simulator.live.observer.own import Own
from simulator.live.process import LOOPBACK
from simulator.live.proxy.client import Caller
from simulator.live.proxy.counters import Counters
from simulator.live.proxy.dataplane import DataPlane
from simulator.live.proxy.exchange import Exchange
from simulator.live.proxy.falling import Falling
from simulator.live.proxy.journal import Journal
from simulator.live.proxy.leases import Table
from simulator.live.proxy.log import Log
from simulator.live.proxy.pool import Pool
from simulator.live.proxy.request import Request
from simulator.live.proxy.target import Target

TICK_S = 0.5
DRAIN_S = 1.5
"""For requests that are under way when it is asked to go."""
NOWHERE = Path(os.devnull)
Make = Callable[["Face", Caller, Request], Exchange]


class Face(DataPlane):
    """A data plane on which no lease is ever granted."""

    def __init__(
        self,
        target: Target,
        make: Make,
        *,
        timeout_s: float,
        loop: asyncio.AbstractEventLoop,
        otherwise: Target | None = None,
    ) -> None:
        """``timeout_s``: how long target or caller may say nothing in the midst of a request; ``otherwise``: where
        requests go when nobody listens at ``target``.
        """
        counters, log = Counters(), Log(NOWHERE)
        table = Table(cap=Cap(), journal=Journal(NOWHERE), prepare=prepared, counters=counters, log=log)
        table.closed = "no fault can be put into the observer"
        falling = _Reading(table, counters, read=read, strength=intensity)
        super().__init__(
            loop, Pool(target, loop), table, falling, counters=counters, log=log, timeout_s=timeout_s
        )
        self._make = make
        self.spare = None if otherwise is None else Pool(otherwise, loop)

    def exchange(self, caller: Caller, request: Request) -> Exchange:
        return self._make(self, caller, request)

    @contextlib.asynccontextmanager
    async def serving(self, port: int) -> AsyncIterator[int]:
        """The port, the one asked for unless that is 0; OSError when somebody else has it."""
        server = await self.loop.create_server(lambda: Caller(self), LOOPBACK, port, backlog=1024)
        ticking = self.loop.create_task(self._tick())
        try:
            yield int(server.sockets[0].getsockname()[1])
        finally:
            server.close()
            await self._drain()
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)
            for pool in self._pools:
                await pool.close()
            for caller in list(self.callers):
                caller.transport.abort()
            self.table.close()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self.sweep()
            if self.spare is not None:
                self.spare.sweep()

    @property
    def _pools(self) -> list[Pool]:
        return [self.pool] if self.spare is None else [self.pool, self.spare]

    async def _drain(self) -> None:
        """Let what is under way come to its end."""
        self.leaving = True
        until = monotonic() + DRAIN_S
        while self.callers and monotonic() < until:
            self.sweep()
            await asyncio.sleep(0.05)


class _Reading(Falling):
    """Waits for the whole of what is meant for the observer itself, and for nothing else."""

    def wants_body(self, request: Request, id: str, now: float) -> bool:
        return request.bodied and Own.is_meant(request)
