"""How long requests take and how many are served at a time: real waiting, in seconds of the wall.

Compression multiplies load and workers alike, and many workers hardly ever let anybody wait. So what a few of them
would make a request wait is put back: its whole time is that of M/M/1 at the utilisation of the last drill minute,
as in the simulated world; the waiting for a place is part of it.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque

from generator.model import Service
from simulator.live.clock import Compression
from simulator.live.sandbox.fate import Lognormal
from simulator.live.sandbox.scoring import FALLBACK, MODEL
from simulator.live.sandbox.settings import Settings
from simulator.world.queue import FULL

MEMORY_MINUTES = 1.0
"""Of the drill: so far back does it remember how busy it was."""


class FullError(Exception):
    """So many wait that the next would be late before it is served."""


class Crew:
    """The workers of the endpoint, ``compression`` of them for each that the profile has."""

    def __init__(
        self,
        service: Service,
        compression: Compression,
        *,
        usual_rate_per_s: float,
        pace: float = 1.0,
    ) -> None:
        """``usual_rate_per_s``: when it begins; ``pace``: every time is multiplied by it, 0: answers come at once."""
        times, self._compression, self._pace = service.profile.latency, compression, pace
        self._occupancy_s = times.occupancy_ms / 1000
        self._longest_wait = max(times.deadline_ms / times.occupancy_ms, 1.0)
        """So many may wait for each place: the last of them is served when its deadline is over."""
        self._times = {MODEL: Lognormal(times.model), FALLBACK: Lognormal(times.fallback)}
        mean_rate = service.profile.traffic.requests_per_s
        self._usual = min(mean_rate * self._occupancy_s / times.workers, FULL)
        self._work = usual_rate_per_s * self._occupancy_s * compression.factor
        """How many places the requests of the last drill minute take, on average."""
        self._memory_s = compression.wall_s(MEMORY_MINUTES)
        self._marked_s = time.monotonic()
        self.busy = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.places, self._slowdown = 1, 1.0

    def settle(self, settings: Settings) -> None:
        """So many workers from now on; who is being served stays served."""
        workers = settings.workers * settings.in_rotation * self._compression.factor
        self.places, self._slowdown = max(round(workers), 1), settings.slowdown
        self._admit()

    @property
    def in_flight(self) -> float:
        """Requests that are served now, as many as there would be without compression."""
        return self.busy / self._compression.factor

    async def serve(self, route: str, share: float) -> None:
        """Take the time that a request takes; ``share``: of requests that are faster. FullError: too many wait."""
        if not self._pace:
            return
        came_s = time.monotonic()
        await self._place()
        waited_s = time.monotonic() - came_s
        times = self._times[route]
        own_s = times.at(share) * self._slowdown * self._pace
        held_s = own_s * self._occupancy_s / times.mean_s
        self._take(held_s)
        asyncio.get_running_loop().call_later(held_s, self._leave)
        await asyncio.sleep(max(own_s, own_s * self._crowding() - waited_s))

    async def _place(self) -> None:
        if self.busy < self.places:
            self.busy += 1
            return
        if len(self._waiting) >= self.places * self._longest_wait:
            raise FullError
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()
            raise

    def _leave(self) -> None:
        self.busy -= 1
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self.busy < self.places:
            turn = self._waiting.popleft()
            if not turn.done():
                self.busy += 1
                turn.set_result(None)

    def _take(self, held_s: float) -> None:
        """Remember how much work has come; what came longer ago counts less and less.

        The work itself is counted, not who is being served: when this process is held up, nobody leaves.
        """
        now_s = time.monotonic()
        kept = math.exp((self._marked_s - now_s) / self._memory_s)
        self._work = kept * self._work + held_s / self._memory_s
        self._marked_s = now_s

    def _crowding(self) -> float:
        return (1 - self._usual) / (1 - min(self._work / self.places, FULL))
