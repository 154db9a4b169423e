"""Settings and faults in, what the model and the fallback make of every prototype out.

The panel's prototypes pass through the lineage without noise. A node sees only what its edges bring.
What is right, and how much is asked, is what the consumers bring back.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from generator.model import Edge, Node, NodeVersion, PanelRows, Service
from simulator.world.flow import Bools, Delay, Floats, Flow, PlacedFault, Reach, either
from simulator.world.joining import by_version, features_of, joined
from simulator.world.scorer import Coefficients, Scorer
from simulator.world.settings import LastGood, Settings
from simulator.world.staleness import HOUR_S, aged


class LineageError(ValueError):
    """The service's lineage is not one that the world can run."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What became of the prototypes; axes (state, prototype)."""

    features: Mapping[str, Floats]
    """As the active pipeline version computed them, before toggles; NaN where missing."""
    ages_s: Mapping[str, Floats]
    """How much older than in the healthy world these are; a feature that is not named: no older."""
    score: Floats
    threshold: Floats
    """Axes (state, 1)."""
    rules_block: Bools
    label: Floats
    """What is right in this world."""
    golden_score: Floats
    """What the model makes of requests whose sources are healthy."""
    model_share: Floats
    """Of requests that the model decides, axes (state,): a route that does not reach the endpoint decides none."""
    model_delays: tuple[Delay, ...]
    fallback_delays: tuple[Delay, ...]
    model_failure: Floats
    """Probability that a request fails on the model's route."""
    fallback_failure: Floats
    load: Floats
    """Requests offered, relative to the traffic of the hour; axes (state,)."""


@dataclass(frozen=True, slots=True)
class Troubles:
    """Faults, and how strong each is in each state."""

    faults: tuple[PlacedFault, ...]
    intensity: Floats
    """Axes (state, fault)."""

    def without(self, nodes: Container[str]) -> Troubles:
        """The same, with nothing wrong at these nodes; itself where nothing is."""
        there = np.array([fault.node in nodes for fault in self.faults], dtype=bool)
        return replace(self, intensity=np.where(there, 0.0, self.intensity)) if there.any() else self


