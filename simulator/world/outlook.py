"""States in; for each, one probability per bin, bucket and outcome, and the impact out.

A state is a row: the code of every knob, the intensity of every fault, the offered load.
Equal rows are computed once; nothing here knows of seeds or replicas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from generator.model import PanelRows, RouteLatency, Service
from simulator.world import latency
from simulator.world.drift import Bins, quantile_bins
from simulator.world.flow import Delay, Floats, PlacedFault
from simulator.world.graph import Graph, Passage
from simulator.world.outcomes import codes_of, ended_worse, ends_of
from simulator.world.queue import Queue, queue_of
from simulator.world.settings import Knob, Settings, as_released

DECISIONS = ("allow", "review", "block")
LEAST_ANSWERED = 1e-9


@dataclass(frozen=True, slots=True)
class Outlook:
    """What to expect of a request; the first axis of every array is the state."""

    impact: Floats
    """Share of requests that end worse than the same prototype does in the healthy world."""
    codes: Floats
    """(state, code): see ``CODES``."""
    within: Floats
    """(state, edge): share at or under each latency bucket edge."""
    decisions: Floats
    """(state, decision): see ``DECISIONS``."""
    model_share: Floats
    features: Floats
    """(state, feature, bin + 1); missing values last; padded with zeros."""
    feature_mean: Floats
    """(state, feature); NaN where every value is missing."""
    feature_sd: Floats
    score: Floats
    """(state, bin)."""
    score_mean: Floats
    score_sd: Floats
    correct: Floats
    """Share of decisions that agree with the label."""
    busy: Floats
    """Workers in use, on average."""
    feature_age_s: Floats
    """(state, feature): how much older the values are than in the healthy world, on average, in seconds."""
    golden: Floats
    """Share of requests with healthy inputs that the model's route decides right."""
    load_factor: Floats
    """Requests offered, relative to the traffic of the hour."""

    def take(self, index: NDArray[np.intp]) -> Outlook:
        return Outlook(**{item.name: getattr(self, item.name)[index] for item in fields(self)})


@dataclass(frozen=True, slots=True)
class _Route:
    """What requests meet on one of the two routes; the first axis of every array is the state."""

    ends: Floats
    """(state, prototype, outcome): see ``OUTCOMES``."""
    within: Floats
    """(state, edge)"""
    decisions: Floats
    """(state, decision)"""
    right: Floats
    """Share of requests that are answered and decided right."""
    failure: Floats
    """Share of requests that fail on this route."""


