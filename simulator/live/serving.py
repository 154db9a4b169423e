"""An application in, a port on which it answers this machine alone out."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from simulator.live.process import LOOPBACK


@contextlib.asynccontextmanager
async def serving(app: web.Application, *, port: int = 0) -> AsyncIterator[int]:
    """The port, the one asked for unless that is 0; OSError when somebody else has it."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port, reuse_address=True).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
