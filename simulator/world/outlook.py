"""States in; for each, one probability per bin, bucket and outcome, and the impact out.

A state is a row: the code of every knob, the intensity of every fault, the variant of the drill where it has any,
the offered load. Equal rows are computed once; nothing here knows of seeds or replicas.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from generator.model import PanelRows, Service
from simulator.world.drift import Bins, quantile_bins
from simulator.world.flow import Floats, PlacedFault, either, over_traffic
from simulator.world.graph import Graph
from simulator.world.marginals import feature_ages, feature_shares, version_shares
from simulator.world.outcomes import codes_of, ended_worse, form_shares
from simulator.world.passage import Passage
from simulator.world.queue import mean_over, queue_of
from simulator.world.routes import Routes
from simulator.world.settings import Knob, Settings, as_released

DECISIONS = ("allow", "review", "block")
LEAST_ANSWERED = 1e-9
VARIANT_COLUMN = -2
AT_ONCE = 128
"""Impacts are computed for so many states at a time: more need more memory, and gain nothing."""


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
        places = range(len(self.knobs), len(self.knobs) + len(self.faults))
        self._varied = [place for place, fault in zip(places, self.faults, strict=True) if fault.variants]
        healthy = self.graph.run(
            as_released_by(service, self.defaults[None, :], self.knobs), (), np.zeros((1, 0))
        )
        self.bins = tuple(self._bins(healthy.features.get(name)) for name in self.drift_features)
        self.score_bins = self._bins(healthy.score)
        self._index: dict[bytes, int] = {}
        self._asked = b""
        """The states that were asked for last; mostly the same ones are asked for next."""
        self._places = np.zeros(0, dtype=np.intp)
        self._known: Outlook | None = None
        self._impact: dict[bytes, float] = {}
        """In states of which nothing else was asked for."""
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
        rows = self._settled(rows) + 0.0  # one zero, whatever its sign
        asked = rows.tobytes()
        if asked != self._asked or self._known is None:
            keys = [row.tobytes() for row in rows]
            if new := [position for position, key in enumerate(keys) if key not in self._index]:
                unique = np.unique(rows[new], axis=0)
                self._remember(unique, [row.tobytes() for row in unique])
            self._asked = asked
            self._places = np.array([self._index[key] for key in keys], dtype=np.intp)
        assert self._known is not None
        return self._known, self._places

    def _settled(self, rows: Floats) -> Floats:
        """The same states; while nothing is there that varies, all variants are one."""
        if not self._varied:
            return rows
        out = rows.copy()
        out[~rows[:, self._varied].any(axis=1), VARIANT_COLUMN] = 0.0
        return out

    def impact(self, rows: Floats) -> Floats:
        """The impact in each state, axes (state,); where nothing else is known of a state, nothing else is computed."""
        rows = self._settled(rows) + 0.0
        keys = [row.tobytes() for row in rows]
        first = {
            key: place for place, key in enumerate(keys) if not (key in self._index or key in self._impact)
        }
        if first:
            self._weigh(np.unique(rows[[*first.values()]], axis=0))
        known = [] if self._known is None else self._known.impact.tolist()
        return np.array(
            [known[self._index[key]] if key in self._index else self._impact[key] for key in keys]
        )

    def _weigh(self, rows: Floats) -> None:
        """Find out the impact in some states, and keep it."""
        for group, faults in self._groups(rows):
            for start in range(0, len(group), AT_ONCE):
                some = rows[group[start : start + AT_ONCE]]
                settings, passage = self._pass(some, faults, golden=False)
                queue = queue_of(self.service, settings, passage, some[:, -1], self.graph.weight)
                impact = self._impact_of(self.routes.ends(settings, passage, queue), some[:, -1])
                self._impact.update(zip((row.tobytes() for row in some), impact.tolist(), strict=True))

    def _remember(self, rows: Floats, keys: Sequence[bytes]) -> None:
        start = 0 if self._known is None else len(self._known.impact)
        found = self._by_variant(rows) if self._varied else self._compute(rows, self.faults)
        self._known = found if self._known is None else joined([self._known, found])
        self._index.update({key: start + offset for offset, key in enumerate(keys)})

    def _by_variant(self, rows: Floats) -> Outlook:
        groups = [*self._groups(rows)]
        parts = [self._compute(rows[group], faults) for group, faults in groups]
        return joined(parts).take(np.argsort(np.concatenate([group for group, _ in groups])))

    def _groups(self, rows: Floats) -> Iterator[tuple[NDArray[np.intp], Sequence[PlacedFault]]]:
        """Where the states of each variant stand, and the faults in it."""
        if not self._varied:
            yield np.arange(len(rows)), self.faults
            return
        variants, of_row = np.unique(rows[:, VARIANT_COLUMN], return_inverse=True)
        for place, variant in enumerate(variants):
            faults = [fault.in_variant(int(variant)) for fault in self.faults]
            yield np.flatnonzero(of_row.reshape(-1) == place), faults

    def _pass(self, rows: Floats, faults: Sequence[PlacedFault], *, golden: bool) -> tuple[Settings, Passage]:
        settings = as_released_by(self.service, rows, self.knobs)
        count = len(self.knobs)
        intensity = rows[:, count : count + len(faults)]
        return settings, self.graph.run(settings, faults, intensity, golden=golden)

    def _compute(self, rows: Floats, faults: Sequence[PlacedFault]) -> Outlook:
        settings, passage = self._pass(rows, faults, golden=True)
        outlook, ends = self._aggregate(settings, passage, rows[:, -1])
        return replace(outlook, impact=self._impact_of(ends, rows[:, -1]))

    def _impact_of(self, ends: Floats, load: Floats) -> Floats:
        """What the ends of the prototypes, (state, prototype, outcome), come to against the healthy world's."""
        healthy = np.stack([self._healthy_ends(value) for value in load])
        return over_traffic(ended_worse(healthy, ends), self.graph.weight)

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
        mean_score = over_traffic(score, weight)
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
            score_mean=mean_score,
            score_sd=np.sqrt(np.maximum(over_traffic(score**2, weight) - mean_score**2, 0.0)),
            correct=right / np.maximum(1 - failure, LEAST_ANSWERED),
            busy=queue.busy,
            feature_age_s=feature_ages(passage, names, weight, states),
            golden=over_traffic(self._golden(passage), weight),
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


def joined(parts: Sequence[Outlook]) -> Outlook:
    """The states of all parts, in this order."""
    return Outlook(
        **{
            item.name: np.concatenate([getattr(part, item.name) for part in parts])
            for item in fields(Outlook)
        }
    )


def as_released_by(service: Service, rows: Floats, knobs: Sequence[Knob]) -> Settings:
    """The settings that rows of codes stand for; the first columns of ``rows`` are the knobs'."""
    settings = as_released(service, len(rows))
    for column, knob in enumerate(knobs):
        knob.turn(settings, rows[:, column])
    return settings
