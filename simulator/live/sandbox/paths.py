"""A lineage and the settings in force in, the way of every value from its source to where it is read out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from generator.model import Edge, Feature, Node, NodeVersion, Service
from generator.source import LARGEST
from simulator.live.sandbox.held import Column, Held, Inputs
from simulator.live.sandbox.settings import Settings, Spare


@dataclass(frozen=True, slots=True)
class Turned:
    """A value is transformed on its way."""

    by: Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Filled:
    """An old value of the case stands in for one that is missing."""

    old: Column
    age_s: float


@dataclass(frozen=True, slots=True)
class Met:
    """What a node answered takes the place of what would have left it, where it was asked about the request."""

    node: str
    name: str


@dataclass(frozen=True, slots=True)
class Path:
    """From a field of a source; what is on the way, in order."""

    node: str
    field: str
    steps: tuple[Turned | Filled | Met, ...] = ()
    held: Sequence[float] | None = None
    """By case, where the sandbox holds the source itself; None: requests bring its values."""

    def value(self, inputs: Inputs, case: int | None) -> tuple[float | None, float | None]:
        """What arrives, None where it is missing; and its age in seconds, where an old value stands in."""
        value, age_s = self._sent(inputs, case), None
        for step in self.steps:
            if isinstance(step, Turned):
                value = None if value is None else step.by(value)
            elif isinstance(step, Met):
                if (answered := inputs.get(step.node)) is not None:
                    value, age_s = _number(answered.get(step.name)), None
            elif value is None and case is not None and (old := step.old[case]) is not None:
                value, age_s = old, step.age_s
        return value, age_s

    def _sent(self, inputs: Inputs, case: int | None) -> float | None:
        if self.held is not None:
            return None if case is None else self.held[case]
        fields = inputs.get(self.node)
        if fields is None:
            return None
        return _number(fields.get(self.field))


def _number(sent: object) -> float | None:
    """Whatever is no number is not there: nobody reads a field that was retyped."""
    if type(sent) is float or type(sent) is int:
        return float(sent) if -LARGEST <= sent <= LARGEST else None
    return None


TRANSFORMS: Mapping[str, Turned | None] = {
    "identity": None,
    "log1p": Turned(lambda value: math.log1p(value) if value > 0 else 0.0),
}


class Lineage:
    """Who reads what from whom."""

    def __init__(self, service: Service, held: Held, met: frozenset[str] = frozenset()) -> None:
        """``met``: nodes that are asked about each request, and whose answers go with it."""
        self.met = met
        self.nodes: Mapping[str, Node] = {node.id: node for node in service.lineage.nodes}
        self.edges, self.held = service.lineage.edges, held
        self.model, self.fallback = (
            next(node for node in service.lineage.nodes if node.kind == kind)
            for kind in ("model", "fallback")
        )
        endpoint = next(node.id for node in service.lineage.nodes if node.kind == "endpoint")
        self.to_endpoint = frozenset(edge.feeds for edge in self.edges if edge.into == endpoint)

    def sent(self, settings: Settings) -> frozenset[str]:
        """Sources that are read under these settings: what requests have to bring."""
        behind = self.behind(self.model.id, settings) | self.behind(self.fallback.id, settings)
        return frozenset(node for node in behind if self.nodes[node].kind == "source")

    def behind(self, node: str, settings: Settings) -> frozenset[str]:
        """All that a node reads, and what that reads in turn."""
        found: set[str] = set()
        waiting = [node]
        while waiting:
            for edge in self._read(self.nodes[waiting.pop()], settings):
                waiting.append(edge.feeds)
                found.add(edge.feeds)
        return frozenset(found)

    def paths(self, node: str, settings: Settings, sent: frozenset[str]) -> Mapping[str, Path]:
        """By name, the way of all that leaves a node; ``sent``: sources whose values come with requests."""
        out = self.leaving(node, settings, sent)
        if node in self.met:
            out = {name: replace(path, steps=(*path.steps, Met(node, name))) for name, path in out.items()}
        return self._spared(node, out, settings)

    def leaving(self, node: str, settings: Settings, sent: frozenset[str]) -> Mapping[str, Path]:
        """The same as the node itself knows it: nothing stands in for what it answers."""
        taken = self.nodes[node]
        if taken.kind == "source":
            columns = self.held.fields[node]
            out = {name: Path(node, name, held=None if node in sent else columns[name]) for name in columns}
        else:
            out = {}
            for edge in self._read(taken, settings):
                out |= self.paths(edge.feeds, settings, sent)
            if taken.kind == "pipeline" and taken.versions:
                features = version_of(taken, settings).features
                out = {feature.name: made for feature in features if (made := _made(feature, out))}
        return out

    def _read(self, node: Node, settings: Settings) -> list[Edge]:
        version = settings.version.get(node.id) if node.kind == "pipeline" else None
        return [
            edge
            for edge in self.edges
            if edge.into == node.id
            and self.nodes[edge.feeds].kind not in ("endpoint", "consumer")
            and not (version and edge.versions and version not in edge.versions)
        ]

    def _spared(self, node: str, paths: Mapping[str, Path], settings: Settings) -> Mapping[str, Path]:
        spare = settings.spare.get(node)
        if spare is None:
            return paths
        age_s = spare.age_hours * 3600
        return {
            name: replace(path, steps=(*path.steps, Filled(self._old(node, path, spare), age_s)))
            for name, path in paths.items()
        }

    def _old(self, node: str, path: Path, spare: Spare) -> Column:
        turned = tuple(step for step in path.steps if isinstance(step, Turned))
        plain = replace(path, steps=turned, held=self.held.fields[path.node][path.field])
        healthy = [plain.value({}, case)[0] for case in range(self.held.cases)]
        return self.held.old((node, path.node, path.field, turned), healthy, spare)


def _made(feature: Feature, arrived: Mapping[str, Path]) -> Path | None:
    path, turned = arrived.get(feature.field), TRANSFORMS[feature.transform]
    if path is None or turned is None:
        return path
    return replace(path, steps=(*path.steps, turned))


def version_of(node: Node, settings: Settings) -> NodeVersion:
    """The version in force."""
    return next(version for version in node.versions if version.id == settings.version[node.id])
