"""Settings and faults in, what the model and the fallback make of every prototype out.

The panel's prototypes pass through the lineage without noise. A node sees only what its edges bring.
What is right, and how much is asked, is what the consumers bring back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from generator.model import Node, NodeVersion, PanelRows, Service
from simulator.world.asking import hosts_of, shuffled_places
from simulator.world.flow import Floats, Flow, PlacedFault, Places, Reach, Scoring, either
from simulator.world.joining import by_version, features_of, joined
from simulator.world.lineage import in_order, only
from simulator.world.passage import NOTHING, Answer, Passage, Troubles
from simulator.world.scorer import Coefficients, Scorer
from simulator.world.settings import LastGood, Settings
from simulator.world.staleness import HOUR_S, aged


class Graph:
    """A service's lineage over its panel."""

    def __init__(self, service: Service, panel: PanelRows) -> None:
        columns = {name: np.asarray(values, dtype=float) for name, values in panel.columns.items()}
        self.label = columns[service.profile.panel.label]
        weight = columns[service.profile.panel.weight]
        self.weight: Floats = weight / weight.sum()
        self.fields = {
            name: columns[name] for node in service.lineage.nodes for name in node.fields if name in columns
        }
        self.edges = service.lineage.edges
        self.order = in_order(service.lineage.nodes, self.edges)
        self.model = only(service.lineage.nodes, "model")
        self.endpoint = only(service.lineage.nodes, "endpoint")
        self.fallback = only(service.lineage.nodes, "fallback")
        self.defaults = {
            feature.name: feature.default
            for node in service.lineage.nodes
            for version in node.versions
            for feature in version.features
        }
        self.rank = shuffled_places(self.weight, key=20)
        self.host = shuffled_places(self.weight, key=21)
        self.scorer = Scorer(self.model, self.defaults, self.weight)
        self.sources = frozenset(node.id for node in self.order if node.kind == "source")

    def run(
        self, settings: Settings, faults: Sequence[PlacedFault], intensity: Floats, *, golden: bool = True
    ) -> Passage:
        """Pass the panel through; ``intensity`` has axes (state, fault).

        Without ``golden``, known requests are not asked, and what is said of them means nothing.
        """
        troubles = Troubles(tuple(faults), intensity)
        answer = self._answer(settings, troubles)
        own = answer.own
        flows = self._carry(settings, troubles, answer.asked)
        arrived, fallback = flows[self.model.id], flows[self.fallback.id]
        coefficients = self._coefficients(settings, arrived, answer)
        model = self._decide(arrived, coefficients, settings, troubles)
        scoring = _scoring(model)
        known = self._golden(model, coefficients, settings, troubles, answer.asked) if golden else model
        return Passage(
            features=arrived.fields,
            ages_s=arrived.ages_s,
            score=_chance(model),
            threshold=scoring.threshold,
            version=scoring.version,
            rules_block=_points(self.fallback, fallback) >= self.fallback.points_threshold,
            label=answer.label,
            labelled=answer.labelled,
            label_late_s=answer.label_late_s,
            golden_score=_chance(known),
            golden_threshold=_scoring(known).threshold,
            model_share=self._share(settings),
            model_delays=(*model.delays, *own.delays),
            fallback_delays=(*fallback.delays, *own.delays),
            model_paces=(*model.paces, *own.paces),
            fallback_paces=(*fallback.paces, *own.paces),
            model_failure=either(model.failure, own.failure),
            fallback_failure=either(fallback.failure, own.failure),
            refused=answer.refused,
            spoilt=model.spoilt,
            memory=np.maximum(model.memory, own.memory),
            load=answer.load,
        )

    def _answer(self, settings: Settings, troubles: Troubles) -> Answer:
        """What the endpoint adds; what is right, how much is asked and by whom, as its consumers have it."""
        flows: dict[str, Flow] = {}
        no, nobody = np.zeros(1), np.zeros((1, 1))
        answer = Answer(Flow({}), self.label[None, :], nobody, no, np.ones(1), nobody, None)
        for node in self.order:
            if node.id == self.endpoint.id:
                flows[node.id] = self._disturb(node, Flow({}, label=self.label[None, :]), settings, troubles)
                answer = replace(answer, own=flows[node.id])
            elif node.kind == "consumer":
                flow = self._disturb(node, self._merge(node, None, flows), settings, troubles)
                if flow.label is not None:
                    answer = self._told(answer, flow)
                flows[node.id] = flow
        return answer

    def _told(self, answer: Answer, flow: Flow) -> Answer:
        """The same, with what one more consumer has to say."""
        assert flow.label is not None
        label = np.where(flow.label != self.label, flow.label, answer.label)
        return replace(
            answer,
            label=label,
            mislabelled=np.maximum(answer.mislabelled, flow.mislabelled),
            label_late_s=np.maximum(answer.label_late_s, flow.label_late_s),
            load=np.maximum(flow.load, answer.load),
            refused=np.maximum(flow.refused, answer.refused),
            asked=answer.asked if flow.asked is None else flow.asked,
        )

    def _carry(self, settings: Settings, troubles: Troubles, asked: Places | None = None) -> dict[str, Flow]:
        """What leaves each node on the way to a decision; at the model, what arrives there."""
        flows: dict[str, Flow] = {}
        healthy: Mapping[str, Flow] = {}
        if troubles.faults and any(np.any(spare.on > 0) for spare in settings.last_good.values()):
            healthy = self._carry(settings, NOTHING, asked)
        for node in self.order:
            if node.kind in ("endpoint", "consumer"):
                continue
            flow = self._arrive(node, flows, settings, asked)
            if node.id != self.model.id:
                flow = self._disturb(node, flow, settings, troubles)
            if node.id in settings.last_good and healthy:
                flow = self._fill(flow, healthy[node.id], settings.last_good[node.id])
            flows[node.id] = flow
        return flows

    def _fill(self, flow: Flow, healthy: Flow, spare: LastGood) -> Flow:
        """Old values in place of those that have gone missing at this node or before it."""
        age = np.array([spare.age_hours])
        everybody = np.ones(len(self.weight), dtype=bool)
        for name, seen in flow.fields.items():
            missing = np.isnan(seen) & (spare.on[:, None] > 0)
            if name not in healthy.fields or not missing.any():
                continue
            old = aged(
                healthy.fields[name],
                age,
                memory_hours=spare.memory_hours,
                weight=self.weight,
                rank=self.rank,
                inside=everybody,
            )
            filled = missing & ~np.isnan(old)
            older = np.where(filled, spare.age_hours * HOUR_S - flow.age_s(name), 0.0)
            flow = flow.with_field(name, np.where(filled, old, seen)).with_age(name, older)
        return flow

    def _coefficients(self, settings: Settings, arrived: Flow, answer: Answer) -> Coefficients:
        released = self.scorer.released(settings)
        if not np.any(settings.retrained > 0):
            return released
        features = arrived.fields
        frozen = settings.training_frozen[:, None] > 0
        if frozen.any():
            healthy = self._carry(settings, NOTHING, answer.asked)[self.model.id].fields
            features = {
                name: np.where(frozen, healthy.get(name, self._gap), seen) for name, seen in features.items()
            }
        return self.scorer.trained(released, settings, features, answer.labelled)

    def _decide(
        self, arrived: Flow, coefficients: Coefficients, settings: Settings, troubles: Troubles
    ) -> Flow:
        """What leaves the model."""
        logit = self.scorer.logit(coefficients, settings, arrived.fields)

        def by(version: str) -> tuple[Floats, Floats, float]:
            other = self.scorer.of_version(version, settings)
            return (
                self.scorer.logit(other, settings, arrived.fields),
                other.threshold[:, None],
                self.scorer.place(version),
            )

        scoring = Scoring(
            coefficients.threshold[:, None], self.scorer.chosen(settings)[:, None].astype(float), by
        )
        return self._disturb(self.model, replace(arrived, logit=logit, scoring=scoring), settings, troubles)

    def _golden(
        self,
        model: Flow,
        coefficients: Coefficients,
        settings: Settings,
        troubles: Troubles,
        asked: Places | None,
    ) -> Flow:
        """What leaves the model for requests of the healthy world, whose sources are healthy, and nothing else is."""
        calm = troubles.without(self.sources)
        if calm is troubles and asked is None:
            return model
        arrived = self._carry(settings, calm)[self.model.id]
        return self._decide(arrived, coefficients, settings, calm)

    def _share(self, settings: Settings) -> Floats:
        arriving = {edge.feeds for edge in self.edges if edge.into == self.endpoint.id}
        if self.model.id not in arriving:
            return np.zeros_like(settings.model_share)
        return settings.model_share if self.fallback.id in arriving else np.ones_like(settings.model_share)

    def _arrive(
        self, node: Node, flows: Mapping[str, Flow], settings: Settings, asked: Places | None
    ) -> Flow:
        if node.kind == "source":
            named = {name: self.fields[name] for name in node.fields if name in self.fields}
            return Flow({name: it[None, :] if asked is None else it[asked] for name, it in named.items()})
        if node.kind != "pipeline" or not node.versions:
            return self._merge(node, None, flows)
        chosen = settings.version[node.id]
        made = [
            features_of(version, self._merge(node, version, flows), self._gap) for version in node.versions
        ]
        return by_version(chosen, made)

    @property
    def _gap(self) -> Floats:
        return np.full((1, len(self.weight)), np.nan)

    def _merge(self, node: Node, version: NodeVersion | None, flows: Mapping[str, Flow]) -> Flow:
        """What the node's edges bring; with a version, only those that the version reads."""
        out = Flow({})
        for edge in self.edges:
            read = not (version and edge.versions and version.id not in edge.versions)
            if edge.into == node.id and edge.feeds in flows and read:
                out = joined(out, flows[edge.feeds])
        return out

    def _disturb(self, node: Node, flow: Flow, settings: Settings, troubles: Troubles) -> Flow:
        for position, fault in enumerate(troubles.faults):
            if fault.node == node.id:
                reach = Reach(
                    intensity=troubles.intensity[:, position],
                    share=fault.share,
                    rank=(self.rank + position * 0.6180339887498949) % 1.0,
                    inside=fault.inside,
                    healthy=self.fields,
                    weight=self.weight,
                    versions=tuple(version.id for version in node.versions),
                    version=self._serving(node, settings),
                    host=hosts_of(self.host, settings.drained.get(node.id)),
                    pinned=settings.pinned.get(node.id, np.zeros(1)),
                    reverted=settings.reverted.get(node.id, np.zeros(1)),
                )
                flow = fault.transform(flow, reach)
        return flow

    def _serving(self, node: Node, settings: Settings) -> Floats:
        """Index of the version in force; a model that was trained again is none of them."""
        version = settings.version.get(node.id, np.full(1, -1.0))
        return np.where(settings.retrained > 0, -1.0, version) if node.id == self.model.id else version


def _chance(flow: Flow) -> Floats:
    assert flow.logit is not None
    chance: Floats = 1 / (1 + np.exp(-np.clip(flow.logit, -60, 60)))
    return chance


def _scoring(flow: Flow) -> Scoring:
    assert flow.scoring is not None
    return flow.scoring


def _points(node: Node, flow: Flow) -> Floats:
    total: Floats = np.zeros((1, 1))
    for rule in node.rules:
        if rule.field in flow.fields:
            total = total + rule.points * (flow.fields[rule.field] > rule.above)
    return total
