"""An observer before a target whose answers a test writes, with or without a fault proxy in its midst, in one loop."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np
import orjson
import uvloop
from prometheus_client.parser import text_string_to_metric_families

from generator.model import Answering, Deployment, MetricsSource
from simulator.live.clock import Compression
from simulator.live.observer.faces import Face
from simulator.live.observer.measures import Measures
from simulator.live.observer.own import Own
from simulator.live.observer.passing import InBack, InFront
from simulator.live.observer.paths import METRICS
from simulator.live.process import LOOPBACK, free_port
from simulator.live.proxy.serving import Options
from simulator.live.proxy.target import Target
from simulator.live.sandbox.given import Given
from simulator.world.telemetry import series
from tests.simulator.live.proxy.stage import Handler, Played, Stage, get, post, proxied, served
from tests.simulator.live.sandbox.served import DELAYS, Clock, given

LIMIT_S = 60.0
T = TypeVar("T")


def run(scenario: Coroutine[Any, Any, T]) -> T:
    """Play a scenario on a loop of its own, within the limit."""

    async def limited() -> T:
        async with asyncio.timeout(LIMIT_S):
            return await scenario

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(limited())


async def until(holds: Callable[[], object]) -> None:
    """Returns when a state is reached; the scenario's limit ends a state that never is."""
    while not holds():
        await asyncio.sleep(0.005)


def deployment(
    protocol: str = "plain-json", path: str = "/predict", answer: Answering | None = None
) -> Deployment:
    return Deployment(
        "staging",
        "http://127.0.0.1:1",
        protocol,  # type: ignore[arg-type]
        path,
        answer or Answering("score", 0.5),
        MetricsSource("observer"),
    )


@functools.cache
def deployed(where: Deployment, service: str = DELAYS) -> Given:
    shipped = given(service)
    return Given(replace(shipped.service, deployments=(where,)), shipped.panel)


def measures(where: Deployment, clock: Callable[[], float], *, service: str = DELAYS) -> Measures:
    """As the sandboxes of ``tests.simulator.live.sandbox.served`` begin."""
    return Measures(
        deployed(where, service),
        where,
        compression=Compression(20),
        seed=7,
        now=clock,
        week_minute=12 * 60.0,
    )


@dataclass
class Observer:
    measures: Measures
    own: Own
    clock: Clock
    port: int
    faults: Stage | None
    target: Played = field(default_factory=Played)

    def gauge(self, name: str, **labels: str) -> float:
        return dict(self.measures.samples())[series(name, **labels)]

    @property
    def counted(self) -> int:
        return self.measures.measured + self.measures.unread.total()

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(LOOPBACK, self.port, limit=2**26)

    async def ask(self, request: bytes) -> bytes:
        """What comes back on a connection of its own, until its end."""
        reader, writer = await self.connect()
        writer.write(request)
        try:
            return await reader.read()
        finally:
            writer.transport.abort()

    async def asks(self, body: object, *lines: str, path: str = "") -> tuple[int, bytes]:
        """Status and body of the answer, once the observer has counted the request."""
        where, before = self.measures.deployment.path, self.counted
        sent = body if isinstance(body, bytes) else orjson.dumps(body)
        request = post(sent, *lines, path=path or where)
        answer = await self.ask(request.replace(b"Host: proxy", b"Host: 127.0.0.1", 1))
        if not path and answer.startswith(b"HTTP/1.1 200"):
            await until(lambda: self.counted > before)
        head, _, content = answer.partition(b"\r\n\r\n")
        return int(head.split(b" ", 2)[1]), content

    async def scraped(self) -> Mapping[tuple[str, tuple[tuple[str, str], ...]], float]:
        """By name and sorted labels."""
        answer = await self.ask(get(METRICS).replace(b"Host: proxy", b"Host: 127.0.0.1"))
        text = answer.partition(b"\r\n\r\n")[2].decode()
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@asynccontextmanager
async def observer(
    handler: Handler | None = None,
    where: Deployment | None = None,
    *,
    faults: bool = False,
    timeout_s: float = 60.0,
    gone: bool = False,
    dead: bool = False,
) -> AsyncIterator[Observer]:
    """``faults``: a fault proxy stands between its front and its back; ``gone``: it did; ``dead``: nothing listens at
    the target.
    """
    where, clock, loop = where or deployment(), Clock(), asyncio.get_running_loop()
    target = handler if handler is not None else Played()
    measured = measures(where, clock)
    own = Own(measured)
    async with served(None if dead else target) as port:
        back = Face(
            Target(LOOPBACK, port), partial(InBack, measures=measured), timeout_s=timeout_s, loop=loop
        )
        async with back.serving(0) as back_port, _midst(back_port, there=faults) as midst:
            itself = Target(LOOPBACK, back_port)
            via = itself if midst is None else Target(LOOPBACK, midst.port)
            if gone:
                via = Target(LOOPBACK, free_port())
            make = partial(InFront, measures=measured, own=own)
            front = Face(via, make, timeout_s=timeout_s + 5, loop=loop, otherwise=itself)
            async with front.serving(0) as front_port:
                made = Observer(measured, own, clock, front_port, midst)
                if isinstance(target, Played):
                    made.target = target
                yield made


@asynccontextmanager
async def _midst(back: int, *, there: bool) -> AsyncIterator[Stage | None]:
    if not there:
        yield None
        return
    with TemporaryDirectory() as folder:
        options = Options(target=Target(LOOPBACK, back), journal=Path(folder) / "journal.jsonl")
        async with proxied(options) as found:
            yield found


def cases(count: int, *, seed: int = 11) -> list[dict[str, float]]:
    """As traffic has them: the fields that the service reads by default, by their bare names."""
    shipped = given(DELAYS)
    columns, nodes = shipped.panel.columns, shipped.service.lineage.nodes
    names = [name for node in nodes if node.kind == "source" for name in node.fields]
    weight = np.array(columns[shipped.service.profile.panel.weight])
    drawn = np.random.default_rng(seed).choice(len(weight), size=count, p=weight / weight.sum())
    return [{name: columns[name][case] for name in names} for case in drawn.tolist()]


def json_answer(data: object, *lines: str) -> bytes:
    """The bytes of an answer with that body."""
    body = data if isinstance(data, bytes) else orjson.dumps(data)
    head = ["HTTP/1.1 200 OK", "Content-Type: application/json", f"Content-Length: {len(body)}", *lines]
    return "\r\n".join([*head, "", ""]).encode() + body
