"""Leases and a proxy in, faults that begin, are renewed and end with the drill's clock out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from generator import values
from simulator.live.asking import Caller, RefusedError, UnreachableError
from simulator.live.clock import monotonic
from simulator.live.lease import Lease

RENEW_S = 3.0
"""Wall seconds between renewals: five may fail before a lease ends."""
GRANT_S = 6.0
"""A grant waits for a disk; no other lease ends meanwhile for lack of its renewal."""


class Injector:
    """Grants each lease when it is due and renews it while the drill goes on. Whoever stops calling ends them all."""

    def __init__(
        self,
        leases: Sequence[tuple[float, float, Lease]],
        proxy: Caller,
        *,
        now: Callable[[], float] = monotonic,
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
        self._asked: dict[str, list[tuple[float, float]]] = {}
        """By id: when it was asked for, in seconds of the wall and minutes of the drill."""
        self._touched: dict[tuple[str, float], int] = {}
        """By id and the instant of the grant: on how many requests it has fallen, as far as we were told."""
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
            self._keep_up(minutes)
            self._waiting.remove(entry)
            self._grant(entry[2], minutes, end=entry[1])
        self._keep_up(minutes)

    def _keep_up(self, minutes: float) -> None:
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

    def hear(self, id: str, said: object) -> None:
        """What the proxy says of a lease that it has granted, perhaps when nobody waited for that any more."""
        state = said if isinstance(said, Mapping) else {}
        if isinstance(touched := state.get("touched"), int):
            # One that was granted anew counts from 0 again.
            self._touched[id, float(state.get("granted_s", 0.0))] = touched
        asked = self._asked.pop(id, None)
        if asked is None or id in self.granted:
            return
        age_s = state.get("age_s")
        began = asked[-1][0] if age_s is None else self._now() - age_s
        self._began[id] = began
        self.granted[id] = min(asked, key=lambda one: abs(one[0] - began))[1]

    def touched(self, id: str) -> int:
        """On how many requests it has fallen, of all its grants together, as far as the proxy has told."""
        return sum(count for (one, _), count in self._touched.items() if one == id)

    def _grant(self, lease: Lease, minutes: float, *, end: float) -> None:
        now = self._now()
        aged = replace(lease, course=replace(lease.course, age_s=now - self._began.get(lease.id, now)))
        self._asked.setdefault(lease.id, []).append((now, minutes))

        def ask() -> None:
            self.hear(lease.id, self.proxy.put("leases", lease.id, data=values.brief(aged), within_s=GRANT_S))

        self._try(ask, what=lease.id)
        # Even where nobody answered just now, it is tried again: a proxy comes back within seconds.
        self._held[lease.id] = (end, lease, self._now())

    def _renew(self, lease: Lease, minutes: float, *, end: float) -> None:
        try:
            self.hear(lease.id, self.proxy.post("leases", lease.id, "renew"))
        except RefusedError as error:
            if error.status != 404:
                self._stopped(lease, error)
                return
            # A proxy that was started anew knows of none; one whose lease has run out forgets what that one did.
            self._try(self._hear_all)
            self._grant(lease, minutes, end=end)
        except UnreachableError as error:
            self.problems.append(str(error))
        self._held[lease.id] = (end, lease, self._now())

    def _hear_all(self) -> None:
        for said in self.proxy.get("leases")["leases"]:
            self.hear(said["id"], said)

    def _stopped(self, lease: Lease, error: RefusedError) -> None:
        """The data plane ended it by itself: a stop condition was met."""
        self.problems.append(f"{lease.id}: {error}")
        self._held.pop(lease.id, None)

    def _end(self, id: str) -> None:
        self._held.pop(id, None)
        self._try(lambda: self.hear(id, self.proxy.delete("leases", id)))

    def _try(self, ask: Callable[[], object], *, what: str = "") -> None:
        """``what``: the lease that it is about, by which its trouble is found again."""
        try:
            ask()
        except (UnreachableError, RefusedError) as error:
            trouble = f"{what}: {error}" if what else str(error)
            if trouble not in self.problems:
                self.problems.append(trouble)
