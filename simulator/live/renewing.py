"""An injector in; its leases renewed between two words of the drill, and no longer than those are apart, out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from simulator.live.injecting import RENEW_S, Injector

SLACK_S = 10.0
"""A word of the drill may come so much later than it is due."""


class Renewer:
    """In a thread of its own: a scrape may be further from the next than a lease lasts.

    A drill that hangs, is paused or killed says no word, and its leases are renewed no more.
    """

    def __init__(
        self, injector: Injector, apart_s: float, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        """``apart_s``: wall seconds between two words of the drill."""
        self._injector, self._now = injector, now
        self._for_s = apart_s + SLACK_S
        self._word: float | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="renewer", daemon=True)

    def hear(self) -> None:
        """The drill goes on."""
        self._word = self._now()
        if not self._thread.is_alive() and not self._over.is_set():
            self._thread.start()

    def stop(self) -> None:
        """Nothing is renewed any more."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def turn(self) -> None:
        """Renew what is due, if the drill has spoken lately."""
        if self._word is not None and self._now() - self._word <= self._for_s:
            self._injector.keep()

    def _renew(self) -> None:
        while not self._over.wait(RENEW_S):
            self.turn()
