"""Requests that were decided in; what was right about them, told as late as in life, out."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from itertools import count

import orjson

from simulator.live.load.asking import Asking

TURN_S = 0.25
AT_ONCE = 500
MOST_WAITING = 500_000
"""Older ones are never told."""


class Labelling:
    """Labels on their way; those that nobody took are told again."""

    def __init__(
        self,
        asking: Asking,
        label: Callable[[int], int],
        *,
        url: str,
        delay_wall_s: float,
        told: Callable[[int], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """``url``: who takes them, empty: nobody; ``told``: is called with how many were taken."""
        self._asking, self._label, self._url = asking, label, url
        self._delay_s, self._told, self._now = delay_wall_s, told, now
        self.waiting: deque[tuple[float, str, int]] = deque(maxlen=MOST_WAITING)
        """When each is due, in this order; its request and its case."""
        self._numbers = count()

    def expect(self, id: str, case: int, decided: float) -> None:
        """A request was decided at that second of the machine's clock."""
        if self._url:
            self.waiting.append((decided + self._delay_s, id, case))

    async def tell(self) -> None:
        """Tell what is due, until cancelled."""
        while True:
            await asyncio.sleep(TURN_S)
            while due := self._due():
                if not await self._post(due):
                    self.waiting.extendleft(reversed(due))
                    break

    def _due(self) -> list[tuple[float, str, int]]:
        found: list[tuple[float, str, int]] = []
        now = self._now()
        while self.waiting and self.waiting[0][0] <= now and len(found) < AT_ONCE:
            found.append(self.waiting.popleft())
        return found

    async def _post(self, due: list[tuple[float, str, int]]) -> bool:
        """Whether somebody took them; who does not want them is not asked again."""
        body = orjson.dumps([{"id": id, "label": self._label(case)} for _, id, case in due])
        answer = await self._asking.post(self._url, f"labels-{next(self._numbers)}", body)
        if 200 <= answer.status < 300:
            self._told(len(due))
        return 0 < answer.status < 500 and answer.status != 429
