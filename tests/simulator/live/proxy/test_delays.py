"""How late requests are made: as the distribution says, and equally for equal ids."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from math import log

import numpy as np
from scipy import stats

from simulator.live.lease import Effect
from tests.simulator.live.proxy.stage import Played, answer_from, closed, post, run, stage

REQUESTS, CALLERS = 2000, 100
P50, P99 = 40.0, 160.0
LATE = Effect("delay", {"distribution": "lognormal", "p50_ms": P50, "p99_ms": P99})
EARLY_MS = 0.5
"""A loop's clock and a timer may differ by so much."""


def _delays(seed: int) -> Mapping[str, tuple[float, float]]:
    """By id, what was asked for and what was achieved, in ms, of requests through a proxy."""

    async def scenario() -> str:
        async with stage(Played()) as proxy:
            await proxy.grant(LATE, seed=seed)

            async def caller(first: int) -> None:
                reader, writer = await proxy.connect()
                for number in range(first, REQUESTS, CALLERS):
                    writer.write(post(b"{}", f"X-Request-Id: r-{number}", ends=False))
                    await answer_from(reader)
                await closed(writer)

            await asyncio.gather(*map(caller, range(CALLERS)))
            return proxy.plane.log.since(0)

    entries = json.loads(run(scenario()))["entries"]
    return {
        entry["request"]: (entry["delay_asked_ms"], entry["delay_achieved_ms"])
        for entry in entries
        if entry["what"] == "touched"
    }


def test_two_thousand_delays_are_of_the_distribution_that_was_asked_for() -> None:
    """Kolmogorov and Smirnov at 1 %, and the quantiles within 5 %; nobody goes on earlier than asked."""
    found = _delays(7)
    asked = np.array([pair[0] for pair in found.values()])
    sigma = log(P99 / P50) / stats.norm.ppf(0.99)
    wanted = stats.lognorm(s=sigma, scale=P50)

    assert len(asked) == REQUESTS
    assert stats.kstest(asked, wanted.cdf).pvalue > 0.01
    for quantile in (0.5, 0.9, 0.99):
        assert abs(np.quantile(asked, quantile) / wanted.ppf(quantile) - 1) < 0.05
    assert all(achieved > wish - EARLY_MS for wish, achieved in found.values())


def test_the_same_seed_delays_the_same_requests_by_the_same_amounts() -> None:
    """Whatever order they came in; and another seed others."""
    one, again, other = ({id: pair[0] for id, pair in _delays(seed).items()} for seed in (7, 7, 8))

    assert one == again
    assert one != other