class Outlooks:
    """The outlook of any state of a service, remembered."""

    def __init__(
        self, service: Service, panel: PanelRows, knobs: Sequence[Knob], faults: Sequence[PlacedFault]
    ) -> None:
        self.service, self.knobs, self.faults = service, tuple(knobs), tuple(faults)
        self.graph = Graph(service, panel)
        self.edges_s: Floats = np.array(service.profile.latency.buckets_ms) / 1000
        self.drift_features = service.profile.drift.features
        healthy = self.graph.run(
            as_released_by(service, self.defaults[None, :], self.knobs), (), np.zeros((1, 0))
        )
        self.bins = tuple(self._bins(healthy.features.get(name)) for name in self.drift_features)
        self.score_bins = self._bins(healthy.score)
        self._index: dict[bytes, int] = {}
        self._known: Outlook | None = None
        self._ends: dict[float, Floats] = {}

    @property
    def defaults(self) -> Floats:
        """Codes of the knobs when nobody has turned one."""
        return np.array([knob.default for knob in self.knobs])

    @property
    def exists(self) -> Floats:
        """(feature, bin): 1 for a bin, 0 for padding."""
        return np.array([[1.0 * (b < bins.count) for b in range(self.widest)] for bins in self.bins])

    @property
    def widest(self) -> int:
        return max(bins.count for bins in self.bins)

    def _bins(self, values: Floats | None) -> Bins:
        if values is None:
            return Bins(np.zeros(0))
        present = ~np.isnan(values[0])
        return quantile_bins(values[0][present], self.graph.weight[present], self.service.profile.drift.bins)

    def of(self, rows: Floats) -> tuple[Outlook, NDArray[np.intp]]:
        """All outlooks known by now, and where those of ``rows`` (state, column) stand among them."""
        unique, inverse = np.unique(rows, axis=0, return_inverse=True)
        keys = [row.tobytes() for row in unique]
        new = [position for position, key in enumerate(keys) if key not in self._index]
        if new:
            self._remember(unique[new], [keys[position] for position in new])
        assert self._known is not None
        places = np.array([self._index[key] for key in keys], dtype=np.intp)
        return self._known, places[inverse.reshape(-1)]

    def impact(self, rows: Floats) -> Floats:
        """The impact in each state; axes (state,)."""
        known, places = self.of(rows)
        return known.impact[places]

    def _remember(self, rows: Floats, keys: Sequence[bytes]) -> None:
        start = 0 if self._known is None else len(self._known.impact)
        found = self._compute(rows)
        if self._known is not None:
            joined = {
                f.name: np.concatenate([getattr(self._known, f.name), getattr(found, f.name)])
                for f in fields(found)
            }
            found = Outlook(**joined)
        self._known = found
        self._index.update({key: start + offset for offset, key in enumerate(keys)})

    def _compute(self, rows: Floats) -> Outlook:
        settings = as_released_by(self.service, rows, self.knobs)
        count = len(self.knobs)
        passage = self.graph.run(settings, self.faults, rows[:, count : count + len(self.faults)])
        load = rows[:, -1]
        outlook, ends = self._aggregate(settings, passage, load)
        healthy = np.stack([self._healthy_ends(value) for value in load])
        worse = ended_worse(healthy, ends)
        return replace(outlook, impact=worse @ self.graph.weight)

    def _healthy_ends(self, load: float) -> Floats:
        """How the prototypes end in the healthy world at that load; axes (prototype, outcome)."""
        if load not in self._ends:
            settings = as_released_by(self.service, self.defaults[None, :], self.knobs)
            passage = self.graph.run(settings, (), np.zeros((1, 0)))
            self._ends[load] = self._aggregate(settings, passage, np.array([load]))[1][0]
        return self._ends[load]

    def _aggregate(self, settings: Settings, passage: Passage, load: Floats) -> tuple[Outlook, Floats]:
        """The outlook (its impact still zero), and how the prototypes end: (state, prototype, outcome)."""
        states, weight = len(load), self.graph.weight
        queue = queue_of(self.service, settings, passage, load, weight)
        model, rules = self._model_route(settings, passage, queue), self._rules_route(passage, queue)
        share = passage.model_share[:, None]
        failure, right = (
            share[:, 0] * taken + (1 - share)[:, 0] * passed_by
            for taken, passed_by in ((model.failure, rules.failure), (model.right, rules.right))
        )
        features, mean, sd = self._features(passage, states)
        score = np.broadcast_to(passage.score, (states, len(weight)))
        golden = passage.golden_score > passage.threshold
        outlook = Outlook(
            impact=np.zeros(states),
            codes=codes_of(queue.refused, self.service.profile.error_ratio, failure),
            within=share * model.within + (1 - share) * rules.within,
            decisions=share * model.decisions + (1 - share) * rules.decisions,
            model_share=passage.model_share,
            features=features,
            feature_mean=mean,
            feature_sd=sd,
            score=self.score_bins.shares(score, weight)[:, :-1],
            score_mean=score @ weight,
            score_sd=np.sqrt(np.maximum(score**2 @ weight - (score @ weight) ** 2, 0.0)),
            correct=right / np.maximum(1 - failure, LEAST_ANSWERED),
            busy=queue.busy,
            feature_age_s=self._ages(passage, states),
            golden=((golden == (self.graph.label > 0.5)) * (1 - passage.model_failure)) @ weight,
            load_factor=np.broadcast_to(passage.load, (states,)),
        )
        return outlook, share[:, :, None] * model.ends + (1 - share)[:, :, None] * rules.ends

    def _model_route(self, settings: Settings, passage: Passage, queue: Queue) -> _Route:
        """What requests meet that the model decides; doubtful ones may be held for a person."""
        times = self._times(passage.model_delays, self.service.profile.latency.model, queue)
        held = np.abs(passage.score - passage.threshold) < settings.hold_margin[:, None]
        block = passage.score > passage.threshold
        return self._route(passage, queue, times, block=block, held=held, failure=passage.model_failure)

    def _rules_route(self, passage: Passage, queue: Queue) -> _Route:
        """What requests meet that the fallback decides; it holds none."""
        times = self._times(passage.fallback_delays, self.service.profile.latency.fallback, queue)
        block = np.broadcast_to(passage.rules_block, (len(queue.refused), len(self.graph.weight)))
        held = np.zeros(block.shape, dtype=bool)
        return self._route(passage, queue, times, block=block, held=held, failure=passage.fallback_failure)

    def _route(
        self,
        passage: Passage,
        queue: Queue,
        times: tuple[Floats, Floats],
        *,
        block: NDArray[np.bool_],
        held: NDArray[np.bool_],
        failure: Floats,
    ) -> _Route:
        weight, is_right = self.graph.weight, block == (passage.label > 0.5)
        within, late = times
        decided = np.where(held, 2, np.where(is_right, 0, 3))
        return _Route(
            ends=ends_of(decided, late, queue.refused, self.service.profile.error_ratio, failure),
            within=within,
            decisions=np.stack([(~block & ~held) @ weight, held @ weight, (block & ~held) @ weight], axis=1),
            right=(is_right * (1 - failure)) @ weight,
            failure=self._traffic(failure, len(queue.refused)),
        )

    def _traffic(self, values: Floats, states: int) -> Floats:
        """The mean over the traffic; axes (state,)."""
        mean: Floats = np.broadcast_to(values, (states, len(self.graph.weight))) @ self.graph.weight
        return mean

    def _ages(self, passage: Passage, states: int) -> Floats:
        """Of the values that are there; zero where every value is missing."""
        ages = np.zeros((states, len(self.drift_features)))
        for place, name in enumerate(self.drift_features):
            if name in passage.ages_s:
                present = np.where(np.isnan(passage.features[name]), 0.0, 1.0)
                there = self._traffic(present, states)
                total = self._traffic(passage.ages_s[name] * present, states)
                ages[:, place] = np.divide(total, there, out=np.zeros(states), where=there > 0)
        return np.round(ages, 6)

    def _times(self, delays: Sequence[Delay], route: RouteLatency, queue: Queue) -> tuple[Floats, Floats]:
        """Share within each bucket edge (state, edge), and lateness (state, prototype)."""
        deadline = np.array([self.service.profile.latency.deadline_ms / 1000])
        p50, p99 = queue.slowdown * route.p50_ms / 1000, queue.slowdown * route.p99_ms / 1000
        within: Floats = np.zeros((len(p50), len(self.edges_s)))
        late: Floats = np.zeros((len(p50), 1))
        for met, probability in latency.mixtures(delays):
            if met:
                under = latency.share_within_delayed(self.edges_s, p50, p99, met)
                in_time = latency.share_within_delayed(deadline, p50, p99, met)
            else:
                under, in_time = (
                    latency.share_within(self.edges_s, p50, p99),
                    latency.share_within(deadline, p50, p99),
                )
            traffic = np.broadcast_to(probability, (len(p50), len(self.graph.weight))) @ self.graph.weight
            within = within + traffic[:, None] * under
            late = late + probability * (1 - in_time)
        return within, late

    def _features(self, passage: Passage, states: int) -> tuple[Floats, Floats, Floats]:
        weight, count = self.graph.weight, len(self.drift_features)
        shares = np.zeros((states, count, self.widest + 1))
        mean, sd = np.full((states, count), np.nan), np.full((states, count), np.nan)
        for place, (name, bins) in enumerate(zip(self.drift_features, self.bins, strict=True)):
            values = passage.features.get(name, np.full((1, len(weight)), np.nan))
            found = bins.shares(values, weight)
            shares[:, place, : bins.count] = found[:, :-1]
            shares[:, place, -1] = found[:, -1]
            present = np.where(np.isnan(values), 0.0, weight)
            total = present.sum(1)
            some = total > 0
            known = np.where(np.isnan(values), 0.0, values)
            first = np.divide((present * known).sum(1), total, out=np.full(len(total), np.nan), where=some)
            second = np.divide(
                (present * known**2).sum(1), total, out=np.full(len(total), np.nan), where=some
            )
            mean[:, place] = first
            sd[:, place] = np.sqrt(np.maximum(second - first**2, 0.0))
        return shares, mean, sd


def as_released_by(service: Service, rows: Floats, knobs: Sequence[Knob]) -> Settings:
    """The settings that rows of codes stand for; the first columns of ``rows`` are the knobs'."""
    settings = as_released(service, len(rows))
    for column, knob in enumerate(knobs):
        knob.turn(settings, rows[:, column])
    return settings
