"""What all requests on one data plane share in, their ways through it out."""

from __future__ import annotations

import asyncio
import secrets
from itertools import count
from time import time
from typing import TYPE_CHECKING

from simulator.live.clock import monotonic
from simulator.live.proxy.counters import Counters
from simulator.live.proxy.exchange import Exchange
from simulator.live.proxy.falling import Fall, Falling
from simulator.live.proxy.leases import Table
from simulator.live.proxy.log import Log
from simulator.live.proxy.pool import Pool

if TYPE_CHECKING:
    from simulator.live.proxy.client import Caller
    from simulator.live.proxy.request import Request

TIMEOUT_S = 60.0
IDLE_S = 120.0
FINISHING_IDLE_S = 30.0


class DataPlane:
    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        pool: Pool,
        table: Table,
        falling: Falling,
        *,
        counters: Counters,
        log: Log,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """``timeout_s``: how long target or caller may say nothing in the midst of a request."""
        self.loop, self.pool, self.table, self.falling = loop, pool, table, falling
        self.counters, self.log, self.timeout_s = counters, log, timeout_s
        self.place, self.base = pool.target.place, pool.target.base
        self.callers: set[Caller] = set()
        table.ages = self.ages
        self.leaving = False
        """Connections end with the request that is under way."""
        self.finishing = False
        """Callers that have nothing to ask for a while are let go."""
        self.seen = monotonic()
        """When somebody was last connected."""
        self._nonce = secrets.token_hex(4).encode()
        self._ids = count(1)

    def exchange(self, caller: Caller, request: Request) -> Exchange:
        """A request's way in and out."""
        return Exchange(self, caller, request)

    def new_id(self) -> bytes:
        """For a request that came without one."""
        return b"%b-%d" % (self._nonce, next(self._ids))

    @property
    def idle_s(self) -> float:
        """How long a connection is kept on which nobody asks for anything."""
        return FINISHING_IDLE_S if self.finishing else IDLE_S

    def sweep(self) -> None:
        """End what has said nothing for too long, on both sides."""
        now = monotonic()
        if self.callers:
            self.seen = now
        for caller in list(self.callers):
            caller.check(now)
            if self.leaving:
                caller.leave()
        self.pool.sweep()

    def ages(self, now: float) -> list[float]:
        """Seconds that each request under way has waited by then."""
        return [now - caller.since for caller in self.callers if caller.since is not None]

    def tell(self, exchange: Exchange, fall: Fall, status: int, now: float) -> None:
        """Count and log what was done to a request; ``status`` 0: it got no answer."""
        began, waited, reached = exchange.times
        asked, affected = 0.0, self.counters.affected
        leases: dict[str, object] = {}
        for grant, fate in fall.fates:
            grant.touched += 1
            asked += fate.delay_s
            leases[grant.lease.id] = fate.told
            for counted in grant.counted:
                affected[counted] += 1
        request = exchange.request
        self.log.add(
            "touched",
            {
                "request": request.id.decode("latin-1"),
                "method": request.method.decode("latin-1"),
                "path": request.path,
                "began": time() - (now - began),
                "status": status,
                "delay_asked_ms": asked * 1000,
                "delay_achieved_ms": waited * 1000,
                "target_ms": (now - reached) * 1000 if reached else None,
                "took_ms": (now - began) * 1000,
                "leases": leases,
            },
        )
