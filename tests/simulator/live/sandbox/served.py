"""Sandboxes of the shipped services with a clock in hand, and short ways to ask them."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from generator.model import Setting
from simulator.live.clock import Compression
from simulator.live.plane import bearer
from simulator.live.process import Alive
from simulator.live.sandbox import control, data, shown
from simulator.live.sandbox.given import Given
from simulator.live.sandbox.healthy import case_of
from simulator.live.sandbox.scoring import Asked
from simulator.live.sandbox.service import NoAnswerError, Sandbox
from simulator.world.telemetry import series
from tests.simulator.stages import whole_catalogue

DELAYS, FRAUD = "delay-predictor", "fraud-scorer"
TOKEN = "a-token-that-nobody-knows"
T = TypeVar("T")


@functools.cache
def given(service: str = DELAYS) -> Given:
    catalogue = whole_catalogue()
    return Given(catalogue.service(service), catalogue.panels[service])


@dataclass
class Clock:
    """Seconds of the drill, as a test has them."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Bench:
    """A sandbox that answers at once, and the clock that it goes by."""

    sandbox: Sandbox
    clock: Clock
    client: TestClient[Any, Any] | None = None
    hands: TestClient[Any, Any] | None = None
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(11))

    def turn(self, control: str, value: Setting) -> Setting:
        return self.sandbox.turn(self.sandbox.service.control(control), value)

    def gauge(self, name: str, **labels: str) -> float:
        return dict(shown.samples(self.sandbox))[series(name, **labels)]

    def drawn(self, count: int) -> list[int]:
        """Cases as traffic has them."""
        return self.rng.choice(self.sandbox.held.cases, size=count, p=self.sandbox.held.weight).tolist()

    async def traffic(
        self,
        minutes: float,
        *,
        change: Callable[[dict[str, dict[str, object]]], object] = lambda inputs: None,
        per_minute: int = 300,
    ) -> None:
        """Requests as they come, spread over so many minutes of the drill; ``change`` is done to each one's inputs."""
        cases = self.drawn(round(minutes * per_minute))
        for number, case in enumerate(cases):
            self.clock.seconds += 60 / per_minute
            inputs = {node: dict(fields) for node, fields in case_of(self.sandbox.held, case).inputs.items()}
            change(inputs)
            asked = Asked(f"t-{self.clock.seconds:.4f}-{number}", case, inputs)
            with contextlib.suppress(NoAnswerError):
                await self.sandbox.answer(asked.id, [asked])


def bench(service: str = DELAYS, *, seed: int = 7, **more: Any) -> Bench:
    clock = Clock()
    options: dict[str, Any] = {"compression": Compression(20), "week_minute": 12 * 60.0, "pace": 0.0, **more}
    return Bench(Sandbox(given(service), seed=seed, now=clock, **options), clock)


@asynccontextmanager
async def serving(service: str = DELAYS, **more: Any) -> AsyncIterator[Bench]:
    """The same with both planes, on loopback."""
    made = bench(service, **more)
    planes = [data.application(made.sandbox), control.application(made.sandbox, Alive(), TOKEN)]
    async with TestClient(TestServer(planes[0])) as client, TestClient(TestServer(planes[1])) as hands:
        made.client, made.hands = client, hands
        yield made


def run(play: Callable[[], Awaitable[T]]) -> T:
    """Play a test's coroutine to its end."""

    async def whole() -> T:
        return await asyncio.wait_for(play(), timeout=60)

    return asyncio.run(whole())


def body(made: Bench, case: int, **changes: object) -> dict[str, Any]:
    """What a client would send about a case: the sources that are read by default."""
    sandbox = made.sandbox
    inputs = case_of(sandbox.held, case).inputs
    sent = {node: dict(inputs[node]) for node in sorted(sandbox.sent)}
    return {"id": f"r-{case}", "case": case, "inputs": sent, **changes}


async def predicted(made: Bench, sent: object) -> tuple[int, dict[str, Any]]:
    assert made.client is not None
    async with made.client.post("/predict", json=sent) as response:
        return response.status, await response.json()


async def turned(made: Bench, control: str, sent: object) -> tuple[int, dict[str, Any]]:
    assert made.hands is not None
    async with made.hands.put(f"/controls/{control}", json=sent, headers=bearer(TOKEN)) as response:
        return response.status, await response.json()


async def scraped(made: Bench) -> Mapping[tuple[str, tuple[tuple[str, str], ...]], float]:
    """By name and sorted labels."""
    assert made.client is not None
    async with made.client.get("/metrics") as response:
        text = await response.text()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
