"""Cases in; how each ends when all is well, out: asked past the proxy, before anything has gone wrong."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable

from simulator.live.load.ends import Answer, End, end_of

TRIES = 5
UNCAPPED_PER_S = 200.0
"""Up to so many a second, the traffic of the hour counts whatever its cap: who waits for the drill waits for this."""
LONGEST_S = 45.0
"""Then the drill goes on without those that are missing."""

Ask = Callable[[str, int], Awaitable[Answer]]
"""A request's id and its case in, the answer out."""


async def healthy_ends(
    cases: Iterable[int], ask: Ask, label: Callable[[int], int], *, per_s: float
) -> dict[int, End]:
    """By case, how it ends; one that never gets an answer is missing.

    They come at ``per_s``, so that the target sees no more than the traffic of the hour.
    """
    found: dict[int, End] = {}

    async def one(case: int) -> None:
        for attempt in range(TRIES):
            answer = await ask(f"healthy-{case}-{attempt}", case)
            # A refusal or a failure now and then is nothing that the case itself is to blame for.
            if answer.decision:
                found[case] = end_of(answer, label(case), is_late=False)
                return
            await asyncio.sleep(0.2 * 2.0**attempt)

    async def every() -> None:
        async with asyncio.TaskGroup() as tasks:
            began, apart_s = time.monotonic(), 1 / per_s
            for number, case in enumerate(cases):
                await asyncio.sleep(began + number * apart_s - time.monotonic())
                tasks.create_task(one(case))

    try:
        async with asyncio.timeout(LONGEST_S):
            await every()
    except TimeoutError:
        pass
    return found
