"""The fraud scorer request by request, with no part of the simulated world: to hold the world's telemetry against.

A request is a row of the panel, drawn by its weight. ``Counted`` is what the world's counters say of the same thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from generator.model import Fault, Service
from tests.simulator.faults.examples import SERVICE, staged
from tests.simulator.stages import catalogue

LEVEL = 4.75
"""Standard errors; a right world strays farther in one comparison of 490,000 (two-sided, normal)."""
BEGIN, END = 8.0, 24.0
"""Minutes between which is counted: faults begin at five, and stand by then."""


def panel() -> Mapping[str, np.ndarray]:
    return {name: np.array(values) for name, values in catalogue().panels[SERVICE].columns.items()}


def weight() -> np.ndarray:
    raw = panel()["weight"]
    shares: np.ndarray = raw / raw.sum()
    return shares


def service() -> Service:
    return catalogue().service(SERVICE)


@dataclass(frozen=True, slots=True)
class Requests:
    """Some requests, each a row of the panel; their fields may be changed before they are scored."""

    fields: dict[str, np.ndarray]
    label: np.ndarray
    rng: np.random.Generator

    @property
    def count(self) -> int:
        return len(self.label)

    def logit(self, version: str = "summer-2026") -> np.ndarray:
        """Of the pipeline's second version and the model's given one, written out; a missing field is its default."""
        (pipeline,) = (node for node in service().lineage.nodes if node.kind == "pipeline")
        (model,) = (node for node in service().lineage.nodes if node.kind == "model")
        made = {feature.name: feature for feature in pipeline.versions[1].features}
        (chosen,) = (one for one in model.versions if one.id == version)
        total = np.full(self.count, chosen.intercept)
        for term in chosen.weights:
            feature = made[term.feature]
            raw = self.fields[feature.field]
            value = np.log(1 + np.maximum(raw, 0)) if feature.transform == "log1p" else raw
            value = np.where(np.isnan(value), feature.default, value)
            total += term.weight * (value - term.center) / term.scale
        return total

    def some(self, share: float) -> np.ndarray:
        """Each request with that probability, whoever makes it."""
        return self.rng.random(self.count) < share


def requests(count: int = 400_000, *, seed: int = 5, mix: np.ndarray | None = None) -> Requests:
    """Requests drawn by the weights of the panel, or by others."""
    rng = np.random.default_rng(seed)
    columns = panel()
    rows = rng.choice(len(columns["weight"]), size=count, p=weight() if mix is None else mix)
    names = {field for node in service().lineage.nodes if node.kind == "source" for field in node.fields}
    return Requests({name: columns[name][rows] for name in names}, columns["fraud"][rows], rng)


@dataclass(frozen=True, slots=True)
class Counted:
    """How much the counters of one metric grew, by label."""

    by: Mapping[str, float]

    @property
    def all(self) -> float:
        return sum(self.by.values())

    def share(self, name: str) -> float:
        return self.by[name] / self.all


class Played:
    """A world of the fraud scorer in two replicas, with faults from the fifth minute on, played to its end."""

    def __init__(self, *faults: Fault, **settings: object) -> None:
        """Settings by control, with underscores for hyphens; in force from the beginning."""
        self.stage = staged(*faults)
        world = self.stage.world()
        for place, knob in enumerate(self.stage.knobs):
            name = knob.id.replace("-", "_")
            if name in settings:
                world.codes[:, place] = knob.encode(settings[name])  # type: ignore[arg-type]
        for step in range(self.stage.clockwork.steps + 1):
            world.step(step)
        self.telemetry = world.telemetry

    def index(self, minute: float) -> int:
        return int(np.searchsorted(self.telemetry.times, minute * 60 - 1e-6))

    def counted(self, metric: str, label: str, *, begin: float = BEGIN, end: float = END) -> Counted:
        """Growth in both replicas together, between the scrapes of two minutes."""
        grown = self._rows(metric, label)
        first, last = self.index(begin), self.index(end)
        return Counted(
            {name: float((values[:, last] - values[:, first]).sum()) for name, values in grown.items()}
        )

    def gauge(self, metric: str, minute: float, **labels: str) -> np.ndarray:
        """The gauge's value at that minute, in each replica."""
        (row,) = (
            row
            for row, one in enumerate(self.telemetry.identities)
            if one.name == metric and labels.items() <= dict(one.labels).items()
        )
        value: np.ndarray = self.telemetry.values[row, :, self.index(minute)]
        return value

    def _rows(self, metric: str, label: str) -> dict[str, np.ndarray]:
        return {
            dict(one.labels)[label]: self.telemetry.values[row]
            for row, one in enumerate(self.telemetry.identities)
            if one.name == metric
        }


def error_of(share: float, counted: float, simulated: float = np.inf) -> float:
    """The most by which two shares of the same probability may differ, at ``LEVEL``, from so many requests."""
    return float(LEVEL * np.sqrt(max(share * (1 - share), 1 / counted) * (1 / counted + 1 / simulated)))


def fixed_error(share: float, *, differ: float = 1.0) -> float:
    """The same for who is reached: some rows of the panel, drawn once, stand for that share of all requests.

    ``differ``: the part of the traffic for which it matters; its rows weigh at most as much as the heaviest.
    """
    rows = min(differ * weight().max(), (weight() ** 2).sum())
    return float(LEVEL * np.sqrt(share * (1 - share) * rows))
