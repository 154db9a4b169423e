"""Moments at which things were heard or died in; whether they are still there, and how long to wait, out."""

from __future__ import annotations

from collections.abc import Callable

from simulator.live.clock import monotonic

AWAY_S = 1.0
"""Who did not run for longer was held up itself, and may not blame others for their silence meanwhile."""
SETTLED_S = 15.0
"""Who lived so long died by chance; who did not, dies again and again."""
SILENT_S = 10.0
"""A drill that has said nothing for so long is gone."""
FIRST_WORD_S = 60.0
"""Until it has said anything at all, it waits for everything to come up."""
FIRST_S, MOST_S = 0.25, 8.0


class Backoff:
    """How long to wait before a process is started again: not at all at first, then twice as long each time."""

    def __init__(self) -> None:
        self.deaths = 0
        """In a row, each soon after its start."""

    def after(self, lived_s: float) -> float:
        """Seconds to wait, after one that lived so long has died."""
        self.deaths = 1 if lived_s >= SETTLED_S else self.deaths + 1
        if self.deaths <= 1:
            return 0.0
        return float(min(FIRST_S * 2.0 ** min(self.deaths - 2, 30), MOST_S))


class Presence:
    """Whether we ourselves ran all the time: to be told so at every turn of the loop, and before anybody is blamed."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now, self._last = now, now()
        self._away_s = 0.0
        self.back_since = float("-inf")
        """When we last came back from being held up."""

    def turn(self) -> None:
        now = self._now()
        gap, self._last = now - self._last, now
        if gap >= AWAY_S:
            self.back_since = now
            self._away_s += gap

    def away_s(self) -> float:
        """Seconds that we were away for since this was asked last; 0 when we were not."""
        self.turn()
        away, self._away_s = self._away_s, 0.0
        return away


class Silence:
    """Since when somebody has not answered: counted from the first question that got none."""

    def __init__(self, limit_s: float, *, now: Callable[[], float] = monotonic) -> None:
        self._limit_s, self._now = limit_s, now
        self._since: float | None = None

    def asked(self) -> None:
        self._since = self._now() if self._since is None else self._since

    def heard(self) -> None:
        self._since = None

    def left_s(self) -> float:
        """How much longer an answer may take."""
        return self._limit_s if self._since is None else max(0.0, self._since + self._limit_s - self._now())

    def lasts_s(self) -> float:
        """Since the first question that got no answer."""
        return 0.0 if self._since is None else self._now() - self._since

    def is_too_long(self, *, back_since: float) -> bool:
        """Whether it has lasted for the limit, of which we were there all the time."""
        if self._since is not None and back_since > self._since:
            self._since = self._now()
        return self.left_s() <= 0


class Need:
    """Whether the drill is still there: it says so itself, and its process lives."""

    def __init__(self, lives: Callable[[], bool], *, now: Callable[[], float] = monotonic) -> None:
        self._lives, self._now = lives, now
        self._heard, self._limit_s = now(), FIRST_WORD_S
        self._stopped = ""

    def hear(self) -> None:
        """``POST /alive``."""
        self._heard, self._limit_s = self._now(), SILENT_S

    def excuse(self, seconds: float) -> None:
        """We were away for so long, and could not hear it."""
        self._heard += seconds

    def stop(self, why: str) -> None:
        self._stopped = self._stopped or why

    def silent_s(self) -> float:
        return self._now() - self._heard

    def over(self) -> str:
        """Why nothing is needed any more; empty: it is."""
        if self._stopped:
            return self._stopped
        if not self._lives():
            return "the process of the drill is gone"
        if self.silent_s() >= self._limit_s:
            return f"the drill has been silent for {self._limit_s:g} s"
        return ""
