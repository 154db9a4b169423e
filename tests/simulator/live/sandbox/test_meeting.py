"""Stores, pipelines and models that are asked over HTTP: what becomes of their answers on the way is what is read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from generator.model import Fault
from simulator.live.bodies import read
from simulator.live.clock import Compression
from simulator.live.effects import Prepared, prepared
from simulator.live.headers import ASIDE, REQUEST_ID, TAKEN_AT
from simulator.live.lease import Effect, Lease
from simulator.live.process import LOOPBACK
from simulator.live.proxy.paths import is_within
from simulator.live.translating import leases, met
from tests.simulator.live.faulty import MODEL, PIPELINE, SERVING, STORE, _fault
from tests.simulator.live.sandbox.served import Bench, body, predicted, run, serving, turned
from tests.simulator.live.test_translating import _stage

CASES = range(0, 60)
HOUR_S = 3600.0
"""Then nothing of the past is in the last step any more, and in no window of ten minutes."""


@dataclass
class Between:
    """The proxy in small: leases fall on what is asked of nodes and on what they answer; all else passes."""

    lain: Sequence[tuple[Lease, Prepared]] = ()
    target: str = ""
    asked: list[str] = field(default_factory=list)

    def lay(self, *faults: Fault) -> None:
        found = [lease for _, _, lease in leases(_stage(*faults), 0, Compression(20))]
        self.lain = [(lease, prepared(lease)) for lease in found]

    @asynccontextmanager
    async def up(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_post("/{path:.*}", self._pass)
        async with TestServer(app, host=LOOPBACK) as server, aiohttp.ClientSession() as self._session:
            yield str(server.make_url("")).rstrip("/")

    async def _pass(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        id, sent = request.headers[REQUEST_ID], read(request.path, "application/json", await request.read())
        assert sent is not None
        fates = [
            lease.fate(id, sent, {}, 1.0) for laid, lease in self.lain if is_within(request.path, laid.paths)
        ]
        if any(fate is not None and fate.refuse is not None for fate in fates):
            return web.json_response({}, status=503)
        async with self._session.post(self.target + request.path, data=sent.dump()) as answer:
            status, said = answer.status, read(request.path, "application/json", await answer.read())
        assert said is not None
        for fate in fates:
            if fate is not None:
                fate.answer(said)
        return web.Response(body=said.dump(), status=status)


@asynccontextmanager
async def _met(*faults: Fault) -> AsyncIterator[tuple[Bench, Between]]:
    between = Between()
    async with between.up() as url, serving(hop=url, met=met(_stage(*faults))) as made:
        assert made.client is not None
        between.target = str(made.client.make_url("")).rstrip("/")
        between.lay(*faults)
        yield made, between


async def _scores(made: Bench, *, aside: bool = False) -> list[float]:
    found = []
    for case in CASES:
        if aside:
            assert made.client is not None
            async with made.client.post("/predict", json=body(made, case), headers={ASIDE: "1"}) as answer:
                found.append((await answer.json())["score"])
        else:
            found.append((await predicted(made, body(made, case)))[1]["score"])
    return found


WORSE = _fault("bad-model-release", MODEL, version=SERVING, bias=3.0, noise=0)
MISSING = _fault("null-spike", STORE, field="departure_delay_min")
SKEWED = _fault(
    "training-serving-skew", PIPELINE, version="v2", feature="departure_delay", factor=0.0, offset=90
)


@pytest.mark.parametrize("fault", [WORSE, MISSING, SKEWED], ids=lambda fault: fault.kind)
def test_what_is_done_to_an_answer_decides_and_who_asks_past_it_is_free_of_it(fault: Fault) -> None:
    """Users and metrics see it; the golden requests do not."""

    async def play() -> tuple[list[float], list[float], float]:
        async with _met(fault) as (made, _):
            past = await _scores(made, aside=True)
            made.clock.seconds = HOUR_S
            return past, await _scores(made), made.gauge("model_prediction_mean")

    past, through, shown = run(play)
    assert through != past
    assert shown == pytest.approx(sum(through) / len(through), abs=1e-9)


def test_without_a_fault_a_met_node_answers_as_the_endpoint_itself_would() -> None:
    async def play() -> tuple[list[float], list[float], list[str]]:
        async with _met(WORSE, MISSING, SKEWED) as (made, between):
            between.lain = ()
            past = await _scores(made, aside=True)
            return past, await _scores(made), between.asked[:3]

    past, through, asked = run(play)
    assert through == past
    assert asked == [f"/nodes/{STORE}", f"/nodes/{PIPELINE}/v2", f"/nodes/{MODEL}/{SERVING}"]


def test_a_missing_delay_shows_in_the_share_of_missing_values_and_a_repair_stands_in() -> None:
    """The same control repairs it as in the simulated world."""

    async def play() -> tuple[float, float]:
        async with _met(MISSING) as (made, _):
            made.clock.seconds = HOUR_S
            await _scores(made)
            before = made.gauge("model_feature_null_ratio", feature="departure_delay")
            await turned(made, "last-good-delays", {"value": "on"})
            made.clock.seconds += HOUR_S
            await _scores(made)
            return before, made.gauge("model_feature_null_ratio", feature="departure_delay")

    assert run(play) == (1.0, 0.0)


def test_a_store_that_fails_has_no_values_and_the_request_is_answered() -> None:
    """Not met: what the model's defaults are for."""

    async def play() -> tuple[int, float]:
        async with _met(MISSING) as (made, between):
            refusing = Lease("it", (Effect("refuse"),), 7, paths=(f"/nodes/{STORE}",))
            between.lain = [(refusing, prepared(refusing))]
            made.clock.seconds = HOUR_S
            status, _ = await predicted(made, body(made, 3))
            return status, made.gauge("model_feature_null_ratio", feature="origin_delay")

    assert run(play) == (200, 1.0)


