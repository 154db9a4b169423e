"""A service, its panel and a target in; a generator that can be begun, asked and ended, out."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from generator.model import Deployment, PanelRows, Service
from simulator.live.load.arrivals import GOLDEN_SHARE, Schedule
from simulator.live.load.asking import Asking
from simulator.live.load.driver import MOST_UNDER_WAY, Driver
from simulator.live.load.ends import Answer, End
from simulator.live.load.healthy import IN_VAIN, UNCAPPED_PER_S, Healthy, healthy_ends
from simulator.live.load.kept import Kept, forget_rows, keep, keep_rows, kept_in, rows_in
from simulator.live.load.labelling import Labelling
from simulator.live.load.speech import Speech, to_deployment, to_sandbox
from simulator.live.load.tally import Tally


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
    deployment: Deployment | None = None
    """What the target is; None: our own sandbox."""
    labels: str = ""
    """The address that takes labels; empty: the target itself, where it takes any."""


class Generator:
    """One drill's load. To be made ready before it is begun, and closed."""

    def __init__(self, service: Service, panel: PanelRows, schedule: Schedule, way: Way) -> None:
        """GivenError where there is nothing that could be sent to the target."""
        self._service, self._way = service, way
        self._speech, self._schedule = _spoken(service, panel, schedule, way)
        self._labels = tuple(int(value) for value in panel.columns[service.profile.panel.label])
        profile = service.profile
        self._asking = Asking(deadline_ms=profile.latency.deadline_ms, decision=self._speech.decision)
        self._made = time.monotonic()
        self._hopeless = ""
        self._kept = kept_in(way.keep, now=self._made)
        self.tally = Tally(
            profile.latency.deadline_ms, self._labels, dict(self._kept.healthy) if self._kept else {}
        )
        self.labelling = Labelling(
            self._asking,
            self._labels.__getitem__,
            url=_labels(self._speech, way),
            delay_wall_s=schedule.compression.wall_s(profile.labels.delay_minutes),
            told=self._told,
        )
        self.driver = Driver(
            self._schedule,
            self._speech.bodies,
            self.tally,
            self._asking,
            self.labelling,
            target=way.target,
            direct=way.direct,
            path=self._speech.path,
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
        plan, label = self._schedule, self._labels.__getitem__
        if self._speech.is_ours:
            per_s = max(plan.rate(0), min(plan.wanted(0), UNCAPPED_PER_S))
            found = await healthy_ends(plan.cases().tolist(), self._past, label, per_s=per_s)
        else:
            # Others live on it too: no faster than in the drill, and what matters most first if it takes too long.
            cases, per_s = plan.cases_by_times().tolist(), plan.rate(0)
            found = await healthy_ends(cases, self._past, label, per_s=per_s, give_up_after=IN_VAIN)
            self._hopeless = self._why(found) if found.is_hopeless(IN_VAIN) else ""
        self.tally.healthy.update(found.ends)

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
            "gives_up_s": self._asking.gives_up_s,
            "labels_waiting": len(self.labelling.waiting),
            "trouble": self._trouble(),
            "steps": self.tally.rows(since),
        }

    def _trouble(self) -> str:
        """What broke off in here, which nothing should, or why no target is understood; empty: nothing."""
        broken = [task.exception() for task in self._tasks if task.done() and not task.cancelled()]
        said = [self._hopeless] if self._hopeless else []
        return "; ".join([*said, *(repr(error) for error in broken if error is not None)])

    def _why(self, found: Healthy) -> str:
        """What is amiss with a target of which no answer says anything."""
        status, times = found.in_vain.most_common(1)[0]
        what = (
            self._speech.unread if status == 200 else f"its status is {status}" if status else "there is none"
        )
        return (
            f"{self._way.direct}{self._speech.path}: not one answer to {found.in_vain.total()} requests decides "
            f"anything; of {times}: {what}"
        )

    def _go(self, began: float) -> None:
        # The driver knows it at once, so that nobody begins it twice.
        self.driver.began = began
        self._tasks = [
            asyncio.create_task(self.driver.drive(began)),
            asyncio.create_task(self.labelling.tell()),
        ]

    async def _past(self, id: str, case: int) -> Answer:
        return await self._asking.post(
            f"{self._way.direct}{self._speech.path}",
            id,
            self._speech.bodies.body(id, case, self._as_of_s()),
            aside=True,
        )

    def _as_of_s(self) -> float:
        """Values that come now are as old as they are when all is well."""
        began = self._made if self.driver.began is None else self.driver.began
        origin = began if self._way.origin is None else self._way.origin
        drill_s = self._schedule.compression.drill_s(time.monotonic() - origin)
        return drill_s - self._service.profile.feature_age_seconds

    def _told(self, labels: int) -> None:
        self.tally.row(max(self.driver.step, 0)).labels += labels


def _spoken(service: Service, panel: PanelRows, schedule: Schedule, way: Way) -> tuple[Speech, Schedule]:
    """How the target is spoken to, and when."""
    if way.deployment is None:
        return to_sandbox(service, panel), schedule
    if schedule.most_per_s is not None:
        # What is asked past the proxy as well counts: it is one target that has to bear both.
        schedule = replace(schedule, most_per_s=schedule.most_per_s / (1 + GOLDEN_SHARE))
    return to_deployment(service, panel, way.deployment), schedule


def _labels(speech: Speech, way: Way) -> str:
    """Where labels go; empty: nowhere."""
    if way.labels:
        return way.labels
    return "" if speech.labels is None else f"{way.target}{speech.labels}"


def _rights(healthy: dict[int, End]) -> int:
    return sum(end == "right" for end in healthy.values())


def weight_of(service: Service, panel: PanelRows) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Of each case, its share of traffic."""
    return np.array(panel.columns[service.profile.panel.weight])
