"""A service and its panel in; what is ordinary on a healthy day out, as far as signals look at it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from generator.model import Node, NodeVersion, PanelRows, Service

_STEEPEST = 60.0
_NEVER = 1e-9


@dataclass(frozen=True, slots=True)
class Healthy:
    """A service when nothing is wrong with it and nobody has turned a control."""

    service: Service
    features: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Mean and standard deviation over the traffic, by the name of the feature."""
    decisions: Mapping[str, float] = field(default_factory=dict)
    """Share of the traffic by decision; empty when there is no panel to tell."""
    accuracy: float | None = None

    @property
    def least_per_minute(self) -> float:
        """Requests a minute at the quietest hour of the quietest day."""
        traffic = self.service.profile.traffic
        least = traffic.requests_per_s * (1 - traffic.daily_swing) * min(1.0, traffic.weekend_factor)
        return max(least * 60, _NEVER)

    @property
    def most_per_minute(self) -> float:
        """Requests a minute at the busiest hour of the busiest day."""
        traffic = self.service.profile.traffic
        return traffic.requests_per_s * (1 + traffic.daily_swing) * max(1.0, traffic.weekend_factor) * 60


def healthy_of(service: Service, panel: PanelRows | None) -> Healthy:
    """What the panel says when it passes through the released versions; without a panel, what the profile says."""
    weights = panel.columns.get(service.profile.panel.weight) if panel else None
    labels = panel.columns.get(service.profile.panel.label) if panel else None
    if panel is None or weights is None or labels is None or not sum(weights) > 0:
        return Healthy(service)
    values = _features(service, panel)
    moments = {name: _moments(column, weights) for name, column in values.items()}
    blocked = _blocked(service, values)
    if blocked is None:
        return Healthy(service, moments)
    total = sum(weights)
    block = sum(weight for weight, one in zip(weights, blocked, strict=True) if one) / total
    right = sum(
        weight for weight, one, label in zip(weights, blocked, labels, strict=True) if one == (label > 0.5)
    )
    return Healthy(service, moments, {"allow": 1 - block, "review": 0.0, "block": block}, right / total)


def _features(service: Service, panel: PanelRows) -> dict[str, Sequence[float]]:
    """The features that the released pipelines compute, a value a prototype."""
    found: dict[str, Sequence[float]] = {}
    for node in service.lineage.nodes:
        version = released(service, node)
        for feature in version.features if version is not None and node.kind == "pipeline" else ():
            column = panel.columns.get(feature.field)
            if column is not None:
                logarithm = feature.transform == "log1p"
                found[feature.name] = (
                    [math.log1p(max(value, 0.0)) for value in column] if logarithm else column
                )
    return found


def released(service: Service, node: Node) -> NodeVersion | None:
    """The version that serves when nobody has turned a control: the default of its control, or the newest."""
    for control in service.controls:
        if control.kind == "version" and control.with_.get("node") == node.id:
            return next((version for version in node.versions if version.id == control.default), None)
    return node.versions[-1] if node.versions else None


def _blocked(service: Service, values: Mapping[str, Sequence[float]]) -> list[bool] | None:
    """Whether the released model blocks each prototype; None when nothing can decide."""
    model = next((node for node in service.lineage.nodes if node.kind == "model"), None)
    version = released(service, model) if model is not None else None
    rows = len(next(iter(values.values()), ()))
    if version is None or not version.weights or not rows:
        return None
    logits = [version.intercept] * rows
    defaults = {
        feature.name: feature.default
        for node in service.lineage.nodes
        for one in node.versions
        for feature in one.features
    }
    for term in version.weights:
        column = values.get(term.feature) or [defaults.get(term.feature, 0.0)] * rows
        slope = term.weight / term.scale
        logits = [logit + slope * (value - term.center) for logit, value in zip(logits, column, strict=True)]
    return [_probability(logit) > version.threshold for logit in logits]


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-min(max(logit, -_STEEPEST), _STEEPEST)))


def _moments(values: Sequence[float], weights: Sequence[float]) -> tuple[float, float]:
    total = sum(weights)
    mean = sum(weight * value for weight, value in zip(weights, values, strict=True)) / total
    square = sum(weight * (value - mean) ** 2 for weight, value in zip(weights, values, strict=True)) / total
    return mean, math.sqrt(square)
