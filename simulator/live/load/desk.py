"""A generator in; its control plane out: ``POST /begin``, ``GET /tally``, ``POST /alive``, ``POST /stop``."""

from __future__ import annotations

from aiohttp import web

from simulator.live import plane
from simulator.live.load.generator import Generator
from simulator.live.process import Alive


def application(generator: Generator, alive: Alive, token: str) -> web.Application:
    async def begin(request: web.Request) -> web.Response:
        """Second 0 is now; whoever asks again changes nothing."""
        began = generator.begin()
        return web.json_response({"began": began, "monotonic_s": generator.driver.began})

    async def tally(request: web.Request) -> web.Response:
        since = request.query.get("since", "0")
        if not since.isascii() or not since.isdigit() or len(since) > 9:
            return web.json_response({"error": "'since' is the number of a step"}, status=400)
        return web.json_response(generator.told(int(since)))

    app = plane.keeping(plane.application(token), alive)
    app.router.add_post("/begin", begin)
    app.router.add_get("/tally", tally)
    return app
