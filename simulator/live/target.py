"""The processes of a live run in, the target that a session plays against out: scraped, turned, measured, compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
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
    step_s: float
    """Seconds of the drill between two scrapes."""
    apart_s: float
    """The same in seconds of the wall."""
    load: Caller
    hands: Hands
    injector: Injector
    looked_at: Places
    probes: Sequence[Probe] = ()
    callers: Sequence[Closing] = ()
    """To be closed at the end."""
    judged: Callable[[Any], Any] = lambda answer: answer
    """What of an answer to a probe has to stay as it was."""
    left: Callable[[], Sequence[str]] = lambda: ()
    """What is not turned back, a sentence each."""


class LiveTarget:
    """Scrapes, turns and measures for one drill; what fails meanwhile is noted, and never ends it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.first_step = 0
        """With which scrape traffic begins: people look at the first one for as long as they like."""
        self._began: int | None = None
        """With which one it has."""
        self._last = -1
        """The newest scrape: what is sent after it meets no fault of the drill any more."""
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
        self._last = round(t / self._parts.step_s)
        self._parts.injector.at(t / 60)
        try:
            self._begin(self._last)
            return self._parts.sample()
        except (UnreachableError, RefusedError, UnreadableError) as error:
            self.problems.append(f"{t / 60:.1f} min: no scrape: {error}")
            return np.full(self._parts.width, np.nan)

    def _begin(self, step: int) -> None:
        if self._began is None and step >= self.first_step:
            self._parts.load.post("begin")
            self._began = step

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
        """By step, smoothed over its neighbours; a step in which nobody asked, or that nobody played, has none."""
        rows = {row["step"]: row for row in self._played()}
        found = {}
        for step in rows:
            near = [rows[one] for one in range(step - SMOOTHED, step + SMOOTHED + 1) if one in rows]
            compared = sum(row["compared"] for row in near)
            if compared:
                found[step] = sum(row["worse"] for row in near) / compared
        return found

    def _played(self) -> Sequence[Mapping[str, Any]]:
        """The rows of the steps that were played to their end."""
        return [row for row in self.tally() if row["step"] < self._last]

    def held_up(self) -> float:
        """The share of steps in which this machine itself did not run as it should."""
        rows = self.tally()
        return sum(bool(row["sent_late_ms"] > HELD_UP_MS) for row in rows) / max(1, len(rows))

    def tally(self) -> Sequence[Mapping[str, Any]]:
        """What became of the requests, a row a step of the drill; empty where nobody tells it.

        A load generator that was just killed is started anew, and knows what it had counted.
        """
        # Who has waited for it in vain once does not wait again.
        until = time.monotonic() + (0.0 if self.unmeasured else TOLD_WITHIN_S)
        while True:
            try:
                rows = self._parts.load.get("tally")["steps"]
                return [{**row, "step": row["step"] + (self._began or 0)} for row in rows]
            except (UnreachableError, RefusedError) as error:
                if time.monotonic() >= until:
                    self.unmeasured = f"what became of the requests is not known: {error}"
                    return ()
                time.sleep(POLL_S)

    def trouble(self) -> str:
        """Why traffic cannot be told to be well or not; empty: it can."""
        try:
            return str(self._parts.load.get("tally").get("trouble", ""))
        except (UnreachableError, RefusedError) as error:
            return f"nothing can be sent: {error}"

    def unknown(self) -> str:
        """What nobody found out before the drill, as the load could not ask it in time; empty: nothing."""
        try:
            healthy = self._parts.load.get("tally").get("healthy", {})
            cases, known = int(healthy.get("cases", 0)), int(healthy.get("known", 0))
        except (UnreachableError, RefusedError, ValueError, AttributeError):
            return ""
        if known >= cases:
            return ""
        return (
            f"Of {cases} cases, {known} were answered before the drill: harm is measured on those alone"
        )

    def state(self) -> State:
        """What the target is like, to be compared with what it was."""
        found = state_of(self._parts.looked_at, self._parts.probes)
        return replace(
            found, answers={id: self._parts.judged(answer) for id, answer in found.answers.items()}
        )

    def injected(self) -> Iterator[Injected]:
        """What became of each fault; the requests of the step in which the drill ended are among those that passed."""
        rows = [row for row in self.tally() if row["step"] <= self._last]
        return injected(self._parts.injector, rows, self._parts.step_s)

    def put_back(self, before: State) -> Iterator[Acted]:
        """Turn back what the team left turned; what was done. Whoever broke that off goes on with the rest."""
        # Somebody's own target does not say where its controls are: it need not be asked, least of all a dead one.
        yield from self._parts.hands.put_back(before, self.state() if self.is_ours else State())

    @property
    def is_ours(self) -> bool:
        """Whether it is our own sandbox, which ends with the drill."""
        return self._parts.looked_at.control is not None

    def left(self) -> Sequence[str]:
        """What is not turned back, a sentence each."""
        return self._parts.left()

    def inspected(self, before: State, also: Sequence[str] = ()) -> Inspected:
        """What is different from before; ``also``: what is besides, a sentence each."""
        found, held_up = compare(before, self.state()), round(self.held_up(), 4)
        amiss = (*also, *found.differences, *filter(None, (self.unmeasured,)))
        return Inspected("dirty" if amiss else "clean", amiss, held_up, self.unmeasured)

    def end(self) -> None:
        """No fault any more; what became of the requests can still be asked for."""
        self._renewer.stop()
        self._parts.injector.stop()

    def close(self) -> None:
        for caller in self._parts.callers:
            caller.close()
