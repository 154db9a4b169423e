"""The rows of a request in, what comes of each by whoever decides the request out; and what there is to measure."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias

from simulator.live.sandbox.fate import fate_of
from simulator.live.sandbox.hop import Way
from simulator.live.sandbox.meeting import LOGIT, Meeting, told
from simulator.live.sandbox.scoring import FALLBACK, MODEL, Asked, Decided, Scored, Scorer

Measure: TypeAlias = Callable[[Sequence[Asked], Sequence[Scored], float], None]
"""Takes rows, what the model makes of them, and the second of the drill at which they came."""
Made: TypeAlias = Sequence[tuple[Scored, Decided]]


class Deciding:
    """Asks whom a decision takes, in here or over the way that leads through the proxy."""

    def __init__(self, seed: int, meeting: Meeting, *, way: Way, within: Way, measure: Measure) -> None:
        self._seed, self._meeting, self._measure = seed, meeting, measure
        self.way, self.within = way, within
        self._under_way: set[asyncio.Task[None]] = set()

    async def decided(
        self, scorer: Scorer, request: str, rows: Sequence[Asked], now_s: float, *, aside: bool
    ) -> Made:
        """By row, what the model makes of it and what is decided; FullError, NodeFailedError.

        ``aside``: it is no traffic: it is decided past the way, and nothing of it is measured.
        """
        meeting, route = self._meeting, scorer.route(fate_of(self._seed, rows[0].id))
        nodes = () if aside else meeting.before(route, scorer.settings)
        if nodes:
            rows = [await meeting.seen(asked, nodes, scorer.settings, self.way) for asked in rows]
        scored: Sequence[Scored] = [scorer.score(asked) for asked in rows]
        share = fate_of(self._seed, request).time
        if aside:
            await self.within.serve(route, request, share)
        elif meeting.is_met(route):
            scored = await self._by_node(scorer, route, request, share, rows, scored, now_s)
        else:
            if route == FALLBACK and self._misses(nodes):
                self._measure_later(scorer, rows, now_s)
            else:
                self._measure(rows, scored, now_s)
            await self.way.serve(route, request, share)
        pairs = zip(rows, scored, strict=True)
        return [(one, scorer.decide(asked, one, fate_of(self._seed, asked.id))) for asked, one in pairs]

    async def _by_node(
        self,
        scorer: Scorer,
        route: str,
        request: str,
        share: float,
        rows: Sequence[Asked],
        scored: Sequence[Scored],
        now_s: float,
    ) -> Sequence[Scored]:
        """What the node of the route makes of each row; only the first takes its time."""
        address, found = self._meeting.address_of(route, scorer.settings), list(scored)
        try:
            for place, asked in enumerate(rows):
                if place == 0:
                    answered = await self.way.serve(route, request, share, address=address, told=told(asked))
                else:
                    answered = await self.way.ask(address, asked.id, told(asked))
                found[place] = _judged(scorer, found[place], answered)
        finally:
            if route == FALLBACK and self._misses(self._meeting.before(route, scorer.settings)):
                self._measure_later(scorer, rows, now_s)
            else:
                self._measure(rows, found, now_s)
        return found

    def _misses(self, nodes: Collection[str]) -> bool:
        """Whether something is met that these nodes are not, and that decides what is measured of the model."""
        meeting = self._meeting
        return meeting.is_met(MODEL) or any(node not in nodes for node in meeting.nodes)

    def _measure_later(self, scorer: Scorer, rows: Sequence[Asked], now_s: float) -> None:
        """What the model would have had, and made, of requests that others decide: nobody waits for it."""
        task = asyncio.create_task(self._measure_aside(scorer, rows, now_s))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _measure_aside(self, scorer: Scorer, rows: Sequence[Asked], now_s: float) -> None:
        meeting, settings, scored = self._meeting, scorer.settings, []
        seen = [await meeting.seen(row, meeting.nodes, settings, self.way) for row in rows]
        for asked in seen:
            one = scorer.score(asked)
            if meeting.is_met(MODEL):
                address = meeting.address_of(MODEL, settings)
                one = _judged(scorer, one, await self.way.ask(address, asked.id, told(asked)))
            scored.append(one)
        self._measure(seen, scored, now_s)

    async def close(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self.way.close()


def _judged(scorer: Scorer, scored: Scored, answered: Mapping[str, object] | None) -> Scored:
    """By the logit that a model answered; as it was where it said nothing that could be one."""
    values = (answered or {}).get("values")
    logit = values.get(LOGIT) if isinstance(values, dict) else None
    if isinstance(logit, bool) or not isinstance(logit, (int, float)) or not math.isfinite(logit):
        return scored
    return scorer.judged(scored, float(logit))
