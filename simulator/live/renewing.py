"""An injector in; its leases renewed between two words of the drill, and no longer than those are apart, out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from simulator.live.clock import monotonic
from simulator.live.injecting import RENEW_S, Injector
from simulator.live.lease import LONGEST_S
from simulator.live.runs import RunError

SLACK_S = 10.0
"""A word of the drill may come so much later than it is due."""


class Renewer:
    """In a thread of its own: a scrape may be further from the next than a lease lasts.

    A drill that hangs, is paused or killed says no word, and its leases are renewed no more.
    """

    def __init__(
        self,
        injector: Injector,
        apart_s: float,
        *,
        now: Callable[[], float] = monotonic,
        awake: Callable[[], float] = time.monotonic,
    ) -> None:
        """``apart_s``: wall seconds between two words of the drill; ``awake``: seconds in which the machine ran."""
        self._injector, self._now, self._awake = injector, now, awake
        self._for_s = apart_s + SLACK_S
        self._word: float | None = None
        self._before_s = 0.0
        """What the machine had slept when the drill began."""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="renewer", daemon=True)

    def hear(self) -> None:
        """The drill goes on; RunError when the machine slept meanwhile for longer than a lease lasts."""
        if self._word is None:
            self._before_s = self._now() - self._awake()
        elif self.slept_s() > LONGEST_S:
            raise RunError(_slept(self.slept_s()))
        self._word = self._now()
        if not self._thread.is_alive() and not self._over.is_set():
            self._thread.start()

    def stop(self) -> None:
        """Nothing is renewed any more."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def slept_s(self) -> float:
        """For how long the machine has slept since the drill began."""
        return self._now() - self._awake() - self._before_s

    def turn(self) -> None:
        """Renew what is due, if the drill has spoken lately, and nobody shut the laptop since it began."""
        if self._word is None or self.slept_s() > LONGEST_S:
            return
        if self._now() - self._word <= self._for_s:
            self._injector.keep()

    def _renew(self) -> None:
        while not self._over.wait(RENEW_S):
            self.turn()


def _slept(seconds: float) -> str:
    time_ = f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
    return (
        f"this machine slept for {time_}: the drill is broken off, and its faults ended by themselves; "
        "what was recorded before stands"
    )
