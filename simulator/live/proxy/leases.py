"""Leases that are asked for in, those in force at this moment out; each ends here, by the monotonic clock.

Whether a lease is in force is looked up for every request, from what the clock says then: no timer has to fire and
nobody has to live for a fault to end. The sweep only writes down what has ended.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from generator.values import brief
from simulator.live.clock import monotonic
from simulator.live.lease import LONGEST_S, Cap, Lease
from simulator.live.proxy.bounds import RefusedError, beyond, misshapen
from simulator.live.proxy.counters import Counters
from simulator.live.proxy.journal import Journal, NotWrittenError
from simulator.live.proxy.log import Log
from simulator.live.proxy.ration import Ration
from simulator.live.proxy.stops import Window

if TYPE_CHECKING:
    from simulator.live.effects import Prepared

UNNEEDED = "nobody has said for long that faults are still needed: POST /alive first"
UNWELL = "the proxy is not well: start another"
"""For good: whoever watches over it replaces it."""
REMEMBERED = 200
"""Ended leases that can still be told of."""


class Grant:
    """A lease that was granted."""

    __slots__ = (
        "began",
        "counted",
        "ended",
        "ends",
        "expired",
        "granted",
        "header",
        "lease",
        "over_at",
        "prepared",
        "ration",
        "touched",
        "until",
        "window",
    )

    def __init__(self, lease: Lease, prepared: Prepared, granted: float) -> None:
        """``granted``: seconds of the monotonic clock, as all that follow."""
        self.lease, self.prepared = lease, prepared
        self.counted = tuple((lease.id, effect.kind) for effect in lease.effects)
        """What it is counted under, for each request that it falls on."""
        self.granted, self.began = granted, granted - lease.course.age_s
        self.header = lease.id.encode("ascii") if lease.header else b""
        duration = lease.course.duration_s
        self.over_at = math.inf if duration is None else self.began + duration
        """When it has run its course."""
        self.until = self.ends = granted
        """Until when it is renewed; and the first of all its ends, from which on it does nothing."""
        self.ended = ""
        """Why; empty while nobody has seen that it is over."""
        self.expired = False
        """Whether it ended only because nobody renewed it: then it may be asked for anew."""
        self.touched = 0
        self.ration = Ration()
        self.window = Window(lease.stop) if lease.stop is not None else None

    def lives(self, now: float) -> bool:
        return now < self.ends

    def extend(self, until: float) -> None:
        self.until, self.ends = until, min(until, self.over_at)

    def end(self, why: str) -> None:
        self.ended, self.ends = why, -math.inf

    def is_over(self, now: float) -> bool:
        """Whether it has run its course."""
        return now >= self.over_at


class Table:
    """All leases on one data plane, within what it may do at most."""

    def __init__(
        self,
        *,
        cap: Cap,
        journal: Journal,
        prepare: Callable[[Lease], Prepared],
        counters: Counters,
        log: Log,
        now: Callable[[], float] = monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.cap, self._journal, self._prepare = cap, journal, prepare
        self._counters, self._log, self._now, self._wall = counters, log, now, wall
        # A clock of the wall that is put back does not lengthen what was allowed.
        self._closes = None if cap.until is None else now() + cap.until - wall()
        self._grants: dict[str, Grant] = {}
        self._ended: OrderedDict[str, Grant] = OrderedDict()
        self._granting = asyncio.Lock()
        self._endings = 0
        self._writer = ThreadPoolExecutor(1, "journal")
        self.closed = ""
        """Why nothing more is granted; empty: it is."""
        self.ages: Callable[[float], Collection[float]] = lambda now: ()
        """Seconds that each request under way has waited by then; for the stop conditions."""

    @property
    def any(self) -> bool:
        """Whether there are leases at all, in force or not yet swept away."""
        return bool(self._grants)

    def live(self) -> Sequence[Grant]:
        """Those in force now, in the order in which they were granted."""
        if not self._grants:
            return ()
        now = self._now()
        return [grant for grant in self._grants.values() if now < grant.ends]

    async def grant(self, lease: Lease) -> Grant:
        """Put a lease into force, once the journal has it; the same again renews it; RefusedError when not."""
        asked = self._now()
        try:
            async with self._granting:
                self.sweep()
                held = self._grants.get(lease.id)
                if held is not None and held.lease == lease:
                    return self.renew(lease.id)
                return await self._grant(lease, asked)
        except RefusedError:
            self._counters.leases["refused"] += 1
            raise

    async def _grant(self, lease: Lease, asked: float) -> Grant:
        if lease.id in self._grants:
            raise RefusedError(
                409, f"the lease '{lease.id}' is in force and says something else; end it first"
            )
        if amiss := misshapen(lease):
            raise RefusedError(422, amiss)
        try:
            prepared = self._prepare(lease)
        except ValueError as error:
            raise RefusedError(422, str(error)) from None
        self._allow(lease, prepared)
        grant = Grant(lease, prepared, asked)
        endings = self._endings
        await self._written(
            {"what": "granted", "at": self._wall(), "monotonic": asked, "lease": brief(lease)}
        )
        if endings != self._endings or self.closed:
            raise RefusedError(409, self.closed or "meanwhile somebody ended leases; ask again")
        self._extend(grant, asked)
        self._grants[lease.id] = grant
        self._ended.pop(lease.id, None)
        self._counters.leases["granted"] += 1
        self._log.add("granted", {"lease": lease.id, "seconds": lease.seconds})
        return grant

    def renew(self, id: str) -> Grant:
        """It ends later; RefusedError when it has ended, or may go on no longer."""
        grant = self._grants.get(id)
        now = self._now()
        if grant is None or not grant.lives(now):
            self.sweep()
            raise RefusedError(*self._missing(id))
        if amiss := self._late():
            raise RefusedError(403, amiss)
        self._extend(grant, now)
        self._counters.leases["renewed"] += 1
        return grant

    def end(self, id: str, why: str) -> Grant:
        """It ends at once, whatever becomes of the disk; RefusedError when there is none."""
        self._endings += 1
        self.sweep()
        grant = self._grants.get(id)
        if grant is None:
            raise RefusedError(*self._missing(id))
        self._finish(grant, "ended", why)
        return grant

    def end_all(self, why: str) -> int:
        """All end at once, and those that are being granted are not; how many were in force."""
        self._endings += 1
        try:
            self.sweep()
        finally:
            # Whatever is amiss with judging them.
            grants = list(self._grants.values())
            for grant in grants:
                self._finish(grant, "ended", why)
        return len(grants)

    def shut(self, why: str) -> None:
        """All end, and nothing more is granted; one that is not well stays so."""
        if self.closed != UNWELL:
            self.closed = why
            self.end_all(why)

    def sweep(self) -> None:
        """Write down what has ended, and stop what does too much harm."""
        now = self._now()
        grants = list(self._grants.values())
        ages = self.ages(now) if any(grant.window is not None for grant in grants) else ()
        for grant in grants:
            if grant.is_over(now):
                self._finish(grant, "over", "it has run its course")
            elif now >= grant.until:
                grant.expired = True
                self._finish(grant, "expired", "nobody renewed it")
            elif grant.window is not None and (worse := grant.window.worse(now, ages)):
                self._finish(grant, "stopped", f"it stopped by itself: {worse}")

    def observe(self, seconds: float, failed: bool) -> None:
        """An answer that has passed, for the stop conditions."""
        for grant in self._grants.values():
            if grant.window is not None:
                grant.window.add(self._now(), seconds, failed)

    def told(self) -> list[dict[str, object]]:
        """What there is to say of each lease, the ended ones last."""
        return [self.state(grant) for grant in (*self._grants.values(), *reversed(self._ended.values()))]

    def state(self, grant: Grant) -> dict[str, object]:
        """What a caller of the control plane is told of a lease."""
        now = self._now()
        return {
            "id": grant.lease.id,
            "live": grant.lives(now),
            "left_s": round(max(0.0, grant.until - now), 3) if grant.lives(now) else 0.0,
            "age_s": round(now - grant.began, 3),
            "granted_s": grant.granted,
            "ended": grant.ended,
            "touched": grant.touched,
            "lease": brief(grant.lease),
        }

    def close(self) -> None:
        """Wait for the journal's last line."""
        self._writer.shutdown(wait=True)

    def _extend(self, grant: Grant, now: float) -> None:
        until = now + min(grant.lease.seconds, LONGEST_S)
        grant.extend(until if self._closes is None else min(until, self._closes))

    def _late(self) -> str:
        if self._closes is None or self.cap.until is None:
            return ""
        if self._now() < self._closes and self._wall() < self.cap.until:
            return ""
        return "the time for which faults are allowed here is over"

    def _allow(self, lease: Lease, prepared: Prepared) -> None:
        """RefusedError for what goes beyond the cap."""
        if self.closed:
            raise RefusedError(410, self.closed)
        others = sum(grant.lease.share for grant in self._grants.values())
        if amiss := self._late() or beyond(self.cap, lease, fields=prepared.fields, others=others):
            raise RefusedError(403, amiss)

    def _missing(self, id: str) -> tuple[int, str]:
        ended = self._ended.get(id)
        if ended is None:
            return 404, f"there is no lease '{id[:100]}'"
        if ended.expired:
            return 404, f"nobody renewed the lease '{id}' in time: ask for it anew"
        return 410, f"the lease '{id}' has ended: {ended.ended}"

    async def _written(self, entry: Mapping[str, object]) -> None:
        """Returns when the disk has it; the requests go on meanwhile."""
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._writer, self._journal.append, entry)
        except NotWrittenError as error:
            raise RefusedError(
                507, f"the journal cannot be written, so nothing is applied: {error}; make room on the disk"
            ) from None

    def _finish(self, grant: Grant, what: str, why: str) -> None:
        grant.end(why)
        id = grant.lease.id
        del self._grants[id]
        self._ended[id] = grant
        while len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)
        self._counters.leases[what] += 1
        entry: dict[str, object] = {"lease": id, "why": why, "touched": grant.touched}
        self._log.add(what, entry)
        # Nobody waits for it: that a lease has ended needs no disk.
        self._writer.submit(
            _attempt, self._journal, {"what": what, "at": self._wall(), "monotonic": self._now(), **entry}
        )


def _attempt(journal: Journal, entry: Mapping[str, object]) -> None:
    try:
        journal.append(entry)
    except NotWrittenError:
        return
