"""States in; for each, one probability per bin, bucket and outcome, and the impact out.

A state is a row: the code of every knob, the intensity of every fault, the offered load.
Equal rows are computed once; nothing here knows of seeds or replicas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from generator.model import PanelRows, Service
from simulator.world.drift import Bins, quantile_bins
from simulator.world.flow import Floats, PlacedFault, either
from simulator.world.graph import Graph
from simulator.world.marginals import feature_ages, feature_shares, version_shares
from simulator.world.outcomes import codes_of, ended_worse, form_shares
from simulator.world.passage import Passage
from simulator.world.queue import mean_over, queue_of
from simulator.world.routes import Routes
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
    versions: Floats
    """(state, version): of the requests that the model decides, by the version that scored them."""
    forms: Floats
    """(state, form): of the model's answers; see ``FORMS``."""
    memory: Floats
    """Of the memory that is free when all is well, the share that is filled."""
    label_late_s: Floats
    """How much later than usual labels come."""

    def take(self, index: NDArray[np.intp]) -> Outlook:
        return Outlook(**{item.name: getattr(self, item.name)[index] for item in fields(self)})


class Outlooks:
    """The outlook of any state of a service, remembered."""

    def __init__(
        self, service: Service, panel: PanelRows, knobs: Sequence[Knob], faults: Sequence[PlacedFault]
    ) -> None:
        self.service, self.knobs, self.faults = service, tuple(knobs), tuple(faults)
        self.graph = Graph(service, panel)
        self.edges_s: Floats = np.array(service.profile.latency.buckets_ms) / 1000
        self.routes = Routes(service, self.graph.weight, self.edges_s)
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
        if len(rows) == 1 and (place := self._index.get(rows.tobytes())) is not None:
            assert self._known is not None
            return self._known, np.array([place], dtype=np.intp)
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
        states, weight, names = len(load), self.graph.weight, self.drift_features
        queue = queue_of(self.service, settings, passage, load, weight)
        model, rules = self.routes.by_model(settings, passage, queue), self.routes.by_rules(passage, queue)
        share = passage.model_share[:, None]
        failure, right = (
            share[:, 0] * taken + (1 - share)[:, 0] * passed_by
            for taken, passed_by in ((model.failure, rules.failure), (model.right, rules.right))
        )
        features, mean, sd = feature_shares(passage, names, self.bins, weight, states)
        score = np.broadcast_to(passage.score, (states, len(weight)))
        refused = either(queue.refused, mean_over(passage.refused, weight))
        outlook = Outlook(
            impact=np.zeros(states),
            codes=codes_of(refused, self.service.profile.error_ratio, failure),
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
            feature_age_s=feature_ages(passage, names, weight, states),
            golden=self._golden(passage) @ weight,
            load_factor=np.broadcast_to(passage.load, (states,)),
            versions=version_shares(passage, len(self.graph.model.versions), weight, states),
            forms=form_shares(passage.spoilt, weight, states),
            memory=np.broadcast_to(passage.memory, (states,)),
            label_late_s=np.broadcast_to(passage.label_late_s, (states,)),
        )
        return outlook, share[:, :, None] * model.ends + (1 - share)[:, :, None] * rules.ends

    def _golden(self, passage: Passage) -> Floats:
        """Probability that a request with healthy inputs is decided right on the model's route; (state, prototype)."""
        right = (passage.golden_score > passage.golden_threshold) == (self.graph.label > 0.5)
        answered: Floats = right * (1 - passage.model_failure)
        return answered * passage.usable if passage.spoilt else answered


def as_released_by(service: Service, rows: Floats, knobs: Sequence[Knob]) -> Settings:
    """The settings that rows of codes stand for; the first columns of ``rows`` are the knobs'."""
    settings = as_released(service, len(rows))
    for column, knob in enumerate(knobs):
        knob.turn(settings, rows[:, column])
    return settings
