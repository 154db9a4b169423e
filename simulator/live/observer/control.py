"""What is measured in; the control plane out: ``GET /state``, ``GET /metrics``, ``POST /alive``, ``POST /stop``."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from simulator.live import plane
from simulator.live.observer.measures import Measures
from simulator.live.observer.own import Own
from simulator.live.process import Alive
from simulator.live.sandbox.exposition import CONTENT_TYPE


def application(measures: Measures, own: Own, alive: Alive, token: str) -> web.Application:
    async def told(request: web.Request) -> web.Response:
        return web.json_response(state(measures, own))

    async def metrics(request: web.Request) -> web.Response:
        return web.Response(body=own.metrics().encode(), headers={"Content-Type": CONTENT_TYPE})

    app = plane.keeping(plane.application(token), alive)
    app.router.add_get("/state", told)
    app.router.add_get("/metrics", metrics)
    return app


def state(measures: Measures, own: Own) -> Mapping[str, object]:
    """What has been seen so far, and what could not be read of it."""
    return {
        "service": measures.service.id,
        "environment": measures.deployment.environment,
        "compression": measures.compression.factor,
        "drill_s": measures.now(),
        "in_flight": measures.under_way,
        "codes": dict(measures.codes),
        "rows": measures.measured,
        "found": dict(measures.found),
        "unread": dict(measures.unread),
        "past": measures.past,
        "labels": dict(own.labels),
    }
