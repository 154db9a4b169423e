"""A service, its panel and a change of a field in, the share of traffic that gets a worse answer out.

A rough reckoning, in plain Python, for choices that have to be made before there is a drill: what the released
model, or the fallback, decides for each prototype, compared with what the healthy model decides.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from generator.model import Feature, Node, NodeVersion, PanelRows, Service

Change = Callable[[float], float | None]
"""What becomes of one value of a field; None: it is missing."""
_STEEPEST = 60.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A service with its panel, ready to be asked what harms whom."""

    service: Service
    panel: PanelRows

    def of_model(self, field: str = "", change: Change = lambda value: value, *, bias: float = 0.0) -> float:
        """The share that the model answers worse when each value of a field is changed, or its score is."""
        return self._worse(self._by_model(field, change, bias))

    def of_fallback(self, field: str = "", change: Change = lambda value: value) -> float:
        """The share that the fallback answers worse than the healthy model does."""
        return self._worse(self._by_fallback(field, change))

    def _worse(self, decisions: Sequence[bool]) -> float:
        columns, profile = self.panel.columns, self.service.profile.panel
        labels, weights = columns[profile.label], columns[profile.weight]
        healthy = self._by_model("", lambda value: value, 0.0)
        worse = sum(
            weight
            for weight, label, before, now in zip(weights, labels, healthy, decisions, strict=True)
            if before == (label > 0.5) != now
        )
        return worse / sum(weights)

    def _by_model(self, field: str, change: Change, bias: float) -> list[bool]:
        version = released(self.service, node_of(self.service, "model"))
        if version is None:
            return [False] * self._rows
        logits = [version.intercept + bias] * self._rows
        computed = {f.name: f for f in pipeline_features(self.service)}
        for term in version.weights:
            feature = computed.get(term.feature)
            if feature is None:
                continue
            for row, value in enumerate(self._column(feature.field, field, change)):
                scaled = (
                    math.log1p(max(value, 0.0))
                    if value is not None and feature.transform == "log1p"
                    else value
                )
                seen = feature.default if scaled is None else scaled
                logits[row] += term.weight * (seen - term.center) / term.scale
        return [_probability(logit) > version.threshold for logit in logits]

    def _by_fallback(self, field: str, change: Change) -> list[bool]:
        node = node_of(self.service, "fallback")
        points = [0.0] * self._rows
        for rule in node.rules if node is not None else ():
            for row, value in enumerate(self._column(rule.field, field, change)):
                points[row] += rule.points if value is not None and value > rule.above else 0.0
        most = node.points_threshold if node is not None else math.inf
        return [one >= most for one in points]

    @property
    def _rows(self) -> int:
        return len(self.panel.columns[self.service.profile.panel.label])

    def _column(self, name: str, changed: str, change: Change) -> Iterator[float | None]:
        column = self.panel.columns.get(name, (0.0,) * self._rows)
        return (change(value) if name == changed else value for value in column)


def node_of(service: Service, kind: str) -> Node | None:
    """The first node of a kind."""
    return next((node for node in service.lineage.nodes if node.kind == kind), None)


def released(service: Service, node: Node | None) -> NodeVersion | None:
    """The version that serves on any day: the default of its control, or the newest."""
    if node is None or not node.versions:
        return None
    for control in service.controls:
        if control.kind == "version" and control.with_.get("node") == node.id:
            return next((one for one in node.versions if one.id == control.default), node.versions[-1])
    return node.versions[-1]


def pipeline_features(service: Service) -> tuple[Feature, ...]:
    """The features that the released pipeline computes."""
    version = released(service, node_of(service, "pipeline"))
    return version.features if version is not None else ()


def source_of(service: Service, field: str) -> Node | None:
    """The source from which the released pipeline, straight or through stores, takes a field."""
    pipeline = node_of(service, "pipeline")
    version = released(service, pipeline)
    if pipeline is None or version is None:
        return None
    waiting, seen = [(pipeline.id, version.id)], set[str]()
    while waiting:
        taker, by = waiting.pop(0)
        for edge in service.lineage.edges:
            if edge.into == taker and (not edge.versions or by in edge.versions) and edge.feeds not in seen:
                seen.add(edge.feeds)
                node = service.lineage.node(edge.feeds)
                if node.kind == "source" and field in node.fields:
                    return node
                waiting.append((node.id, ""))
    return None


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-min(max(logit, -_STEEPEST), _STEEPEST)))
