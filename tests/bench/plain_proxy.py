"""``python -m tests.bench.plain_proxy PORT TARGET``: a plain proxy on aiohttp, written as one would: the peer."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from simulator.live.options import loop_factory
from simulator.live.process import LOOPBACK

_HOP = frozenset({"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"})


def plain_proxy(target: str) -> web.Application:
    """One session for all, bodies as they come, connections kept."""

    async def session(app: web.Application) -> AsyncIterator[None]:
        nonlocal asking
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as asking:
            yield

    async def pass_on(request: web.Request) -> web.StreamResponse:
        headers = _kept(request.headers, besides="host")
        data = request.content if request.can_read_body else None
        async with asking.request(
            request.method, target + request.raw_path, headers=headers, data=data, allow_redirects=False
        ) as answer:
            back = web.StreamResponse(status=answer.status, headers=_kept(answer.headers))
            await back.prepare(request)
            async for piece in answer.content.iter_any():
                await back.write(piece)
            await back.write_eof()
            return back

    asking: aiohttp.ClientSession
    app = web.Application()
    app.cleanup_ctx.append(session)
    app.router.add_route("*", "/{path:.*}", pass_on)
    return app


def _kept(headers: CIMultiDictProxy[str], besides: str = "") -> CIMultiDict[str]:
    """What is not about one connection alone."""
    return CIMultiDict(
        (name, value)
        for name, value in headers.items()
        if name.lower() not in _HOP and name.lower() != besides
    )


async def _serve(port: int, target: str) -> None:
    runner = web.AppRunner(plain_proxy(target), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    logging.disable()  # whoever loads it goes without waiting for the last answers
    with asyncio.Runner(loop_factory=loop_factory()) as running:
        running.run(_serve(int(sys.argv[1]), sys.argv[2]))
