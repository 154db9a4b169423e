"""A target, a journal and a cap in, a running proxy out; it ends its faults first, and itself last."""

from __future__ import annotations

import asyncio
import math
import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from simulator.live.bodies import read
from simulator.live.clock import monotonic
from simulator.live.effects import intensity, prepared
from simulator.live.lease import Cap
from simulator.live.process import LINGER_S, LOOPBACK, announce
from simulator.live.proxy.client import Caller
from simulator.live.proxy.control import Life, control
from simulator.live.proxy.counters import Counters
from simulator.live.proxy.dataplane import TIMEOUT_S, DataPlane
from simulator.live.proxy.falling import Falling
from simulator.live.proxy.journal import Journal
from simulator.live.proxy.leases import UNNEEDED, UNWELL, Table
from simulator.live.proxy.log import Log
from simulator.live.proxy.paths import plain
from simulator.live.proxy.pool import Pool
from simulator.live.proxy.target import Target
from simulator.live.serving import serving

TICK_S = 0.2
FINISHED_S = 5.0
"""Clients may come with a connection for each request: who was here so lately is one that has not gone."""
DRAIN_S = 1.5
"""For requests that are under way when the proxy is asked to go."""


@dataclass(frozen=True, slots=True)
class Options:
    target: Target
    journal: Path
    port: int = 0
    control_port: int = 0
    cap: Cap = field(default_factory=Cap)
    timeout_s: float = TIMEOUT_S
    spared: tuple[str, ...] = ()
    """Paths that no lease touches, beside those of health and metrics."""
    ours: bool = False
    """The target serves nobody: when it is no longer needed, the proxy goes, whoever still comes."""


def assembled(options: Options, loop: asyncio.AbstractEventLoop) -> DataPlane:
    """A data plane that serves nobody yet."""
    counters = Counters()
    log = Log(options.journal.with_name(f"{options.journal.name}.log"))
    table = Table(
        cap=options.cap, journal=Journal(options.journal), prepare=prepared, counters=counters, log=log
    )
    falling = Falling(table, counters, read=read, strength=intensity, spared=plain(options.spared))
    pool = Pool(options.target, loop)
    return DataPlane(loop, pool, table, falling, counters=counters, log=log, timeout_s=options.timeout_s)


async def serve(options: Options, token: str, life: Life) -> None:
    """Serve until nobody needs it; OSError when a port is taken."""
    loop = asyncio.get_running_loop()
    plane = assembled(options, loop)
    server = await loop.create_server(lambda: Caller(plane), LOOPBACK, options.port, backlog=1024)
    async with serving(control(token, plane, life), port=options.control_port) as control_port:
        ticking = loop.create_task(_tick(plane))
        ticking.add_done_callback(_unwatched(plane))
        try:
            port = server.sockets[0].getsockname()[1]
            announce(
                url=f"http://{LOOPBACK}:{port}", control=f"http://{LOOPBACK}:{control_port}", pid=os.getpid()
            )
            await _live(plane, life, ours=options.ours)
            server.close()
            await _drain(plane)
        finally:
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)
            plane.table.end_all("the proxy ends")
            await plane.pool.close()
            for caller in list(plane.callers):
                caller.transport.abort()
            plane.log.write(plane.log.waiting())
            await loop.run_in_executor(None, plane.table.close)


async def _live(plane: DataPlane, life: Life, *, ours: bool = False) -> None:
    """Returns when it may go: at a signal, or when nobody needs it and nobody comes any more.

    ``ours``: the target goes as well, so who still comes would be told nothing but that it is gone.
    """
    asked_at = math.inf
    while True:
        await life.over()
        asked = life.stopped or life.finishing
        plane.table.shut("the proxy was asked to go" if asked else UNNEEDED)
        plane.finishing = life.finishing
        now, patience_s = monotonic(), FINISHED_S if life.finishing else LINGER_S
        asked_at = min(asked_at, now)
        is_left = not plane.callers and now - plane.seen >= patience_s
        if life.stopped or is_left or (ours and (not life.finishing or now - asked_at >= patience_s)):
            return
        await asyncio.sleep(TICK_S)


async def _drain(plane: DataPlane) -> None:
    """Let what is under way come to its end."""
    plane.leaving = True
    until = monotonic() + DRAIN_S
    while plane.callers and monotonic() < until:
        plane.sweep()
        await asyncio.sleep(0.05)


async def _tick(plane: DataPlane) -> None:
    """Look after everything by the clock; no disk is waited for."""
    loop = asyncio.get_running_loop()
    swept = monotonic()
    writing: asyncio.Future[None] | None = None
    while True:
        await asyncio.sleep(TICK_S)
        plane.table.sweep()
        if monotonic() - swept >= 1.0:
            swept = monotonic()
            plane.sweep()
            if writing is None or writing.done():
                writing = loop.run_in_executor(None, plane.log.write, plane.log.waiting())


def _unwatched(plane: DataPlane) -> Callable[[asyncio.Task[None]], None]:
    """Without a look at the clock no stop condition holds: then nothing may be done to requests, ever again."""

    def ended(ticking: asyncio.Task[None]) -> None:
        try:
            plane.table.shut(UNWELL)
        finally:
            if not ticking.cancelled():
                traceback.print_exception(ticking.exception())

    return ended
