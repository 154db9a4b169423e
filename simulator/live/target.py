"""The processes of a live run in, the target that a session plays against out: scraped, turned, measured, compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from generator.model import Setting
from simulator.events import Acted, Injected, Inspected
from simulator.live.aftermath import Places, Probe, State, compare, state_of
from simulator.live.asking import Caller, RefusedError, UnreachableError
from simulator.live.hands import Hands
from simulator.live.injected import injected
from simulator.live.injecting import Injector
from simulator.live.renewing import Renewer
from simulator.live.runs import RunError
from simulator.live.scraping import UnreadableError
from simulator.world.flow import Floats

SMOOTHED = 2
"""Steps on each side over which the harm is averaged: of a step alone, the few requests tell little."""
TOLD_WITHIN_S, POLL_S = 30.0, 0.5
AT_LEAST_S = 1.0
"""Between two words of a drill that waits for a control to be turned."""
HELD_UP_MS = 50.0
"""When requests are sent later than that, this machine itself did not run: what is late then is late by its fault."""


class Closing(Protocol):
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What a target is made of."""

    sample: Callable[[], Floats]
    """What its metrics say now, axes (series,); UnreachableError, RefusedError, UnreadableError."""
    width: int
    """So many series."""
    apart_s: float
    """Wall seconds between two scrapes."""
    load: Caller
    hands: Hands
    injector: Injector
    looked_at: Places
    probes: Sequence[Probe] = ()
    callers: Sequence[Closing] = ()
    """To be closed at the end."""


class LiveTarget:
    """Scrapes, turns and measures for one drill; what fails meanwhile is noted, and never ends it."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._has_begun = parts, False
        self._renewer = Renewer(parts.injector, parts.apart_s)
        self.problems: list[str] = []
        self.lost: Callable[[], str] = lambda: ""
        """Why there is nothing to go on with; empty: there is."""
        self.unmeasured = ""
        """Why the harm could not be measured; empty: it was."""

    def scrape(self, t: float) -> Floats:
        """The first scrape is the beginning: from then on requests come as the drill's hour has them.

        RunError when somebody else has ended the run.
        """
        if why := self.lost():
            raise RunError(why)
        self._renewer.hear()
        self._parts.injector.at(t / 60)
        try:
            if not self._has_begun:
                self._parts.load.post("begin")
                self._has_begun = True
            return self._parts.sample()
        except (UnreachableError, RefusedError, UnreadableError) as error:
            self.problems.append(f"{t / 60:.1f} min: no scrape: {error}")
            return np.full(self._parts.width, np.nan)

    def turn(self, control: str, value: Setting, t: float) -> Acted | None:
        """Turn it; what there is to say of it, where the target is not ours. RefusedError where ours will not.

        However long that takes, no fault is forgotten meanwhile.
        """
        with ThreadPoolExecutor(1) as pool:
            turned = pool.submit(self._parts.hands.turn, control, value)
            while not wait([turned], timeout=AT_LEAST_S).done:
                self._renewer.hear()
        return turned.result()

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

    def held_up(self) -> float:
        """The share of steps in which this machine itself did not run as it should."""
        rows = self.tally()
        return sum(bool(row["sent_late_ms"] > HELD_UP_MS) for row in rows) / max(1, len(rows))

    def tally(self) -> Sequence[Mapping[str, Any]]:
        """What became of the requests, a row a step; empty where nobody tells it.

        A load generator that was just killed is started anew, and knows what it had counted.
        """
        until = time.monotonic() + TOLD_WITHIN_S
        while True:
            try:
                rows: Sequence[Mapping[str, Any]] = self._parts.load.get("tally")["steps"]
                return rows
            except (UnreachableError, RefusedError) as error:
                if time.monotonic() >= until:
                    self.unmeasured = f"what became of the requests is not known: {error}"
                    return ()
                time.sleep(POLL_S)

    def trouble(self) -> str:
        """Why traffic cannot be told to be well or not; empty: it can."""
        return str(self._parts.load.get("tally").get("trouble", ""))

    def state(self) -> State:
        """What the target is like, to be compared with what it was."""
        return state_of(self._parts.looked_at, self._parts.probes)

    def injected(self, step_seconds: float) -> Iterator[Injected]:
        """What became of each fault; ``step_seconds``: of the drill."""
        return injected(self._parts.injector, self.tally(), step_seconds)

    def inspected(self, before: State) -> Iterator[Acted | Inspected]:
        """Put back what the team left turned, and see what else is different; what was done, and the verdict."""
        yield from self._parts.hands.put_back(before, self.state())
        found, held_up = compare(before, self.state()), round(self.held_up(), 4)
        if self.unmeasured:
            yield Inspected("dirty", (*found.differences, self.unmeasured), held_up)
        else:
            yield Inspected(found.verdict, found.differences, held_up)

    def end(self) -> None:
        """No fault any more; what became of the requests can still be asked for."""
        self._renewer.stop()
        self._parts.injector.stop()

    def close(self) -> None:
        for caller in self._parts.callers:
            caller.close()
