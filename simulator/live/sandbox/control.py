"""A sandbox in, its control plane out: hands, state and life, for whoever knows the token."""

from __future__ import annotations

from aiohttp import web

from simulator.live import plane
from simulator.live.process import Alive
from simulator.live.sandbox import shown
from simulator.live.sandbox.bodies import BodyError, object_of
from simulator.live.sandbox.kept import among
from simulator.live.sandbox.refusing import as_json, refusal, sentences
from simulator.live.sandbox.service import Sandbox


def application(sandbox: Sandbox, alive: Alive, token: str) -> web.Application:
    app = plane.keeping(plane.application(token), alive)
    app.middlewares.append(sentences)
    hands = _Hands(sandbox)
    app.router.add_get("/controls", hands.controls)
    app.router.add_put("/controls/{id}", hands.turn)
    app.router.add_get("/state", hands.state)
    return app


class _Hands:
    """What answers each path."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def controls(self, request: web.Request) -> web.Response:
        return as_json(shown.controls(self._sandbox))

    async def turn(self, request: web.Request) -> web.Response:
        """Turn a control. It acts at once: the minutes that it takes have passed when it is asked for."""
        id, service = request.match_info["id"], self._sandbox.service
        found = object_of(await request.read())
        if "value" not in found:
            raise BodyError('the body does not say which value: {"value": ...}')
        control = next((one for one in service.controls if one.id == id), None)
        if control is None:
            known = ", ".join(one.id for one in service.controls)
            return refusal(404, f"there is no control '{id[:100]}'; there are: {known}")
        value = among(found["value"], control.values)
        if value is None:
            known = ", ".join(map(str, control.values))
            return refusal(
                422, f"'{id}' cannot be turned to {str(found['value'])[:60]!r}; it can to: {known}"
            )
        previous = self._sandbox.turn(control, value)
        return as_json({"control": id, "value": value, "previous": previous})

    async def state(self, request: web.Request) -> web.Response:
        return as_json(shown.state(self._sandbox))
