"""Answers and requests under way in, whether they are so bad that a lease has to stop out."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Collection
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
            part.latencies[_step(seconds)] += 1

    def worse(self, now: float, ages: Collection[float] = ()) -> str:
        """What is worse than it may be, as a sentence; empty: nothing, or too few requests to say.

        ``ages``: seconds that each request under way has waited. One that waits for longer than an answer may take
        counts as an answer of that age: it is late already, whenever it ends.
        """
        self._forget(now)
        answers = sum(part.requests for part in self._parts)
        return self._failing(answers) or self._slow(answers, ages)

    def _failing(self, answers: int) -> str:
        limit = self._stop.error_ratio
        if limit is None or answers < max(1, self._stop.least_requests):
            return ""
        ratio = sum(part.failed for part in self._parts) / answers
        return f"{ratio:.1%} of {answers} answers failed: more than {limit:.1%}" if ratio > limit else ""

    def _slow(self, answers: int, ages: Collection[float]) -> str:
        limit = self._stop.p99_ms
        if limit is None:
            return ""
        late = [age for age in ages if age * 1000 > limit]
        requests = answers + len(late)
        if requests < max(1, self._stop.least_requests):
            return ""
        found = self._quantile_ms(math.ceil(0.99 * requests), late)
        if found <= limit:
            return ""
        waiting = f", {len(late)} of them under way," if late else ""
        what = "requests" if late else "answers"
        return f"p99 of {requests} {what}{waiting} is {found:.0f} ms: more than {limit:g} ms"

    def _quantile_ms(self, rank: int, late: Collection[float]) -> float:
        counts: Counter[int] = sum((part.latencies for part in self._parts), Counter(map(_step, late)))
        for step, count in sorted(counts.items()):
            rank -= count
            if rank <= 0:
                return math.exp((step + 0.5) * _GROWTH)
        return 0.0

    def _forget(self, now: float) -> None:
        while self._parts and self._parts[0].ends + self._stop.window_s <= now:
            self._parts.popleft()


def _step(seconds: float) -> int:
    """Where a latency is counted."""
    return math.floor(math.log(max(seconds, 1e-6) * 1000) / _GROWTH)
