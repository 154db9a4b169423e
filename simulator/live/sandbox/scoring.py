"""A request in, its score and decision out: plain arithmetic, one request at a time, nothing of the simulated world.

So that the two can be held against each other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from generator.model import Service
from simulator.live.sandbox.fate import Fate
from simulator.live.sandbox.hands import settings_of
from simulator.live.sandbox.held import Inputs
from simulator.live.sandbox.paths import Lineage, Path, version_of
from simulator.live.sandbox.settings import Settings

MODEL, FALLBACK = "model", "fallback"
_STEEPEST = 60.0
_NOWHERE = Path("", "")
"""A feature that no pipeline computes: always missing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for a decision."""

    id: str
    case: int | None
    """The row of the panel that it is about; None: nobody says."""
    inputs: Inputs


@dataclass(frozen=True, slots=True)
class Scored:
    """What the model makes of a request, whoever decides it."""

    features: Sequence[float | None]
    """As the pipeline computed them, before toggles; in the order of the drift monitor, then the others'."""
    ages_s: Sequence[float | None]
    """Of those for which an old value stands in."""
    score: float
    block: bool
    held: bool


@dataclass(frozen=True, slots=True)
class Decided:
    block: bool
    decision: str
    """``pass``, ``review`` or ``block``."""
    route: str


@dataclass(frozen=True, slots=True)
class Coefficients:
    intercept: float
    slope: Mapping[str, float]
    """By feature: its weight over its scale."""
    center: Mapping[str, float]
    threshold: float


class Scorer:
    """The service under one choice of settings."""

    def __init__(
        self,
        service: Service,
        lineage: Lineage,
        settings: Settings,
        *,
        coefficients: Coefficients | None = None,
    ) -> None:
        """``coefficients``: of a model that was trained again; None: those of the version in force."""
        self.settings, self.coefficients = settings, coefficients or released(lineage, settings)
        self.version = version_of(lineage.model, settings).id
        self._sent = lineage.sent(as_by_default(service))
        paths = lineage.paths(lineage.model.id, settings, self._sent)
        watched = service.profile.drift.features
        self.names = (*watched, *(name for name in self.coefficients.slope if name not in watched))
        self.paths = tuple(paths.get(name, _NOWHERE) for name in self.names)
        defaults = _defaults(service)
        self.terms = tuple(
            (
                self.names.index(name),
                name not in settings.off,
                defaults.get(name, 0.0),
                slope,
                self.coefficients.center[name],
            )
            for name, slope in self.coefficients.slope.items()
        )
        reads = lineage.paths(lineage.fallback.id, settings, self._sent)
        self._rules = tuple(
            (reads[rule.field], rule.above, rule.points)
            for rule in lineage.fallback.rules
            if rule.field in reads
        )
        self._points = lineage.fallback.points_threshold
        self._share = _share(lineage, settings)

    def route(self, fate: Fate) -> str:
        """Who decides a request, whatever it says."""
        return MODEL if fate.route < self._share else FALLBACK

    def logit(self, asked: Asked) -> float:
        """What the model's score is made of."""
        return self._logit([path.value(asked.inputs, asked.case)[0] for path in self.paths])

    def score(self, asked: Asked) -> Scored:
        values: list[float | None] = []
        ages_s: list[float | None] = []
        for path in self.paths:
            value, age_s = path.value(asked.inputs, asked.case)
            values.append(value)
            ages_s.append(age_s)
        return self.judged(Scored(values, ages_s, 0.0, False, False), self._logit(values))

    def judged(self, scored: Scored, logit: float) -> Scored:
        """The same by another logit than the one of its features."""
        score = 1 / (1 + math.exp(-max(-_STEEPEST, min(logit, _STEEPEST))))
        threshold = self.coefficients.threshold
        held = abs(score - threshold) < self.settings.hold_margin
        return replace(scored, score=score, block=score > threshold, held=held)

    def _logit(self, values: Sequence[float | None]) -> float:
        logit = self.coefficients.intercept
        for place, is_on, default, slope, center in self.terms:
            value = values[place]
            logit += slope * ((value if is_on and value is not None else default) - center)
        return logit

    def decide(self, asked: Asked, scored: Scored, fate: Fate) -> Decided:
        """By the model or by the rules of the fallback, as the router has it."""
        if self.route(fate) == MODEL:
            decision = "review" if scored.held else "block" if scored.block else "pass"
            return Decided(scored.block, decision, MODEL)
        block = self.points(asked) >= self._points
        return Decided(block, "block" if block else "pass", FALLBACK)

    def points(self, asked: Asked) -> float:
        """What the fallback's rules make of a request."""
        total = 0.0
        for path, above, points in self._rules:
            value, _ = path.value(asked.inputs, asked.case)
            if value is not None and value > above:
                total += points
        return total

    def seen(self, scored: Scored) -> Mapping[str, float]:
        """By feature, what the model sees: the default in place of what is missing or switched off."""
        names = self.names
        return {
            names[place]: value if is_on and (value := scored.features[place]) is not None else default
            for place, is_on, default, _, _ in self.terms
        }


def released(lineage: Lineage, settings: Settings) -> Coefficients:
    """The model's version in force."""
    version = version_of(lineage.model, settings)
    return Coefficients(
        intercept=version.intercept,
        slope={term.feature: term.weight / term.scale for term in version.weights},
        center={term.feature: term.center for term in version.weights},
        threshold=version.threshold if settings.threshold is None else settings.threshold,
    )


def as_by_default(service: Service) -> Settings:
    """The settings with every control at its default."""
    return settings_of(service, {control.id: control.default for control in service.controls}, lambda _: True)


def _defaults(service: Service) -> Mapping[str, float]:
    return {
        feature.name: feature.default
        for node in service.lineage.nodes
        for version in node.versions
        for feature in version.features
    }


def _share(lineage: Lineage, settings: Settings) -> float:
    """Of requests that the model decides: a route that does not reach the endpoint decides none."""
    if lineage.model.id not in lineage.to_endpoint:
        return 0.0
    return settings.model_share if lineage.fallback.id in lineage.to_endpoint else 1.0
