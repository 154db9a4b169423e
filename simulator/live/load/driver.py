"""A schedule in, requests sent when they are due and their ends counted out: an open loop.

Nothing waits for an answer before it sends the next request, and latency counts from the moment at which a request was
to come, not from when it was sent: a target that hangs is seen to keep everybody waiting (coordinated omission,
G. Tene). So many may be under way at a time; what is due beyond is dropped, counted, and has failed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from simulator.live.load.arrivals import Arrivals, Schedule
from simulator.live.load.asking import Asking
from simulator.live.load.ends import NOTHING
from simulator.live.load.labelling import Labelling
from simulator.live.load.speech import Bodies
from simulator.live.load.tally import Tally

MOST_UNDER_WAY = 2000
HELD_UP_S = 2.0
"""What is due for longer, as we did not run ourselves, is not sent any more: it would come all at once."""


class Driver:
    """Sends a drill's requests through the proxy (``target``), and goldens past it (``direct``)."""

    def __init__(
        self,
        schedule: Schedule,
        bodies: Bodies,
        tally: Tally,
        asking: Asking,
        labelling: Labelling,
        *,
        target: str,
        direct: str,
        path: str = "/predict",
        as_of_s: Callable[[], float],
        keep: Callable[[int], None] = lambda step: None,
        most_under_way: int = MOST_UNDER_WAY,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """``as_of_s``: at which second of the drill values that come now were taken; ``keep``: called at each step."""
        self.schedule, self._bodies, self.tally = schedule, bodies, tally
        self._asking, self._labelling = asking, labelling
        self._target, self._direct = f"{target}{path}", f"{direct}{path}"
        self._as_of_s, self._keep_rows, self._most, self._now = as_of_s, keep, most_under_way, now
        self.under_way: set[asyncio.Task[None]] = set()
        self.began: float | None = None
        self.step = -1
        """The one that is being sent."""

    async def drive(self, began: float) -> None:
        """Send what is due from now on; ``began``: the second 0, by the machine's monotonic clock."""
        self.began = began
        passed_s = max(0.0, self._now() - began)
        for step in range(int(passed_s / self.schedule.step_wall_s), self.schedule.steps):
            self.step = step
            self._keep_rows(step)
            await self._send(step, self.schedule.step(step), passed_s)
        if self.under_way:
            await asyncio.wait(self.under_way)

    async def end(self) -> None:
        """Whatever is under way is given up."""
        for task in self.under_way:
            task.cancel()
        await asyncio.gather(*self.under_way, return_exceptions=True)

    async def _send(self, step: int, arrivals: Arrivals, passed_s: float) -> None:
        assert self.began is not None
        row = self.tally.row(step)
        cases, goldens, labelled = (
            arrivals.case.tolist(),
            arrivals.is_golden.tolist(),
            arrivals.is_labelled.tolist(),
        )
        for place, at_s in enumerate(arrivals.at_s.tolist()):
            if at_s < passed_s:
                continue
            due = self.began + at_s
            if (wait := due - self._now()) > 0:
                await asyncio.sleep(wait)
            behind_s = self._now() - due
            if behind_s > HELD_UP_S:
                row.skipped += 1
                continue
            row.sent_late_ms = max(row.sent_late_ms, behind_s * 1000)
            number, case = arrivals.first + place, cases[place]
            self.tally.offered(step, case)
            if len(self.under_way) >= self._most:
                row.dropped += 1
                self.tally.ended(step, case, NOTHING, 0.0)
                continue
            self._spawn(step, number, case, due, labelled[place])
            if goldens[place]:
                self._spawn_golden(step, number, case, due)
        # Even a step that nobody asks in takes its time, and lets others run.
        await asyncio.sleep(max(0.0, self.began + (step + 1) * self.schedule.step_wall_s - self._now()))

    def _spawn(self, step: int, number: int, case: int, due: float, is_labelled: bool) -> None:
        self._keep(asyncio.create_task(self._one(step, f"r-{number}", case, due, is_labelled)))

    def _spawn_golden(self, step: int, number: int, case: int, due: float) -> None:
        self._keep(asyncio.create_task(self._golden(step, f"g-{number}", case, due)))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)

    async def _one(self, step: int, id: str, case: int, due: float, is_labelled: bool) -> None:
        body = self._bodies.body(id, case, self._as_of_s())
        answer = await self._asking.post(self._target, id, body)
        now = self._now()
        self.tally.ended(step, case, answer, (now - due) * 1000)
        if is_labelled and answer.decision:
            self._labelling.expect(id, case, now)

    async def _golden(self, step: int, id: str, case: int, due: float) -> None:
        body = self._bodies.body(id, case, self._as_of_s())
        answer = await self._asking.post(self._direct, id, body, aside=True)
        self.tally.golden(step, case, answer, (self._now() - due) * 1000)
