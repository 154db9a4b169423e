"""Features as they reach the model in, the logit of every prototype's score out: as released, or trained again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from generator.model import Node
from simulator.world.flow import Floats
from simulator.world.settings import Settings
from simulator.world.training import Fit, fit_logistic


@dataclass(frozen=True, slots=True)
class Coefficients:
    """A logistic model in each state; axes (state,)."""

    intercept: Floats
    slope: Mapping[str, Floats]
    """By feature: its weight over its scale."""
    center: Mapping[str, Floats]
    threshold: Floats


class Scorer:
    """The model of a service: its versions, and what training makes of them."""

    def __init__(self, node: Node, defaults: Mapping[str, float], weight: Floats) -> None:
        self.node, self.defaults, self.weight = node, defaults, weight
        self.features = tuple({w.feature: None for version in node.versions for w in version.weights})
        self._fits: dict[bytes, Fit] = {}

    def place(self, version: str) -> float:
        """The index of a version."""
        return float([one.id for one in self.node.versions].index(version))

    def chosen(self, settings: Settings) -> NDArray[np.intp]:
        """The index of the version in force; axes (state,)."""
        return settings.version[self.node.id].astype(int)

    def of_version(self, version: str, settings: Settings) -> Coefficients:
        """The coefficients of one version, whichever is in force."""
        there = np.full_like(settings.version[self.node.id], self.place(version))
        return self.released(replace(settings, version={**settings.version, self.node.id: there}))

    def released(self, settings: Settings) -> Coefficients:
        """The coefficients of the versions in force."""
        chosen = self.chosen(settings)
        terms = {name: _term(self.node, name) for name in self.features}
        threshold = np.array([version.threshold for version in self.node.versions])[chosen]
        return Coefficients(
            intercept=np.array([version.intercept for version in self.node.versions])[chosen],
            slope={name: slope[chosen] for name, (slope, _) in terms.items()},
            center={name: center[chosen] for name, (_, center) in terms.items()},
            threshold=np.where(np.isnan(settings.threshold), threshold, settings.threshold),
        )

    def trained(
        self, released: Coefficients, settings: Settings, features: Mapping[str, Floats], label: Floats
    ) -> Coefficients:
        """The same, fitted to ``features`` and ``label`` in the states whose settings ask for it.

        A feature that the version does not weigh stays out.
        """
        intercept = released.intercept.copy()
        slope = {name: values.copy() for name, values in released.slope.items()}
        inputs = self._inputs(settings, features)
        for state in np.flatnonzero(np.broadcast_to(settings.retrained > 0, intercept.shape)).tolist():
            names = [name for name in self.features if released.slope[name][state] != 0]
            if not names:
                continue
            columns = [_row(inputs[name], state) - released.center[name][state] for name in names]
            fit = self._fit(np.column_stack(columns), _row(label, state))
            intercept[state] = fit.intercept
            for name, value in zip(names, fit.slopes, strict=True):
                slope[name][state] = value
        return Coefficients(intercept, slope, released.center, released.threshold)

    def logit(self, coefficients: Coefficients, settings: Settings, features: Mapping[str, Floats]) -> Floats:
        """Axes (state, prototype)."""
        inputs = self._inputs(settings, features)
        logit = coefficients.intercept[:, None] * np.ones((1, len(self.weight)))
        for name in self.features:
            centered = inputs[name] - coefficients.center[name][:, None]
            logit = logit + coefficients.slope[name][:, None] * centered
        return logit

    def _inputs(self, settings: Settings, features: Mapping[str, Floats]) -> Mapping[str, Floats]:
        """What the model sees: the default in place of what is missing or switched off."""
        gap = np.full((1, len(self.weight)), np.nan)
        states = len(settings.version[self.node.id])
        out = {}
        for name in self.features:
            seen = features.get(name, gap)
            on = settings.feature_on.get(name, np.ones(states))[:, None] > 0
            out[name] = np.where(np.isnan(seen) | ~on, self.defaults.get(name, 0.0), seen)
        return out

    def _fit(self, inputs: Floats, label: Floats) -> Fit:
        """In units of each feature's own spread, so that the penalty weighs all alike; remembered."""
        key = inputs.tobytes() + label.tobytes()
        if key not in self._fits:
            mean = self.weight @ inputs
            spread = np.sqrt(np.maximum(self.weight @ (inputs - mean) ** 2, 1e-12))
            fit = fit_logistic((inputs - mean) / spread, label, self.weight)
            slopes = fit.slopes / spread
            self._fits[key] = Fit(fit.intercept - float(slopes @ mean), slopes)
        return self._fits[key]


def _row(values: Floats, state: int) -> Floats:
    row: Floats = values[state if len(values) > 1 else 0]
    return row


def _term(node: Node, feature: str) -> tuple[Floats, Floats]:
    """Slope (weight over scale) and center of a feature, by version."""
    slope, center = np.zeros(len(node.versions)), np.zeros(len(node.versions))
    for index, version in enumerate(node.versions):
        for weight in version.weights:
            if weight.feature == feature:
                slope[index], center[index] = weight.weight / weight.scale, weight.center
    return slope, center
