"""A service, its panel and a target in; a generator that can be begun, asked and ended, out."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from generator.model import PanelRows, Service
from simulator.live.load.arrivals import Schedule
from simulator.live.load.asking import Asking
from simulator.live.load.bodies import Bodies, bodies_of
from simulator.live.load.driver import MOST_UNDER_WAY, Driver
from simulator.live.load.ends import Answer, End
from simulator.live.load.healthy import UNCAPPED_PER_S, healthy_ends
from simulator.live.load.kept import Kept, forget_rows, keep, keep_rows, kept_in, rows_in
from simulator.live.load.labelling import Labelling
from simulator.live.load.tally import Tally
from simulator.live.sandbox.held import Held
from simulator.live.sandbox.paths import Lineage
from simulator.live.sandbox.scoring import as_by_default


@dataclass(frozen=True, slots=True)
class Way:
    """Where requests go, and what is kept of a drill."""

    target: str
    """Through the proxy."""
    direct: str
    """Past it."""
    origin: float | None = None
    """Second 0 of the target's drill, by the machine's monotonic clock; None: that of this generator."""
    keep: Path | None = None
    most_under_way: int = MOST_UNDER_WAY


class Generator:
    """One drill's load. To be made ready before it is begun, and closed."""

    def __init__(self, service: Service, panel: PanelRows, schedule: Schedule, way: Way) -> None:
        self._service, self._schedule, self._way = service, schedule, way
        self._labels = tuple(int(value) for value in panel.columns[service.profile.panel.label])
        sources = Lineage(service, Held(service, panel)).sent(as_by_default(service))
        self._bodies: Bodies = bodies_of(service, panel, sources)
        self._asking, self._made = Asking(), time.monotonic()
        self._kept = kept_in(way.keep, now=self._made)
        profile = service.profile
        self.tally = Tally(
            profile.latency.deadline_ms, self._labels, dict(self._kept.healthy) if self._kept else {}
        )
        self.labelling = Labelling(
            self._asking,
            self._labels.__getitem__,
            target=way.target,
            delay_wall_s=schedule.compression.wall_s(profile.labels.delay_minutes),
            told=self._told,
        )
        self.driver = Driver(
            schedule,
            self._bodies,
            self.tally,
            self._asking,
            self.labelling,
            target=way.target,
            direct=way.direct,
            as_of_s=self._as_of_s,
            keep=lambda step: keep_rows(way.keep, self.tally.closed(step)),
            most_under_way=way.most_under_way,
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def ready(self) -> None:
        """Find out what is healthy; one that was started anew knows it, and goes on where the drill is by now."""
        if self._kept is not None:
            self.tally.restore(rows_in(self._way.keep))
            self._go(self._kept.began)
            return
        plan = self._schedule
        per_s = max(plan.rate(0), min(plan.wanted(0), UNCAPPED_PER_S))
        found = await healthy_ends(plan.cases().tolist(), self._past, self._labels.__getitem__, per_s=per_s)
        self.tally.healthy.update(found)

    def begin(self) -> bool:
        """Second 0 is now; False when it had begun."""
        if self.driver.began is not None:
            return False
        began = time.monotonic()
        forget_rows(self._way.keep)
        self._go(began)
        keep(self._way.keep, Kept(began, self.tally.healthy))
        return True

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            # What broke off was told already.
            with suppress(asyncio.CancelledError, Exception):
                await task
        await self.driver.end()
        await self._asking.close()

    def told(self, since: int = 0) -> dict[str, object]:
        """What there is to say of it; ``since``: the first step that is of interest."""
        cases, healthy = len(self._schedule.cases()), self.tally.healthy
        step = max(self.driver.step, 0)
        return {
            "began": self.driver.began is not None,
            "step": self.driver.step,
            "rate_per_s": self._schedule.rate(step),
            "is_capped": self._schedule.rate(step) == self._schedule.most_per_s,
            "healthy": {"cases": cases, "known": len(healthy), "right": _rights(healthy)},
            "under_way": len(self.driver.under_way),
            "labels_waiting": len(self.labelling.waiting),
            "trouble": self._trouble(),
            "steps": self.tally.rows(since),
        }

    def _trouble(self) -> str:
        """What broke off in here, which nothing should; empty: nothing."""
        broken = [task.exception() for task in self._tasks if task.done() and not task.cancelled()]
        return "; ".join(repr(error) for error in broken if error is not None)

    def _go(self, began: float) -> None:
        # The driver knows it at once, so that nobody begins it twice.
        self.driver.began = began
        self._tasks = [
            asyncio.create_task(self.driver.drive(began)),
            asyncio.create_task(self.labelling.tell()),
        ]

    async def _past(self, id: str, case: int) -> Answer:
        return await self._asking.post(
            f"{self._way.direct}/predict", id, self._bodies.body(id, case, self._as_of_s()), aside=True
        )

    def _as_of_s(self) -> float:
        """Values that come now are as old as they are when all is well."""
        began = self._made if self.driver.began is None else self.driver.began
        origin = began if self._way.origin is None else self._way.origin
        drill_s = self._schedule.compression.drill_s(time.monotonic() - origin)
        return drill_s - self._service.profile.feature_age_seconds

    def _told(self, labels: int) -> None:
        self.tally.row(max(self.driver.step, 0)).labels += labels


def _rights(healthy: dict[int, End]) -> int:
    return sum(end == "right" for end in healthy.values())


def weight_of(service: Service, panel: PanelRows) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Of each case, its share of traffic."""
    return np.array(panel.columns[service.profile.panel.weight])
