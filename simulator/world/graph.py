"""Settings and faults in, what the model and the fallback make of every prototype out.

The panel's prototypes pass through the lineage without noise. A node sees only what its edges bring.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from generator.model import Edge, Node, NodeVersion, PanelRows, Service
from simulator.world.flow import Bools, Delay, Floats, Flow, PlacedFault, Reach
from simulator.world.settings import Settings

TRANSFORMS = {"identity": lambda values: values, "log1p": lambda values: np.log1p(np.maximum(values, 0.0))}


class LineageError(ValueError):
    """The service's lineage is not one that the world can run."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What became of the prototypes; axes (state, prototype)."""

    features: Mapping[str, Floats]
    """As the active pipeline version computed them, before toggles; NaN where missing."""
    score: Floats
    threshold: Floats
    """Axes (state, 1)."""
    rules_block: Bools
    model_share: Floats
    """Of requests that the model decides, axes (state,): a route that does not reach the endpoint decides none."""
    model_delays: tuple[Delay, ...]
    fallback_delays: tuple[Delay, ...]


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

    def run(self, settings: Settings, faults: Sequence[PlacedFault], intensity: Floats) -> Passage:
        """Pass the panel through; ``intensity`` has axes (state, fault)."""
        flows: dict[str, Flow] = {}
        score: Floats = np.zeros((1, len(self.weight)))
        threshold: Floats = np.full((1, 1), 0.5)
        block: Bools = np.zeros((1, len(self.weight)), dtype=bool)
        features: Mapping[str, Floats] = {}
        for node in self.order:
            flow = self._arrive(node, flows, settings)
            if node.id == self.model.id:
                features = flow.fields
                score, threshold = self._score(node, flow, settings)
            elif node.id == self.fallback.id:
                block = _points(node, flow) >= node.points_threshold
            flows[node.id] = self._disturb(node, flow, faults, intensity)
        endpoint = flows[self.endpoint.id].delays
        own = endpoint[len(_merged_delays(flows, self.edges, self.endpoint)) :]
        return Passage(
            features=features,
            score=score,
            threshold=threshold,
            rules_block=block,
            model_share=self._share(settings),
            model_delays=(*flows[self.model.id].delays, *own),
            fallback_delays=(*flows[self.fallback.id].delays, *own),
        )

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
        made = [_features(version, self._merge(node, version, flows), self._gap) for version in node.versions]
        return _by_version(chosen, made)

    @property
    def _gap(self) -> Floats:
        return np.full((1, len(self.weight)), np.nan)

    def _merge(self, node: Node, version: NodeVersion | None, flows: Mapping[str, Flow]) -> Flow:
        """What the node's edges bring; with a version, only those that the version reads."""
        fields: dict[str, Floats] = {}
        delays: list[Delay] = []
        for edge in self.edges:
            if edge.into != node.id or (version and edge.versions and version.id not in edge.versions):
                continue
            fields.update(flows[edge.feeds].fields)
            delays.extend(flows[edge.feeds].delays)
        return Flow(fields, tuple(delays))

    def _score(self, node: Node, flow: Flow, settings: Settings) -> tuple[Floats, Floats]:
        chosen = settings.version[node.id].astype(int)
        intercept = np.array([version.intercept for version in node.versions])[chosen]
        logit = intercept[:, None] * np.ones((1, len(self.weight)))
        for name in {weight.feature: None for version in node.versions for weight in version.weights}:
            seen = flow.fields.get(name, self._gap)
            on = settings.feature_on.get(name, np.ones(len(chosen)))[:, None] > 0
            value = np.where(np.isnan(seen) | ~on, self.defaults.get(name, 0.0), seen)
            slope, center = _term(node, name)
            logit = logit + slope[chosen][:, None] * (value - center[chosen][:, None])
        threshold = np.array([version.threshold for version in node.versions])[chosen]
        return 1 / (1 + np.exp(-np.clip(logit, -60, 60))), threshold[:, None]

    def _disturb(self, node: Node, flow: Flow, faults: Sequence[PlacedFault], intensity: Floats) -> Flow:
        for position, fault in enumerate(faults):
            if fault.node == node.id:
                rank = (self.rank + position * 0.6180339887498949) % 1.0
                reach = Reach(intensity[:, position], fault.share, rank, fault.inside, self.fields)
                flow = fault.transform(flow, reach)
        return flow


def _by_version(chosen: Floats, made: Sequence[Flow]) -> Flow:
    if np.all(chosen == chosen[0]):
        return made[int(chosen[0])]
    names = {name: None for flow in made for name in flow.fields}
    gap = np.full((1, 1), np.nan)
    pick = chosen.astype(int)[:, None]
    fields = {name: _select(pick, [flow.fields.get(name, gap) for flow in made]) for name in names}
    delays = [
        Delay(delay.probability * (chosen == index)[:, None], delay.p50_s, delay.p99_s)
        for index, flow in enumerate(made)
        for delay in flow.delays
    ]
    return Flow(fields, tuple(delays))


def _select(pick: Floats, options: Sequence[Floats]) -> Floats:
    out = options[0]
    for index, option in enumerate(options[1:], 1):
        out = np.where(pick == index, option, out)
    return out


def _features(version: NodeVersion, flow: Flow, gap: Floats) -> Flow:
    fields = {
        feature.name: TRANSFORMS[feature.transform](flow.fields.get(feature.field, gap))
        for feature in version.features
    }
    return Flow(fields, flow.delays)


def _term(node: Node, feature: str) -> tuple[Floats, Floats]:
    """Slope (weight over scale) and center of a feature, by version."""
    slope, center = np.zeros(len(node.versions)), np.zeros(len(node.versions))
    for index, version in enumerate(node.versions):
        for weight in version.weights:
            if weight.feature == feature:
                slope[index], center[index] = weight.weight / weight.scale, weight.center
    return slope, center


def _points(node: Node, flow: Flow) -> Floats:
    total: Floats = np.zeros((1, 1))
    for rule in node.rules:
        if rule.field in flow.fields:
            total = total + rule.points * (flow.fields[rule.field] > rule.above)
    return total


def _merged_delays(flows: Mapping[str, Flow], edges: Sequence[Edge], node: Node) -> list[Delay]:
    return [delay for edge in edges if edge.into == node.id for delay in flows[edge.feeds].delays]


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
