"""Stand-ins for a target, and a small drill's load against them."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any
from unittest import mock

from aiohttp import web

from generator.model import Answering, Deployment, Labels, MetricsSource, PanelRows, Service
from simulator.live.clock import Compression
from simulator.live.load import driver
from simulator.live.load.arrivals import Schedule
from simulator.live.load.generator import Generator, Way, weight_of
from simulator.live.serving import serving
from tests.simulator.stages import whole_catalogue

SERVICE = "delay-predictor"
LIMIT_S = 40.0


@functools.cache
def service(deadline_s: float = LIMIT_S) -> tuple[Service, PanelRows]:
    """The service, with labels that come at once, and nothing late unless asked for; and a few cases of its panel."""
    whole = whole_catalogue()
    one, rows = whole.service(SERVICE), whole.panels[SERVICE]
    profile = replace(
        one.profile,
        labels=Labels(delay_minutes=0.5, share=1.0),
        latency=replace(one.profile.latency, deadline_ms=deadline_s * 1000),
    )
    few = PanelRows({name: column[:40] for name, column in rows.columns.items()})
    return replace(one, profile=profile), few


def schedule(*, steps: int = 10, most_per_s: float | None = 100.0, seed: int = 7) -> Schedule:
    """A tenth of a second a step, at noon on a Tuesday."""
    one, panel = service()
    return Schedule(
        one.profile.traffic,
        one.profile.labels,
        weight_of(one, panel),
        Compression(150),
        seed,
        24 * 60 + 12 * 60,
        steps,
        15.0,
        most_per_s,
    )


Decide = Callable[[dict[str, Any]], Awaitable[tuple[int, object]]]


@dataclass
class Target:
    """Answers as it is told to, and remembers who asked."""

    decide: Decide
    asked: list[dict[str, Any]] = field(default_factory=list)
    labels: list[dict[str, Any]] = field(default_factory=list)
    refuses_labels: int = 0
    """So many times."""

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/predict", self._predict)
        app.router.add_post("/labels", self._learn)
        return app

    async def _predict(self, request: web.Request) -> web.Response:
        body = await request.json()
        assert request.headers["X-Request-Id"] == body["id"]
        self.asked.append(body)
        status, answer = await self.decide(body)
        return web.json_response(answer, status=status)

    async def _learn(self, request: web.Request) -> web.Response:
        if self.refuses_labels:
            self.refuses_labels -= 1
            return web.json_response({}, status=503)
        self.labels += await request.json()
        return web.json_response({})

    def ids(self, start: str) -> list[str]:
        return [body["id"] for body in self.asked if body["id"].startswith(start)]


def right(body: dict[str, Any]) -> tuple[int, object]:
    """The answer that its label asks for."""
    label = service()[1].columns["late"][body["case"]]
    return 200, {"decision": "block" if label else "pass"}


def wrong(body: dict[str, Any]) -> tuple[int, object]:
    label = service()[1].columns["late"][body["case"]]
    return 200, {"decision": "pass" if label else "block"}


async def always_right(body: dict[str, Any]) -> tuple[int, object]:
    return right(body)


FIELDS = (
    *("distance_miles", "scheduled_min", "departure_hour"),
    *("wind_mph", "visibility_miles", "precipitation_in"),
    *("departure_delay_min", "origin_delay_min"),
)
"""Of the sources of the service, in their order; two of them are there twice."""
READ: dict[str, Callable[[Any], dict[str, Any]]] = {
    "plain-json": lambda body: body,
    "kserve-v1": lambda body: body["instances"][0],
    "mlflow": lambda body: dict(
        zip(body["dataframe_split"]["columns"], body["dataframe_split"]["data"][0], strict=True)
    ),
    "open-inference-v2": lambda body: {one["name"]: one["data"][0] for one in body["inputs"]},
}
"""By protocol, what a request says of each field."""


def deployment(
    protocol: Any, field: str, *, block_above: float | None = None, kind: Any = "observer"
) -> Deployment:
    """The service as somebody else serves it."""
    return Deployment(
        "staging",
        "https://staging.example.com",
        protocol,
        "/invocations" if protocol == "mlflow" else "/v2/models/delays/infer",
        Answering(field, block_above),
        MetricsSource(kind),
    )


@dataclass
class Deployed:
    """Somebody else's target: it speaks a protocol, and knows nothing of cases. ``decide`` is told the fields."""

    deployment: Deployment
    decide: Callable[[dict[str, Any]], tuple[int, object]]
    asked: list[tuple[str, Any]] = field(default_factory=list)
    """Ids and bodies."""
    labels: list[dict[str, Any]] = field(default_factory=list)

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post(self.deployment.path, self._predict)
        app.router.add_post("/labels", self._learn)
        return app

    async def _predict(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.append((request.headers["X-Request-Id"], body))
        status, answer = self.decide(READ[self.deployment.protocol](body))
        return web.json_response(answer, status=status)

    async def _learn(self, request: web.Request) -> web.Response:
        self.labels += await request.json()
        return web.json_response({})

    def ids(self, start: str) -> list[str]:
        return [id for id, _ in self.asked if id.startswith(start)]


@functools.cache
def labels_by_fields() -> dict[tuple[float, ...], int]:
    """What is right about a case, by what it says of each field."""
    columns = service()[1].columns
    rows = zip(*(columns[name] for name in FIELDS), strict=True)
    return dict(zip(rows, map(int, columns["late"]), strict=True))


def is_late(values: dict[str, Any]) -> bool:
    """What the label says of a case with these fields; KeyError where one of them is not as in the panel."""
    return labels_by_fields()[tuple(values[name] for name in FIELDS)] == 1


@contextlib.asynccontextmanager
async def loaded(
    through: Target | Deployed,
    past: Target | Deployed | None = None,
    *,
    plan: Schedule | None = None,
    deadline_s: float = LIMIT_S,
    **way: Any,
) -> AsyncIterator[Generator]:
    """A generator that knows what is healthy and is not begun yet; what is not told to it is as by default.

    However busy the machine: it gives up nothing because it was held up itself.
    """
    past = past or Target(always_right)
    async with (
        asyncio.timeout(LIMIT_S),
        serving(through.application()) as port,
        serving(past.application()) as other,
    ):
        where = Way(**{"target": f"http://127.0.0.1:{port}", "direct": f"http://127.0.0.1:{other}", **way})
        generator = Generator(*service(deadline_s), plan or schedule(), where)
        try:
            with mock.patch.object(driver, "HELD_UP_S", LIMIT_S):
                await generator.ready()
                yield generator
        finally:
            await generator.close()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a state; the limit is that of ``loaded``."""
    while not condition():
        await asyncio.sleep(0.01)


def total(generator: Generator, name: str) -> int:
    rows: Any = generator.told()["steps"]
    return sum(row[name] for row in rows)


def is_over(generator: Generator, steps: int = 10) -> bool:
    """Whether all was sent, and the end of all is known."""
    is_last = generator.driver.step == steps - 1 and not generator.driver.under_way
    return (
        is_last
        and total(generator, "ended") == total(generator, "offered") > 0
        and bool(generator._tasks[0].done())
    )
