"""A clock and what people ask of it in, how far time goes before they are asked again out."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.console import times
from simulator.console.clock import DrillClock
from simulator.console.commands.base import Deed, JumpTo, Later, PassTime, Reply
from simulator.console.desk import Desk
from simulator.events import FACILITATOR, AlertChanged, ControlTookEffect, Delivered, Event, Sped

HAPPENINGS = (AlertChanged, ControlTookEffect, Delivered)
"""What a jump to the next thing that happens stops at."""
WHOLE = 1e-6


@dataclass(slots=True)
class _Jump:
    to_t: float
    stops: bool
    """Whether it ends with the next thing that happens."""
    back: str = ""
    """The pace to go on at, where the clock runs by itself."""
    why: str = ""
    """What is there at its end, if nothing happens before."""
    tells: bool = True
    """Whether people are told that it has ended."""


class Passing:
    """Time goes at the wall clock's pace, as a script says, or in a jump; or it stands until ``start``."""

    def __init__(self, clock: DrillClock, *, stands_from_t: float | None = None) -> None:
        """``stands_from_t``: the world plays up to there at once, and waits; None: it does not wait."""
        self._clock = clock
        self._stands_from_t = stands_from_t
        self._script_t = 0.0
        self._jump: _Jump | None = None
        self._landed: _Jump | None = None
        self._later: Later | None = None
        if self.waiting:
            clock.pause()

    @property
    def waiting(self) -> bool:
        """Whether the drill stands before its ``start``."""
        return self._stands_from_t is not None

    def start(self) -> None:
        self._stands_from_t = None
        self._clock.resume()

    def go_on(self, t: float, *, stands: bool, back: str) -> None:
        """As it was at ``t``, after a crash; ``back``: the pace to go back to from a jump that was cut off."""
        if stands:
            self._stands_from_t = max(t, self._stands_from_t or 0.0)
            self._clock.pause()
        elif self._stands_from_t is not None:
            self.start()
        self._landed = _Jump(t, stops=False, back=back) if back else None

    def grant(self, wish: PassTime | JumpTo | Later) -> None:
        match wish:
            case PassTime(t):
                self._script_t = t
            case JumpTo(t, stops, back, why):
                self._jump = _Jump(t, stops, back, why)
            case Later(t):
                self._later = wish
                self._jump = _Jump(t, stops=False, tells=False)

    def saw(self, event: Event) -> None:
        """What happens may be what a jump was for."""
        if self._jump is not None and self._jump.stops and isinstance(event.payload, HAPPENINGS):
            self._jump.to_t, self._jump.why = min(self._jump.to_t, event.t), ""

    def goes_on(self, until_t: float, *, deaf: bool) -> bool:
        """Let time pass as far as was asked for; whether there is some left to ask in before ``until_t``.

        ``deaf``: nobody will ask for anything any more.
        """
        if self._stands_from_t is not None:
            self._clock.reach(min(until_t, self._stands_from_t))
            return self._stands_from_t < until_t
        if self._clock.paused:
            return True
        if self._jump is not None:
            self._clock.reach(min(until_t, self._jump.to_t))
            if self._clock.now() >= self._jump.to_t - WHOLE:
                self._landed, self._jump = self._jump, None
            return self._clock.now() < until_t
        passed_t = until_t if deaf else min(until_t, self._script_t)
        if self._clock.speed is None:
            self._clock.reach(passed_t)
            return self._clock.now() < until_t
        if seconds := self._clock.wall_seconds_to(passed_t):
            self._clock.sleep(seconds)
        return passed_t < until_t

    def landed(self, desk: Desk) -> Reply:
        """What the end of a jump brings: the clock runs at its old pace again."""
        jump, self._landed = self._landed, None
        if jump is None or not jump.tells:
            return Reply()
        deeds = (Deed(FACILITATOR, Sped(jump.back)),) if jump.back else ()
        now = times.time_of_day(desk.board.started, desk.t)
        return Reply(deeds, (f"It is {now}{f': {jump.why}' if jump.why else ''}.",))

    def due(self) -> Later | None:
        """What was begun and is done now, as its minutes have passed."""
        if self._later is None or self._clock.now() < self._later.t - WHOLE:
            return None
        later, self._later = self._later, None
        return later
