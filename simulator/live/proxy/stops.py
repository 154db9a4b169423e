"""Answers in, whether they are so bad that a lease has to stop out."""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass, field

from simulator.live.lease import Stop

PARTS = 20
"""The window slides by a part."""
_GROWTH = math.log(1.02)
"""Latencies are counted in steps of two percent."""


@dataclass(slots=True)
class _Part:
    ends: float
    requests: int = 0
    failed: int = 0
    latencies: Counter[int] = field(default_factory=Counter)


class Window:
    """The answers of the last seconds, as one stop condition sees them."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop
        self._width = stop.window_s / PARTS
        self._parts: deque[_Part] = deque()

    def add(self, now: float, seconds: float, failed: bool) -> None:
        """An answer that has just passed, or failed to come, after so many seconds."""
        part = self._parts[-1] if self._parts else None
        if part is None or now >= part.ends:
            part = _Part(now + self._width)
            self._parts.append(part)
            self._forget(now)
        part.requests += 1
        part.failed += failed
        if self._stop.p99_ms is not None:
            part.latencies[math.floor(math.log(max(seconds, 1e-6) * 1000) / _GROWTH)] += 1

    def worse(self, now: float) -> str:
        """What is worse than it may be, as a sentence; empty: nothing, or too few answers to say."""
        self._forget(now)
        requests = sum(part.requests for part in self._parts)
        if not requests or requests < self._stop.least_requests:
            return ""
        return self._failing(requests) or self._slow(requests)

    def _failing(self, requests: int) -> str:
        limit = self._stop.error_ratio
        ratio = sum(part.failed for part in self._parts) / requests
        if limit is None or ratio <= limit:
            return ""
        return f"{ratio:.1%} of {requests} answers failed: more than {limit:.1%}"

    def _slow(self, requests: int) -> str:
        limit = self._stop.p99_ms
        if limit is None:
            return ""
        found = self._quantile_ms(math.ceil(0.99 * requests))
        return f"p99 of {requests} answers is {found:.0f} ms: more than {limit:g} ms" if found > limit else ""

    def _quantile_ms(self, rank: int) -> float:
        counts: Counter[int] = sum((part.latencies for part in self._parts), Counter())
        for step, count in sorted(counts.items()):
            rank -= count
            if rank <= 0:
                return math.exp((step + 0.5) * _GROWTH)
        return 0.0

    def _forget(self, now: float) -> None:
        while self._parts and self._parts[0].ends + self._stop.window_s <= now:
            self._parts.popleft()
