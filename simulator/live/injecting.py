"""Leases and a proxy in, faults that begin, are renewed and end with the drill's clock out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from generator import values
from simulator.live.asking import Caller, RefusedError, UnreachableError
from simulator.live.lease import Lease

RENEW_S = 3.0
"""Wall seconds between renewals: five may fail before a lease ends."""


class Injector:
    """Grants each lease when it is due and renews it while the drill goes on. Whoever stops calling ends them all."""

    def __init__(
        self,
        leases: Sequence[tuple[float, float, Lease]],
        proxy: Caller,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """``leases``: onset and end in minutes of the drill, and the lease."""
        self.leases = tuple(leases)
        self._waiting = list(leases)
        self._held: dict[str, tuple[float, Lease, float]] = {}
        """By id: its end, the lease, and when it was last renewed."""
        self.proxy, self._now = proxy, now
        self.granted: dict[str, float] = {}
        """By id: the minute of the drill at which it was first granted."""
        self._began: dict[str, float] = {}
        """By id: that instant, in seconds of the wall."""
        self.problems: list[str] = []
        self._minutes = 0.0
        self._one_at_a_time = threading.Lock()

    def at(self, minutes: float) -> None:
        """To be called at every scrape; ``minutes``: of the drill."""
        with self._one_at_a_time:
            self._minutes = minutes
            self._at(minutes)

    def keep(self) -> None:
        """Renew what is due, and nothing else; from any thread."""
        with self._one_at_a_time:
            self._at(self._minutes)

    def _at(self, minutes: float) -> None:
        for entry in [entry for entry in self._waiting if entry[0] <= minutes]:
            self._waiting.remove(entry)
            self._grant(entry[2], minutes, end=entry[1])
        for id, (end, lease, renewed) in list(self._held.items()):
            if minutes >= end:
                self._end(id)
            elif self._now() - renewed >= RENEW_S:
                self._renew(lease, minutes, end=end)

    def stop(self) -> None:
        """End all of them; none begins any more."""
        with self._one_at_a_time:
            self._waiting.clear()
            self._held.clear()
            self._try(lambda: self.proxy.delete("leases"))

    def _grant(self, lease: Lease, minutes: float, *, end: float) -> None:
        now = self._now()
        aged = replace(lease, course=replace(lease.course, age_s=now - self._began.get(lease.id, now)))
        if self._try(lambda: self.proxy.put("leases", lease.id, data=values.brief(aged)), what=lease.id):
            self.granted.setdefault(lease.id, minutes)
            self._began.setdefault(lease.id, now)
        # Even where nobody answered just now, it is tried again: a proxy comes back within seconds.
        self._held[lease.id] = (end, lease, self._now())

    def _renew(self, lease: Lease, minutes: float, *, end: float) -> None:
        try:
            self.proxy.post("leases", lease.id, "renew")
        except RefusedError as error:
            if error.status != 404:
                self._stopped(lease, error)
                return
            # A proxy that was started anew knows of none.
            self._grant(lease, minutes, end=end)
        except UnreachableError as error:
            self.problems.append(str(error))
        self._held[lease.id] = (end, lease, self._now())

    def _stopped(self, lease: Lease, error: RefusedError) -> None:
        """The data plane ended it by itself: a stop condition was met."""
        self.problems.append(f"{lease.id}: {error}")
        self._held.pop(lease.id, None)

    def _end(self, id: str) -> None:
        self._held.pop(id, None)
        self._try(lambda: self.proxy.delete("leases", id))

    def _try(self, ask: Callable[[], object], *, what: str = "") -> bool:
        """``what``: the lease that it is about, by which its trouble is found again."""
        try:
            ask()
        except (UnreachableError, RefusedError) as error:
            trouble = f"{what}: {error}" if what else str(error)
            if trouble not in self.problems:
                self.problems.append(trouble)
            return False
        return True