NOTHING = Troubles((), np.zeros((1, 0)))


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
        self.order = _in_order(service.lineage.nodes, self.edges)
        self.model = _only(service.lineage.nodes, "model")
        self.endpoint = _only(service.lineage.nodes, "endpoint")
        self.fallback = _only(service.lineage.nodes, "fallback")
        self.defaults = {
            feature.name: feature.default
            for node in service.lineage.nodes
            for version in node.versions
            for feature in version.features
        }
        self.rank = _ranks(self.weight)
        self.scorer = Scorer(self.model, self.defaults, self.weight)
        self.sources = frozenset(node.id for node in self.order if node.kind == "source")

    def run(self, settings: Settings, faults: Sequence[PlacedFault], intensity: Floats) -> Passage:
        """Pass the panel through; ``intensity`` has axes (state, fault)."""
        troubles = Troubles(tuple(faults), intensity)
        own, label, load = self._answer(settings, troubles)
        flows = self._carry(settings, troubles)
        arrived, fallback = flows[self.model.id], flows[self.fallback.id]
        coefficients = self._coefficients(settings, arrived, label)
        model = self._decide(arrived, coefficients, settings, troubles)
        return Passage(
            features=arrived.fields,
            ages_s=arrived.ages_s,
            score=_chance(model),
            threshold=coefficients.threshold[:, None],
            rules_block=_points(self.fallback, fallback) >= self.fallback.points_threshold,
            label=label,
            golden_score=self._golden_score(model, coefficients, settings, troubles),
            model_share=self._share(settings),
            model_delays=(*model.delays, *own.delays),
            fallback_delays=(*fallback.delays, *own.delays),
            model_failure=either(model.failure, own.failure),
            fallback_failure=either(fallback.failure, own.failure),
            load=load,
        )

    def _answer(self, settings: Settings, troubles: Troubles) -> tuple[Flow, Floats, Floats]:
        """What the endpoint adds to every answer; what is right, and how much is asked, as its consumers have it."""
        flows: dict[str, Flow] = {}
        label, load = self.label[None, :], np.ones(1)
        for node in self.order:
            if node.id == self.endpoint.id:
                flows[node.id] = self._disturb(node, Flow({}, label=label), settings, troubles)
            elif node.kind == "consumer":
                flow = self._disturb(node, self._merge(node, None, flows), settings, troubles)
                if flow.label is not None:
                    label = np.where(flow.label != self.label, flow.label, label)
                    load = np.maximum(flow.load, load)
                flows[node.id] = flow
        return flows[self.endpoint.id], label, load

    def _carry(self, settings: Settings, troubles: Troubles) -> dict[str, Flow]:
        """What leaves each node on the way to a decision; at the model, what arrives there."""
        flows: dict[str, Flow] = {}
        healthy: Mapping[str, Flow] = {}
        if troubles.faults and any(np.any(spare.on > 0) for spare in settings.last_good.values()):
            healthy = self._carry(settings, NOTHING)
        for node in self.order:
            if node.kind in ("endpoint", "consumer"):
                continue
            flow = self._arrive(node, flows, settings)
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

    def _coefficients(self, settings: Settings, arrived: Flow, label: Floats) -> Coefficients:
        released = self.scorer.released(settings)
        if not np.any(settings.retrained > 0):
            return released
        features = arrived.fields
        frozen = settings.training_frozen[:, None] > 0
        if frozen.any():
            healthy = self._carry(settings, NOTHING)[self.model.id].fields
            features = {
                name: np.where(frozen, healthy.get(name, self._gap), seen) for name, seen in features.items()
            }
        return self.scorer.trained(released, settings, features, label)

    def _decide(
        self, arrived: Flow, coefficients: Coefficients, settings: Settings, troubles: Troubles
    ) -> Flow:
        """What leaves the model."""
        logit = self.scorer.logit(coefficients, settings, arrived.fields)
        return self._disturb(self.model, replace(arrived, logit=logit), settings, troubles)

    def _golden_score(
        self, model: Flow, coefficients: Coefficients, settings: Settings, troubles: Troubles
    ) -> Floats:
        """What the model makes of requests whose sources are healthy, and nothing else is."""
        calm = troubles.without(self.sources)
        if calm is troubles:
            return _chance(model)
        arrived = self._carry(settings, calm)[self.model.id]
        return _chance(self._decide(arrived, coefficients, settings, calm))

    def _share(self, settings: Settings) -> Floats:
        arriving = {edge.feeds for edge in self.edges if edge.into == self.endpoint.id}
        if self.model.id not in arriving:
            return np.zeros_like(settings.model_share)
        return settings.model_share if self.fallback.id in arriving else np.ones_like(settings.model_share)

    def _arrive(self, node: Node, flows: Mapping[str, Flow], settings: Settings) -> Flow:
        if node.kind == "source":
            return Flow({name: self.fields[name][None, :] for name in node.fields if name in self.fields})
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


def _points(node: Node, flow: Flow) -> Floats:
    total: Floats = np.zeros((1, 1))
    for rule in node.rules:
        if rule.field in flow.fields:
            total = total + rule.points * (flow.fields[rule.field] > rule.above)
    return total


def _in_order(nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[Node, ...]:
    """Givers before takers; LineageError on a ring."""
    waiting = {node.id: {edge.feeds for edge in edges if edge.into == node.id} for node in nodes}
    by_id = {node.id: node for node in nodes}
    out: list[Node] = []
    while waiting:
        ready = [id for id, givers in waiting.items() if not givers & waiting.keys()]
        if not ready:
            raise LineageError(f"the lineage feeds itself: {', '.join(waiting)}")
        for id in ready:
            out.append(by_id[id])
            del waiting[id]
    return tuple(out)


def _only(nodes: Sequence[Node], kind: str) -> Node:
    found = [node for node in nodes if node.kind == kind]
    if len(found) != 1:
        raise LineageError(f"the world runs services with exactly one {kind}; this one has {len(found)}")
    return found[0]


def _ranks(weight: Floats) -> Floats:
    """A fixed shuffle of the prototypes, as places in [0, 1) that are uniform by traffic."""
    order = np.random.Generator(np.random.Philox(key=20)).permutation(len(weight))
    ranks = np.empty(len(weight))
    ranks[order] = np.cumsum(weight[order]) - weight[order] / 2
    return ranks
