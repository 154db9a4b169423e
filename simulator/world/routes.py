"""A passage and a queue in; what requests meet on the model's route and on the fallback's, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.model import RouteLatency, Service
from simulator.world import latency
from simulator.world.flow import Delay, Floats, Pace, either
from simulator.world.outcomes import ends_of, spoilt_ends
from simulator.world.passage import Passage
from simulator.world.queue import Queue
from simulator.world.settings import Settings


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
        held = np.abs(passage.score - passage.threshold) < settings.hold_margin[:, None]
        block = passage.score > passage.threshold
        return self._route(passage, queue, times, block=block, held=held, model=True)

    def by_rules(self, passage: Passage, queue: Queue) -> Route:
        """What requests meet that the fallback decides; it holds none."""
        route = self.service.profile.latency.fallback
        times = self._times(passage.fallback_delays, passage.fallback_paces, route, queue)
        block = np.broadcast_to(passage.rules_block, (len(queue.refused), len(self.weight)))
        held = np.zeros(block.shape, dtype=bool)
        return self._route(passage, queue, times, block=block, held=held, model=False)

    def _route(
        self,
        passage: Passage,
        queue: Queue,
        times: tuple[Floats, Floats],
        *,
        block: NDArray[np.bool_],
        held: NDArray[np.bool_],
        model: bool,
    ) -> Route:
        weight, states = self.weight, len(queue.refused)
        within, late = times
        failure = passage.model_failure if model else passage.fallback_failure
        is_right = block == (passage.label > 0.5)
        refused = either(queue.refused[:, None], passage.refused)
        error_ratio = self.service.profile.error_ratio
        ends = ends_of(np.where(held, 2, np.where(is_right, 0, 3)), late, refused, error_ratio, failure)
        agrees = (block == (passage.labelled > 0.5)) * (1 - failure)
        if model and passage.spoilt:
            ends, agrees = spoilt_ends(ends, passage.spoilt), agrees * passage.usable
        return Route(
            ends=ends,
            within=within,
            decisions=np.stack([(~block & ~held) @ weight, held @ weight, (block & ~held) @ weight], axis=1),
            right=self._let_in(agrees, passage, states),
            failure=self._let_in(failure, passage, states),
        )

    def _let_in(self, values: Floats, passage: Passage, states: int) -> Floats:
        """The mean over the traffic that is not refused before any work is done; axes (state,)."""
        values = np.broadcast_to(values, (states, len(self.weight)))
        if passage.refused.shape[1] == 1:
            return values @ self.weight
        let_in = np.broadcast_to(1 - passage.refused, values.shape)
        all_of_them = let_in @ self.weight
        mean: Floats = np.divide(
            (values * let_in) @ self.weight, all_of_them, out=np.zeros(states), where=all_of_them > 0
        )
        return mean

    def _times(
        self, delays: Sequence[Delay], paces: Sequence[Pace], route: RouteLatency, queue: Queue
    ) -> tuple[Floats, Floats]:
        """Share within each bucket edge (state, edge), and lateness (state, prototype)."""
        within: Floats = np.zeros((len(queue.slowdown), len(self.edges_s)))
        late: Floats = np.zeros((len(queue.slowdown), 1))
        for met_paces, paced in latency.mixtures(paces):
            slowdown = queue.slowdown
            for pace in met_paces:
                slowdown = slowdown * pace.factor
            p50, p99 = slowdown * route.p50_ms / 1000, slowdown * route.p99_ms / 1000
            for met, delayed in latency.mixtures(delays):
                probability = paced * delayed
                under, in_time = self._in_time(p50, p99, met)
                traffic = np.broadcast_to(probability, (len(p50), len(self.weight))) @ self.weight
                within = within + traffic[:, None] * under
                late = late + probability * (1 - in_time)
        return within, late

    def _in_time(self, p50_s: Floats, p99_s: Floats, met: Sequence[Delay]) -> tuple[Floats, Floats]:
        """Shares of lognormal times with these delays at or under each edge, and under the deadline, (state, 1)."""
        deadline = np.array([self.service.profile.latency.deadline_ms / 1000])
        if met:
            under, in_time = (
                latency.share_within_delayed(edges, p50_s, p99_s, met) for edges in (self.edges_s, deadline)
            )
        else:
            under, in_time = (latency.share_within(edges, p50_s, p99_s) for edges in (self.edges_s, deadline))
        return under, in_time
