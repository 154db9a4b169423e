"""The endpoint asks its model and its fallback over HTTP, so that faults on the way are seen in its own metrics."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from simulator.live.headers import ASIDE
from simulator.live.process import LOOPBACK, free_port
from tests.simulator.live.sandbox.served import body, predicted, run, scraped, serving, turned


@dataclass
class Between:
    """What stands on the way to the nodes: notes who comes, and answers as it is told."""

    status: int = 200
    asked: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def up(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_post("/nodes/{id}", self._answer)
        async with TestServer(app, host=LOOPBACK) as server:
            yield str(server.make_url(""))

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.match_info["id"])
        return web.json_response({}, status=self.status)


async def _codes(made: object) -> dict[str, float]:
    found = await scraped(made)  # type: ignore[arg-type]
    name = "model_inference_requests_total"
    return {dict(labels)["code"]: value for (of, labels), value in found.items() if of == name}


def test_each_route_asks_its_own_node() -> None:
    """A fault at the model is nothing to who is decided by rules."""
    between = Between()

    async def play() -> None:
        async with between.up() as url, serving(hop=url) as made:
            await predicted(made, body(made, 3))
            await turned(made, "traffic-split", {"value": 0.0})
            await predicted(made, body(made, 4))

    run(play)
    assert between.asked == ["delay-model", "rules-of-thumb"]


def test_a_node_that_fails_fails_the_request_and_is_counted() -> None:
    between = Between(status=503)

    async def play() -> tuple[int, dict[str, float]]:
        async with between.up() as url, serving(hop=url) as made:
            status, _ = await predicted(made, body(made, 3))
            return status, await _codes(made)

    status, codes = run(play)
    assert (status, codes["500"], codes["200"]) == (500, 1, 0)


def test_a_way_that_is_gone_is_no_fault_of_the_model() -> None:
    """Where nobody listens, the model is asked as if there were no way at all."""

    async def play() -> int:
        async with serving(hop=f"http://{LOOPBACK}:{free_port()}") as made:
            return (await predicted(made, body(made, 3)))[0]

    assert run(play) == 200


def test_who_asks_aside_goes_no_way_round() -> None:
    """Golden requests past the proxy are past it altogether."""
    between = Between(status=503)

    async def play() -> int:
        async with between.up() as url, serving(hop=url) as made:
            assert made.client is not None
            async with made.client.post("/predict", json=body(made, 3), headers={ASIDE: "1"}) as answer:
                return answer.status

    assert run(play) == 200
    assert between.asked == []


@pytest.mark.parametrize(
    ("node", "sent", "status", "message"),
    [
        ("delay-model", {"share": 0.5}, 200, ""),
        ("schedule-feed", {"share": 0.5}, 404, "no model and no fallback 'schedule-feed'"),
        ("delay-model", {"share": "half"}, 400, "not from 0 to 1"),
        ("delay-model", {"share": 7.5}, 400, "not from 0 to 1"),
        ("delay-model", {}, 400, "not from 0 to 1"),
    ],
)
def test_a_node_takes_only_what_an_endpoint_sends(
    node: str, sent: dict[str, object], status: int, message: str
) -> None:
    async def play() -> tuple[int, str]:
        async with serving() as made:
            assert made.client is not None
            async with made.client.post(f"/nodes/{node}", json=sent) as answer:
                return answer.status, await answer.text()

    found, text = run(play)
    assert found == status
    assert message in text
