"""A sandbox in, its data plane out: what clients, labels and scrapers reach."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

from aiohttp import web

from simulator.live.headers import ASIDE, REQUEST_ID
from simulator.live.sandbox import inference, shown
from simulator.live.sandbox.bodies import (
    MOST_BYTES,
    BodyError,
    case_of,
    id_of,
    inputs_of,
    json_of,
    labels_of,
    object_of,
)
from simulator.live.sandbox.crew import FullError
from simulator.live.sandbox.exposition import CONTENT_TYPE, Exposition
from simulator.live.sandbox.hop import PATH, route_of
from simulator.live.sandbox.refusing import as_json, no_browsers, refusal, sentences
from simulator.live.sandbox.scoring import Asked
from simulator.live.sandbox.service import Sandbox

"""The header of requests that are no traffic, such as those that find out what is healthy: no metric counts them."""


def application(sandbox: Sandbox) -> web.Application:
    app = web.Application(middlewares=[no_browsers, sentences], client_max_size=MOST_BYTES)
    desk = _Desk(sandbox)
    model = f"/v2/models/{sandbox.service.id}"
    app.router.add_post("/predict", desk.predict)
    app.router.add_post("/labels", desk.learn)
    app.router.add_post(f"{PATH}{{id}}", desk.node)
    app.router.add_post(f"{PATH}{{id}}/{{version}}", desk.node)
    app.on_cleanup.append(desk.close)
    app.router.add_get("/metrics", desk.metrics)
    app.router.add_get("/health", desk.healthy)
    app.router.add_get("/v2", desk.server)
    app.router.add_get("/v2/health/live", desk.live)
    app.router.add_get("/v2/health/ready", desk.ready)
    app.router.add_get(model, desk.model)
    app.router.add_get(f"{model}/ready", desk.model_ready)
    app.router.add_post(f"{model}/infer", desk.infer)
    app.router.add_route("*", "/v2/models/{name}{rest:.*}", desk.unknown_model)
    return app


class _Desk:
    """What answers each path."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox, self._exposition = sandbox, Exposition(sandbox.service)
        self._unnamed = count(1)

    async def predict(self, request: web.Request) -> web.Response:
        sandbox = self._sandbox
        try:
            found = object_of(await request.read())
            id = id_of(found, self._otherwise(request))
            case = case_of(found.get("case"), sandbox.held.cases)
            asked = Asked(id, case, inputs_of(found.get("inputs"), sandbox.sent))
        except BodyError:
            sandbox.counters.failed(400)
            raise
        (made,) = await sandbox.answer(id, [asked], aside=ASIDE in request.headers)
        return as_json(
            {
                "id": id,
                "score": made.score,
                "decision": made.decision,
                "route": made.route,
                "version": made.version,
            }
        )

    async def infer(self, request: web.Request) -> web.Response:
        sandbox = self._sandbox
        try:
            found = object_of(await request.read())
            id = id_of(found, self._otherwise(request))
            rows = inference.rows_of(found, id, sandbox.sent, sandbox.held.cases)
            wanted = inference.wanted_of(found)
        except BodyError:
            sandbox.counters.failed(400)
            raise
        answers = await sandbox.answer(id, rows, aside=ASIDE in request.headers)
        return as_json(inference.answered(sandbox.service.id, id, answers, wanted))

    async def node(self, request: web.Request) -> web.Response:
        """A node of the service: it takes the time that it takes, and answers what it is asked about a request."""
        id, sandbox = request.match_info["id"], self._sandbox
        route, found = route_of(sandbox.service, id), object_of(await request.read())
        if route is None and id not in sandbox.meeting.nodes:
            return refusal(404, f"there is no model and no fallback '{id[:100]}'")
        values = self._values(id, found)
        share = found.get("share")
        if route is not None and (share is not None or "inputs" not in found):
            if not isinstance(share, float) or not 0 <= share <= 1:
                raise BodyError("'share' is not from 0 to 1: how many requests are served faster")
            try:
                await sandbox.within.serve(route, "", share)
            except FullError:
                return refusal(429, "too many requests wait already")
        return as_json({"id": str(found.get("id", ""))[:200], **values})

    def _values(self, id: str, found: Mapping[str, Any]) -> dict[str, object]:
        """What a node answers about a request; nothing where it was not told of one."""
        if "inputs" not in found:
            return {}
        sandbox = self._sandbox
        inputs = inputs_of(found["inputs"], sandbox.sent | set(sandbox.meeting.nodes))
        asked = Asked(str(found.get("id", ""))[:200], case_of(found.get("case"), sandbox.held.cases), inputs)
        return {"values": sandbox.meeting.values(id, asked, sandbox.scorer)}

    async def close(self, app: web.Application) -> None:
        await self._sandbox.deciding.close()

    async def learn(self, request: web.Request) -> web.Response:
        labels = labels_of(json_of(await request.read()))
        taken = sum(self._sandbox.labels.learn(id, label) for id, label in labels)
        return as_json({"taken": taken, "unknown": len(labels) - taken})

    async def metrics(self, request: web.Request) -> web.Response:
        text = self._exposition.text(shown.samples(self._sandbox))
        return web.Response(body=text.encode(), headers={"Content-Type": CONTENT_TYPE})

    async def healthy(self, request: web.Request) -> web.Response:
        return as_json({"ok": True})

    async def live(self, request: web.Request) -> web.Response:
        return as_json({"live": True})

    async def ready(self, request: web.Request) -> web.Response:
        return as_json({"ready": True})

    async def server(self, request: web.Request) -> web.Response:
        return as_json({"name": "drillbook-sandbox", "version": "1", "extensions": []})

    async def model(self, request: web.Request) -> web.Response:
        sandbox = self._sandbox
        names = [f"{node}.{field}" for node in sorted(sandbox.sent) for field in sandbox.held.fields[node]]
        return as_json(inference.metadata(sandbox.service.id, [sandbox.scorer.version], names))

    async def model_ready(self, request: web.Request) -> web.Response:
        return as_json({"name": self._sandbox.service.id, "ready": True})

    async def unknown_model(self, request: web.Request) -> web.Response:
        name, own = request.match_info["name"], self._sandbox.service.id
        if name == own:
            return refusal(404, f"there is nothing at {request.method} {request.path[:200]}")
        return refusal(404, f"there is no model '{name[:100]}'; this one is '{own}'")

    def _otherwise(self, request: web.Request) -> str:
        """The id of a request whose body has none."""
        return request.headers.get(REQUEST_ID, "")[:200] or f"unnamed-{next(self._unnamed)}"
