"""Requests of the drill and its watchdog in; leases granted, renewed and ended, and what was done told out."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from generator.values import StructureError, plain, structure
from simulator.live.lease import Lease
from simulator.live.plane import application
from simulator.live.process import Alive
from simulator.live.proxy.bounds import RefusedError
from simulator.live.proxy.counters import exposed
from simulator.live.proxy.dataplane import DataPlane
from simulator.live.proxy.leases import UNNEEDED, UNWELL

Answering = Callable[[web.Request], Awaitable[web.Response]]


class Life(Alive):
    """Whether the proxy is still needed, and how it was asked to go."""

    stopped = False
    """By a signal: at once, but for what is under way."""
    finishing = False
    """By ``POST /stop``: no fault any more, and gone when its clients are."""

    def stop(self) -> None:
        self.stopped = True
        super().stop()

    def finish(self) -> None:
        self.finishing = True
        super().stop()


def control(token: str, plane: DataPlane, life: Life) -> web.Application:
    """The control plane of one proxy."""
    app = application(token)
    app.middlewares.append(_telling)
    leases = _Leases(plane)
    app.add_routes(
        [
            web.get("/leases", leases.told),
            web.delete("/leases", leases.end_all),
            web.put("/leases/{id}", leases.grant),
            web.delete("/leases/{id}", leases.end),
            web.post("/leases/{id}/renew", leases.renew),
            web.get("/log", _log(plane)),
            web.get("/metrics", _metrics(plane)),
            web.post("/alive", _alive(plane, life)),
            web.post("/stop", _stop(plane, life)),
        ]
    )
    return app


class _Leases:
    def __init__(self, plane: DataPlane) -> None:
        self._table = plane.table

    async def told(self, request: web.Request) -> web.Response:
        return web.json_response({"leases": self._table.told()})

    async def grant(self, request: web.Request) -> web.Response:
        lease = lease_of(await request.text(), request.match_info["id"])
        grant = await self._table.grant(lease)
        return web.json_response(self._table.state(grant), status=201)

    async def renew(self, request: web.Request) -> web.Response:
        return web.json_response(self._table.state(self._table.renew(request.match_info["id"])))

    async def end(self, request: web.Request) -> web.Response:
        grant = self._table.end(request.match_info["id"], "somebody ended it")
        return web.json_response(self._table.state(grant))

    async def end_all(self, request: web.Request) -> web.Response:
        return web.json_response({"ended": self._table.end_all("somebody ended all of them")})


def lease_of(text: str, id: str) -> Lease:
    """The lease that a caller asks for under an id; RefusedError when it is none."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise RefusedError(400, "a lease is written as JSON") from None
    if not isinstance(data, dict):
        raise RefusedError(422, "a lease is a mapping")
    if data.setdefault("id", id) != id:
        raise RefusedError(
            422, f"the lease says that it is '{str(data['id'])[:100]}', and is put to '{id[:100]}'"
        )
    try:
        lease = structure(data, Lease)
        strange = next(_strange(data, plain(lease)), None)
    except StructureError as error:
        raise RefusedError(422, f"this is no lease: {error}") from None
    except (RecursionError, TypeError, ValueError) as error:
        raise RefusedError(422, f"this is no lease: {str(error)[:200]}") from None
    if strange is not None:
        raise RefusedError(422, f"a lease has no '{strange[:100]}'")
    return lease


def _strange(data: Any, known: Any) -> Iterator[str]:
    """Keys that nobody reads: a share that is misspelt would be all requests."""
    if isinstance(data, Mapping) and isinstance(known, Mapping):
        for key, held in data.items():
            if key in known:
                yield from _strange(held, known[key])
            else:
                yield str(key)
    elif isinstance(data, list) and isinstance(known, list):
        for held, other in zip(data, known, strict=True):
            yield from _strange(held, other)


@web.middleware
async def _telling(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except RefusedError as refused:
        return web.json_response({"error": refused.sentence}, status=refused.status)


def _log(plane: DataPlane) -> Answering:
    async def log(request: web.Request) -> web.Response:
        since = request.query.get("since", "0")
        if not since.isascii() or not since.isdigit() or len(since) > 18:
            raise RefusedError(400, "since is the number of the last entry that is known, 0 for none")
        return web.Response(body=plane.log.since(int(since)), content_type="application/json")

    return log


def _metrics(plane: DataPlane) -> Answering:
    async def metrics(request: web.Request) -> web.Response:
        body = exposed(plane.counters, live=len(plane.table.live()), connections=len(plane.callers))
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    return metrics


def _alive(plane: DataPlane, life: Life) -> Answering:
    async def alive(request: web.Request) -> web.Response:
        if plane.table.closed == UNWELL:
            raise RefusedError(503, UNWELL)
        life.hear()
        if plane.table.closed == UNNEEDED:
            plane.table.closed = ""
        return web.json_response({"ok": True})

    return alive


def _stop(plane: DataPlane, life: Life) -> Answering:
    async def stop(request: web.Request) -> web.Response:
        plane.table.shut("the proxy was asked to go")
        life.finish()
        return web.json_response({"ok": True})

    return stop
