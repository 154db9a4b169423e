"""The processes of a live run in, the target that a session plays against out: scraped, turned, measured, compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from math import floor, inf
from typing import Any, Protocol

import numpy as np

from generator.model import Setting
from simulator.events import Acted, Injected, Inspected
from simulator.live.aftermath import Places, Probe, State, compare, state_of
from simulator.live.asking import Caller, RefusedError, UnreachableError
from simulator.live.hands import Hands
from simulator.live.injected import injected
from simulator.live.injecting import Injector
from simulator.live.lagging import Lag
from simulator.live.measuring import (
    MOST_NATURAL,
    Harm,
    Told,
    amiss,
    by_twin,
    harm_of,
    held_up,
    natural_of,
)
from simulator.live.renewing import Renewer
from simulator.live.runs import RunError
from simulator.live.scraping import UnreadableError
from simulator.live.turner import Turner
from simulator.world.flow import Floats

TOLD_WITHIN_S, POLL_S = 30.0, 0.5
SLACK_S = 2.0
"""After a load has given up the last request it may take so long to say so."""
AT_ONCE, AT_ONCE_S = 0.25, 1.0
"""Of a step, and at most: what is turned within that is turned in the step in which it was due."""
ROUNDING = 1e-9


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
    now: Callable[[], float] = time.monotonic


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
        self._turner = Turner(parts.hands, min(AT_ONCE * parts.apart_s, AT_ONCE_S))
        self._lag = Lag(parts.apart_s, now=parts.now)
        self._unscraped: list[int] = []
        """Steps that came so late that nothing could be read any more of what they were to show."""
        self._touched: float = inf
        """The first step in which a control was turned."""
        self._found: Told | None = None
        self.problems: list[str] = []
        self.lost: Callable[[], str] = lambda: ""
        """Why there is nothing to go on with; empty: there is."""

    def scrape(self, t: float) -> Floats:
        """The first scrape is the beginning: from then on requests come as the drill's hour has them.

        RunError when somebody else has ended the run.
        """
        if why := self.lost():
            raise RunError(why)
        self._renewer.hear()
        self._last = round(t / self._parts.step_s)
        late_s = self._lag.late_s(self._last) if self._last >= self.first_step else 0.0
        self._inject(t, late_s)
        try:
            self._begin(self._last)
            if late_s == 0:
                return self._parts.sample()
            self._unscraped.append(self._last)
            trouble = f"this machine was held up, and came to it {late_s:.1f} s too late"
        except (UnreachableError, RefusedError, UnreadableError) as error:
            trouble = str(error)
        self.problems.append(f"{t / 60:.1f} min: no scrape: {trouble}")
        return np.full(self._parts.width, np.nan)

    def _inject(self, t: float, late_s: float) -> None:
        """Begin what is due. What begins too late is known to have."""
        injector, parts = self._parts.injector, self._parts
        before = set(injector.granted)
        injector.at(t / 60)
        for id in set(injector.granted) - before:
            injector.granted[id] += late_s * parts.step_s / parts.apart_s / 60

    def _begin(self, step: int) -> None:
        if self._began is None and step >= self.first_step:
            self._parts.load.post("begin")
            self._began = step

    def turn(self, control: str, value: Setting, t: float) -> Acted | Future[Acted | None] | None:
        """Turn it; what there is to say of it, or, where that takes longer, what will say it.

        RefusedError where our own sandbox will not. The drill goes on meanwhile, and ``put_back`` waits for it.
        """
        self._touched = min(self._touched, round(t / self._parts.step_s))
        return self._turner.turn(control, value)

    @property
    def is_turning(self) -> bool:
        """Whether a control is still being turned."""
        return self._turner.is_turning

    def acted(self) -> Iterator[Acted]:
        """What there is to say of all that was turned in the drill, as far as it has been."""
        yield from self._turner.acted()

    def impact(self) -> Harm:
        """To be asked when the drill is over: who still waits for an answer then is waited for."""
        rows, steps = self._known().rows, self._steps
        played = [row for row in rows if row["step"] in steps]
        healthy_until = min((self._step_at(minutes) for minutes in self._granted()), default=inf)
        natural = natural_of(
            played, healthy_until=min(healthy_until, self._touched), untouched_until=self._touched
        )
        return harm_of(played, natural) if natural.share <= MOST_NATURAL else Harm(natural=natural)

    def _granted(self) -> Sequence[float]:
        """When faults began, in minutes of the drill."""
        return list(self._parts.injector.granted.values())

    def _step_at(self, minutes: float) -> int:
        return floor(minutes * 60 / self._parts.step_s + ROUNDING)

    @property
    def _steps(self) -> range:
        """Those that were played to their end, with traffic."""
        return range(0 if self._began is None else self._began, 0 if self._began is None else self._last)

    def held_up(self) -> float:
        """The share of steps in which this machine itself did not run as it should."""
        return held_up(self._known().rows, self._steps, self._unscraped)

    def _known(self) -> Told:
        """What became of the requests, as soon as all of them have ended."""
        if self._found is None:
            asked_at, found = time.monotonic(), self.told()
            while not found.is_whole(self._last) and time.monotonic() < asked_at + found.gives_up_s + SLACK_S:
                time.sleep(POLL_S)
                found = self.told()
            self._found = found
        return self._found

    def told(self) -> Told:
        """What became of the requests so far, a row a step of the drill.

        A load generator that was just killed is started anew, and knows what it had counted.
        """
        until = time.monotonic() + TOLD_WITHIN_S
        while True:
            try:
                tally = self._parts.load.get("tally")
                rows = [{**row, "step": row["step"] + (self._began or 0)} for row in tally["steps"]]
                return Told(rows, gives_up_s=float(tally.get("gives_up_s", 0.0)))
            except (UnreachableError, RefusedError) as error:
                if time.monotonic() >= until:
                    return Told((), f"what became of the requests is not known: {error}")
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
        return f"Of {cases} cases, {known} were answered before the drill: harm is measured on those alone"

    def state(self) -> State:
        """What the target is like, to be compared with what it was."""
        found = state_of(self._parts.looked_at, self._parts.probes)
        return replace(
            found, answers={id: self._parts.judged(answer) for id, answer in found.answers.items()}
        )

    def injected(self) -> Iterator[Injected]:
        """What became of each fault; the requests of the step in which the drill ended are among those that passed."""
        rows = [row for row in self._known().rows if row["step"] <= self._last]
        return injected(self._parts.injector, rows, self._parts.step_s)

    def put_back(self, before: State) -> Iterator[Acted]:
        """Turn back what the team left turned; what was done. Whoever broke that off goes on with the rest.

        It begins when nothing is being turned any more.
        """
        self._turner.finish()
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
        found, harm = compare(before, self.state()), self.impact()
        share = by_twin(harm, self._steps)
        unmeasured = self._known().unmeasured or amiss(harm.natural, share)
        differences = (*also, *found.differences, *filter(None, (unmeasured,)))
        return Inspected(
            "dirty" if differences else "clean",
            differences,
            round(self.held_up(), 4),
            unmeasured,
            round(share, 4),
        )

    def end(self) -> None:
        """No fault any more; what became of the requests can still be asked for."""
        self._renewer.stop()
        self._parts.injector.stop()

    def close(self) -> None:
        self._turner.close()
        for caller in self._parts.callers:
            caller.close()