def test_another_version_is_free_of_what_is_wrong_with_one() -> None:
    """Going back helps, as it should."""

    async def play() -> tuple[list[float], list[float]]:
        async with _met(WORSE) as (made, _):
            await turned(made, "model-version", {"value": "half-year"})
            return await _scores(made, aside=True), await _scores(made)

    past, through = run(play)
    assert through == past


def test_what_others_decide_is_measured_all_the_same() -> None:
    """With all traffic on the rules, the means of the model still show what is wrong with it, as in the twin."""

    async def play() -> tuple[list[float], float, list[str]]:
        async with _met(WORSE) as (made, between):
            await turned(made, "traffic-split", {"value": 0.0})
            past = await _scores(made, aside=True)
            made.clock.seconds = HOUR_S
            await _scores(made)
            for _ in range(200):
                if sum(MODEL in path for path in between.asked) == len(CASES):
                    break
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.05)
            return past, made.gauge("model_prediction_mean"), between.asked

    past, shown, asked = run(play)
    assert {path.split("/")[2] for path in asked} == {"rules-of-thumb", MODEL}
    assert shown > sum(past) / len(past) + 0.1


def test_a_store_says_how_old_its_values_are_and_a_stale_one_is_seen_to_be() -> None:
    """The freshness gauge is the first to tell."""
    stale = _fault("stale-features", STORE, fields=["origin_delay_min"], age_hours=6)

    async def play() -> dict[str, float]:
        async with _met(stale) as (made, _):
            made.clock.seconds = HOUR_S
            for case in CASES:
                sent = body(made, case)
                for inputs in sent["inputs"].values():
                    inputs[TAKEN_AT] = made.clock.seconds - 120.0
                await predicted(made, sent)
            return {
                name: made.gauge("model_feature_age_seconds", feature=name)
                for name in ("origin_delay", "wind")
            }

    assert run(play) == {"origin_delay": pytest.approx(6 * 3600 + 120), "wind": 120.0}
