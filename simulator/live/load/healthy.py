"""Cases in; how each ends when all is well, out: asked past the proxy, before anything has gone wrong."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from simulator.live.load.ends import Answer, End, end_of

TRIES = 5
UNCAPPED_PER_S = 200.0
"""Up to so many a second, the traffic of the hour counts whatever its cap: who waits for the drill waits for this."""
LONGEST_S = 100.0
"""Then the drill goes on without those that are missing."""
IN_VAIN = 20
"""After so many answers of which none says anything, a target that serves others is left in peace."""

LAG_S = 0.25
"""What we were held up for ourselves is caught up on, but never with more than so much of it at once."""

Ask = Callable[[str, int], Awaitable[Answer]]
"""A request's id and its case in, the answer out."""


@dataclass(slots=True)
class Healthy:
    """What was found out so far."""

    ends: dict[int, End] = field(default_factory=dict)
    """By case; one that never got an answer is missing."""
    in_vain: Counter[int] = field(default_factory=Counter)
    """Answers that decided nothing, by status; 0: there was none."""

    def is_hopeless(self, limit: int | None) -> bool:
        return limit is not None and not self.ends and self.in_vain.total() >= limit


class Pace:
    """Turns, so far apart that no more than ``per_s`` come in a second."""

    def __init__(self, per_s: float, *, now: Callable[[], float] = time.monotonic) -> None:
        self._apart_s, self._next, self._now = 1 / per_s, now(), now

    def next_s(self) -> float:
        """Take a turn; how many seconds away it is."""
        now = self._now()
        due = max(self._next, now - LAG_S)
        self._next = due + self._apart_s
        return due - now

    async def turn(self) -> None:
        """Returns when it is one's turn; in the order in which it was asked for."""
        await asyncio.sleep(self.next_s())


async def healthy_ends(
    cases: Iterable[int],
    ask: Ask,
    label: Callable[[int], int],
    *,
    per_s: float,
    give_up_after: int | None = None,
) -> Healthy:
    """How each case ends.

    They come at ``per_s``, those that are asked again among them, so that the target sees no more than the traffic of
    the hour. ``give_up_after``: so many answers without a decision, when there was none with one; None: never.
    """
    found, pace = Healthy(), Pace(per_s)

    async def one(case: int) -> None:
        for attempt in range(TRIES):
            if attempt:
                await asyncio.sleep(0.1 * 2.0**attempt)
                await pace.turn()
            if found.is_hopeless(give_up_after):
                return
            answer = await ask(f"healthy-{case}-{attempt}", case)
            # A refusal or a failure now and then is nothing that the case itself is to blame for.
            if answer.decision:
                found.ends[case] = end_of(answer, label(case), is_late=False)
                return
            found.in_vain[answer.status] += 1

    async def every() -> None:
        async with asyncio.TaskGroup() as tasks:
            for case in cases:
                await pace.turn()
                if found.is_hopeless(give_up_after):
                    return
                tasks.create_task(one(case))

    try:
        async with asyncio.timeout(LONGEST_S):
            await every()
    except TimeoutError:
        pass
    return found
