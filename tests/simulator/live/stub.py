"""A stand-in for any process of a live run: it says where it is, takes orders, and has leases that can be ended.

``python -m tests.simulator.live.stub [--port N] [--control-port N] [...]``; STUB says what is wrong with it:
``dies`` at once, ``mute`` never says where it is, ``astray`` says that it is elsewhere, ``deaf`` ignores SIGTERM.
One with a lease that is called ``unwell`` says that it is.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal

from aiohttp import web

from simulator.live import plane
from simulator.live.process import LOOPBACK, Alive, announce
from simulator.live.serving import serving

LEASES: web.AppKey[dict[str, object]] = web.AppKey("leases", dict)


def control(alive: Alive) -> web.Application:
    app = plane.application(os.environ["DRILLBOOK_TOKEN"])
    app[LEASES] = {}

    async def hear(request: web.Request) -> web.Response:
        if "unwell" in app[LEASES]:
            return web.json_response({"error": "the proxy is not well: start another"}, status=503)
        alive.hear()
        return web.json_response({"ok": True})

    async def stop(request: web.Request) -> web.Response:
        app[LEASES].clear()
        if "lingers" not in os.environ.get("STUB", ""):
            alive.stop()
        return web.json_response({"ok": True})

    async def grant(request: web.Request) -> web.Response:
        app[LEASES][request.match_info["id"]] = await request.json()
        return web.json_response({}, status=201)

    async def end(request: web.Request) -> web.Response:
        app[LEASES].clear()
        return web.json_response([])

    async def leases(request: web.Request) -> web.Response:
        return web.json_response([*app[LEASES]])

    app.router.add_post("/alive", hear)
    app.router.add_post("/stop", stop)
    app.router.add_put("/leases/{id}", grant)
    app.router.add_delete("/leases", end)
    app.router.add_get("/leases", leases)
    return app


async def data(request: web.Request) -> web.Response:
    return web.json_response({"pid": os.getpid()})


async def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--control-port", type=int, default=0)
    given, _ = options.parse_known_args()
    wrong = os.environ.get("STUB", "")
    if "dies" in wrong:
        raise SystemExit(7)
    alive = Alive()
    app = web.Application()
    app.router.add_get("/", data)
    async with (
        serving(app, port=given.port) as port,
        serving(control(alive), port=given.control_port) as orders,
    ):
        if "mute" in wrong:
            await asyncio.sleep(60)
        host = "192.0.2.1" if "astray" in wrong else LOOPBACK
        announce(url=f"http://{host}:{port}", control=f"http://{LOOPBACK}:{orders}", pid=os.getpid())
        over = asyncio.create_task(alive.over())
        await asyncio.sleep(0)
        if "deaf" in wrong:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        await over


if __name__ == "__main__":
    asyncio.run(main())
