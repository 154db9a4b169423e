"""A passage and a queue in; what requests meet on the model's route and on the fallback's, out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from generator.model import RouteLatency, Service
from simulator.world import latency
from simulator.world.flow import Bools, Delay, Floats, Pace, either, over_traffic
from simulator.world.outcomes import ends_of, spoilt_ends
from simulator.world.passage import Passage
from simulator.world.queue import Queue
from simulator.world.settings import Settings

Decided: TypeAlias = tuple[Bools, Bools]
"""Which prototypes are blocked, and which are held for a person; axes (state, prototype)."""


@dataclass(frozen=True, slots=True)
class Route:
    """What requests meet on one of the two routes; the first axis of every array is the state."""

    ends: Floats
    """(state, prototype, outcome): see ``OUTCOMES``."""
    within: Floats
    """(state, edge)"""
    decisions: Floats
    """(state, decision)"""
    right: Floats
    """Share of requests that are answered, and decided as their labels say."""
    failure: Floats
    """Share of requests that fail on this route, of those that were let in."""


@dataclass(frozen=True, slots=True)
class Routes:
    """The two routes of a service; ``weight`` is the traffic's, (prototype,), ``edges_s`` those of the histogram."""

    service: Service
    weight: Floats
    edges_s: Floats

    def by_model(self, settings: Settings, passage: Passage, queue: Queue) -> Route:
        """What requests meet that the model decides; doubtful ones may be held for a person."""
        route = self.service.profile.latency.model
        times = self._times(passage.model_delays, passage.model_paces, route, queue)
        decided = _by_score(settings, passage)
        return self._route(passage, queue, times, decided, model=True)

    def by_rules(self, passage: Passage, queue: Queue) -> Route:
        """What requests meet that the fallback decides; it holds none."""
        route = self.service.profile.latency.fallback
        times = self._times(passage.fallback_delays, passage.fallback_paces, route, queue)
        return self._route(passage, queue, times, self._by_points(passage, queue), model=False)

    def ends(self, settings: Settings, passage: Passage, queue: Queue) -> Floats:
        """How requests end over both routes, (state, prototype, outcome): all that the impact needs."""
        times, share = self.service.profile.latency, passage.model_share[:, None, None]
        late = self._late(passage.model_delays, passage.model_paces, times.model, queue)
        model = self._ends(passage, queue, late, _by_score(settings, passage), model=True)
        late = self._late(passage.fallback_delays, passage.fallback_paces, times.fallback, queue)
        rules = self._ends(passage, queue, late, self._by_points(passage, queue), model=False)
        return share * model + (1 - share) * rules

    def _by_points(self, passage: Passage, queue: Queue) -> Decided:
        block = np.broadcast_to(passage.rules_block, (len(queue.refused), len(self.weight)))
        return block, np.zeros(block.shape, dtype=bool)

    def _route(
        self,
        passage: Passage,
        queue: Queue,
        times: tuple[Floats, Floats],
        decided: Decided,
        *,
        model: bool,
    ) -> Route:
        weight, states = self.weight, len(queue.refused)
        (within, late), (block, held) = times, decided
        failure = passage.model_failure if model else passage.fallback_failure
        agrees = (block == (passage.labelled > 0.5)) * (1 - failure)
        if model and passage.spoilt:
            agrees = agrees * passage.usable
        return Route(
            ends=self._ends(passage, queue, late, decided, model=model),
            within=within,
            decisions=np.stack(
                [over_traffic(those, weight) for those in (~block & ~held, held, block & ~held)], axis=1
            ),
            right=self._let_in(agrees, passage, states),
            failure=self._let_in(failure, passage, states),
        )

    def _ends(self, passage: Passage, queue: Queue, late: Floats, decided: Decided, *, model: bool) -> Floats:
        block, held = decided
        failure = passage.model_failure if model else passage.fallback_failure
        is_right = block == (passage.label > 0.5)
        refused = either(queue.refused[:, None], passage.refused)
        error_ratio = self.service.profile.error_ratio
        ends = ends_of(np.where(held, 2, np.where(is_right, 0, 3)), late, refused, error_ratio, failure)
        return spoilt_ends(ends, passage.spoilt) if model and passage.spoilt else ends

    def _let_in(self, values: Floats, passage: Passage, states: int) -> Floats:
        """The mean over the traffic that is not refused before any work is done; axes (state,)."""
        values = np.broadcast_to(values, (states, len(self.weight)))
        if passage.refused.shape[1] == 1:
            return over_traffic(values, self.weight)
        let_in = np.broadcast_to(1 - passage.refused, values.shape)
        all_of_them = over_traffic(let_in, self.weight)
        mean: Floats = np.divide(
            over_traffic(values * let_in, self.weight),
            all_of_them,
            out=np.zeros(states),
            where=all_of_them > 0,
        )
        return mean

    def _times(
        self, delays: Sequence[Delay], paces: Sequence[Pace], route: RouteLatency, queue: Queue
    ) -> tuple[Floats, Floats]:
        """Share within each bucket edge (state, edge), and lateness (state, prototype)."""
        within: Floats = np.zeros((len(queue.slowdown), len(self.edges_s)))
        for probability, p50, p99, met in _met(delays, paces, route, queue):
            traffic = over_traffic(np.broadcast_to(probability, (len(p50), len(self.weight))), self.weight)
            within = within + traffic[:, None] * _shares(self.edges_s, p50, p99, met)
        return within, self._late(delays, paces, route, queue)

    def _late(
        self, delays: Sequence[Delay], paces: Sequence[Pace], route: RouteLatency, queue: Queue
    ) -> Floats:
        """The share of each prototype's requests that come after the deadline, (state, prototype or 1)."""
        deadline = np.array([self.service.profile.latency.deadline_ms / 1000])
        late: Floats = np.zeros((len(queue.slowdown), 1))
        for probability, p50, p99, met in _met(delays, paces, route, queue):
            late = late + probability * (1 - _shares(deadline, p50, p99, met))
        return late


def _by_score(settings: Settings, passage: Passage) -> Decided:
    held = np.abs(passage.score - passage.threshold) < settings.hold_margin[:, None]
    return passage.score > passage.threshold, held


def _met(
    delays: Sequence[Delay], paces: Sequence[Pace], route: RouteLatency, queue: Queue
) -> Iterator[tuple[Floats, Floats, Floats, Sequence[Delay]]]:
    """Every mixture of paces and delays: its probability (state, prototype or 1), its quantiles, its delays."""
    for met_paces, paced in latency.mixtures(paces):
        slowdown = queue.slowdown
        for pace in met_paces:
            slowdown = slowdown * pace.factor
        p50, p99 = slowdown * route.p50_ms / 1000, slowdown * route.p99_ms / 1000
        for met, delayed in latency.mixtures(delays):
            yield paced * delayed, p50, p99, met


def _shares(edges_s: Floats, p50_s: Floats, p99_s: Floats, met: Sequence[Delay]) -> Floats:
    """Of lognormal times with these delays, the share at or under each edge; axes (state, edge)."""
    if met:
        return latency.share_within_delayed(edges_s, p50_s, p99_s, met)
    return latency.share_within(edges_s, p50_s, p99_s)
