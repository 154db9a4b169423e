"""The processes of a live run in, the target that a session plays against out: our own sandbox, behind the proxy."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from generator.model import Service, Setting
from simulator.events import Inspected
from simulator.live.aftermath import Places as LookedAt
from simulator.live.aftermath import State, compare, state_of
from simulator.live.asking import Caller, RefusedError, UnreachableError
from simulator.live.injecting import Injector
from simulator.live.lease import Lease
from simulator.live.scraping import Scraper, UnreadableError
from simulator.world.exposed import identities_of
from simulator.world.flow import Floats

SMOOTHED = 2
"""Steps on each side over which the harm is averaged: of a step alone, the few requests tell little."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the processes of a run take orders; a process that is started anew keeps its ports."""

    sandbox: str
    """Its data plane."""
    sandbox_control: str
    proxy_control: str
    load_control: str


class Sandboxed:
    """Scrapes, turns and measures for one drill; what fails meanwhile is noted, and never ends it."""

    def __init__(
        self,
        service: Service,
        leases: Sequence[tuple[float, float, Lease]],
        *,
        places: Places,
        token: str,
    ) -> None:
        self._metrics = Caller(places.sandbox)
        self._controls = Caller(places.sandbox_control, token)
        self._load = Caller(places.load_control, token)
        self._proxy = Caller(places.proxy_control, token)
        self._looked_at = LookedAt(self._metrics, control=self._controls, proxy=self._proxy, health="/health")
        self.injector = Injector(leases, self._proxy)
        identities = identities_of(service)
        self._scraper, self._count = Scraper(identities, service), len(identities)
        self._has_begun = False
        self.problems: list[str] = []

    def scrape(self, t: float) -> Floats:
        """The first scrape is the beginning: from then on requests come as the drill's hour has them."""
        if not self._has_begun:
            self._has_begun = True
            self._load.post("begin")
        self.injector.at(t / 60)
        try:
            return self._scraper.sample(self._metrics.text("metrics"))
        except (UnreachableError, RefusedError, UnreadableError) as error:
            self.problems.append(f"{t / 60:.1f} min: no scrape: {error}")
            return np.full(self._count, np.nan)

    def turn(self, control: str, value: Setting, t: float) -> None:
        """Turn it, and again if the target was just being started anew; RefusedError where it will not."""
        for attempt in range(3):
            try:
                self._controls.put("controls", control, data={"value": value})
                return
            except UnreachableError as error:
                self.problems.append(f"{t / 60:.1f} min: {control} could not be turned: {error}")
                time.sleep(attempt)

    def impact(self) -> Mapping[int, float]:
        """By step, smoothed over its neighbours; a step in which nobody asked has none."""
        rows = {row["step"]: row for row in self.tally()}
        found = {}
        for step in rows:
            near = [rows[one] for one in range(step - SMOOTHED, step + SMOOTHED + 1) if one in rows]
            offered = sum(row["offered"] for row in near)
            if offered:
                found[step] = sum(row["worse"] for row in near) / offered
        return found

    def tally(self) -> Sequence[Mapping[str, Any]]:
        """What became of the requests, a row a step."""
        rows: Sequence[Mapping[str, Any]] = self._load.get("tally")["steps"]
        return rows

    def state(self) -> State:
        """What the target is like, to be compared with what it was."""
        return state_of(self._looked_at)

    def inspected(self, before: State) -> Inspected:
        """Put back what the team left turned, to the very values that were there, and see what else is different."""
        now = self.state()
        was, held = (dict(state.standing.get("controls", {})) for state in (before, now))
        for control, value in was.items():
            if held.get(control) != value:
                self.turn(control, value, 0.0)
        found = compare(before, self.state())
        return Inspected(found.verdict, found.differences)

    def end(self) -> None:
        """No fault any more; what became of the requests can still be asked for."""
        self.injector.stop()

    def close(self) -> None:
        for caller in (self._metrics, self._controls, self._load, self._proxy):
            caller.close()
