"""A kind of fault and a node of a service in, the fault at a strength that does harm out, if it can do any.

Parameters start at the examples of the kind's declaration and are raised within its ranges, noise-free, until users
bear twice what the service's drills tolerate: less would be a matter of luck. Nothing here knows what a kind does.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

import numpy as np

from generator import kinds
from generator.model import Catalogue, Drill, Fault, Node, Parameters, Service, Span, Truth
from simulator.session.stage import set_up

TOLERANCE = 0.05
"""Where a service has no drill that states one."""
CLEARLY = 2.0
"""Times the tolerance."""
EARLIEST, LATEST = 10.0, 15.0
HORIZON_MINUTES, STEP_SECONDS, SELDOM_SECONDS = 60.0, 15.0, 60.0
EVERY_MINUTES = 2.5
"""How finely the search looks at the course of a fault."""
DOUBLINGS = 12
ROUNDS = 3
NAME = "fault"


@dataclass(frozen=True, slots=True)
class Strength:
    """A fault, and the largest share of requests that it spoils while nobody acts."""

    fault: Fault
    impact: float


def cells(service: Service) -> tuple[tuple[str, str], ...]:
    """Every kind of fault with every node that it may stand at, for which the service has what the kind asks for."""
    return tuple(
        (name, node.id)
        for name, kind in kinds.load("faults").items()
        for node in service.lineage.nodes
        if node.kind in kind.declaration["nodes"]
        and next(_starts(service, node, kind.parameters), None) is not None
    )


def tolerance_of(catalogue: Catalogue, service: str) -> float:
    """What the drills of a service tolerate, in the middle."""
    found = [drill.tolerance for drill in catalogue.drills if drill.service == service]
    return median(found) if found else TOLERANCE


def synthetic(service: Service, fault: Fault, tolerance: float) -> Drill:
    """A drill with that fault alone, in the busiest hour of a weekday."""
    hour = int(service.profile.traffic.peak_hour) % 24
    return Drill(
        id=NAME, title="", service=service.id, classification="", briefing="", weekday="tuesday",
        time=f"{hour:02d}:00", step_seconds=STEP_SECONDS, horizon_minutes=HORIZON_MINUTES,
        tolerance=tolerance, faults=(fault,), noise=(), injects=(), tasks=(), truth=Truth(None, None, ""),
    )  # fmt: skip


def patient(drill: Drill, service: Service) -> Drill:
    """The same drill for as long as labels need to tell of it, looked at more seldom."""
    profile = service.profile
    labels = profile.labels.delay_minutes + profile.accuracy_window_minutes
    return replace(drill, horizon_minutes=drill.horizon_minutes + labels, step_seconds=SELDOM_SECONDS)


def strongest(catalogue: Catalogue, service: Service, kind: str, node: str, tolerance: float) -> Strength:
    """The first start that does harm; else the best of them, raised. The harm may still be too little to count."""
    declared = kinds.load("faults")[kind].parameters
    search = _Search(catalogue, service, kind, node, tolerance)
    starts = list(_starts(service, service.lineage.node(node), declared))
    best = search.best(starts)
    ranges = {name: one for name, one in declared.get("properties", {}).items() if _is_number(one)}
    for _ in range(ROUNDS):
        if best.impact >= search.enough:
            break
        raised = search.first_enough(_raised(best.fault.with_, ranges), best)
        if raised.impact <= best.impact:
            break
        best = raised
    return best


class _Search:
    """Tries parameters of one kind at one node, each once."""

    def __init__(
        self, catalogue: Catalogue, service: Service, kind: str, node: str, tolerance: float
    ) -> None:
        self._catalogue, self._service, self._tolerance = catalogue, service, tolerance
        self._fault = Fault(NAME, kind, node, Span(EARLIEST, LATEST))
        self.enough = CLEARLY * tolerance

    def best(self, starts: Sequence[Parameters]) -> Strength:
        """The most harmful one."""
        return max(map(self._tried, starts), key=lambda one: one.impact)

    def first_enough(self, tries: Iterator[Parameters], best: Strength) -> Strength:
        """The first that does enough harm; else the most harmful, ``best`` among them."""
        for parameters in tries:
            one = self._tried(parameters)
            if one.impact >= self.enough:
                return one
            best = one if one.impact > best.impact else best
        return best

    def _tried(self, parameters: Parameters) -> Strength:
        fault = replace(self._fault, with_=parameters)
        at = replace(fault, onset_minutes=Span(EARLIEST, EARLIEST))
        drill = synthetic(self._service, at, self._tolerance)
        stage = set_up(replace(self._catalogue, drills=(drill,)), NAME, [0])
        minutes = np.arange(EARLIEST, drill.horizon_minutes, EVERY_MINUTES)
        idle = np.tile(stage.outlooks.defaults, (1, 1))
        rows = np.concatenate([stage.rows(idle, float(minute)) for minute in minutes])
        return Strength(fault, float(stage.outlooks.impact(rows).max()))


# --- parameters -------------------------------------------------------------------------------------


def _starts(service: Service, node: Node, declared: Mapping[str, Any]) -> Iterator[Parameters]:
    """What the declaration's examples come to for this node; none where the service lacks what it asks for."""
    wanted = [(name, declared["properties"][name]) for name in declared.get("required", ())]
    names = [name for name, _ in wanted]
    numbers = max((len(one["examples"]) for _, one in wanted if _is_number(one)), default=1)
    for place in range(numbers):
        choices = [list(_choices(service, node, one, place)) for _, one in wanted]
        for values in itertools.product(*choices):
            yield dict(zip(names, values, strict=True))


def _choices(service: Service, node: Node, declared: Mapping[str, Any], place: int) -> Iterator[Any]:
    if _is_number(declared):
        examples = declared["examples"]
        yield examples[min(place, len(examples) - 1)]
    elif "enum" in declared:
        yield from declared["enum"]
    elif declared.get("type") == "array":
        if fields := _leaving(service, node):
            yield list(fields)
    elif declared.get("x-refers") == "service.version":
        yield from (version.id for version in reversed(node.versions))
    elif declared.get("x-refers") == "service.feature":
        yield from (feature.name for feature in node.versions[-1].features)
    else:
        yield from _leaving(service, node)


def _leaving(service: Service, node: Node) -> tuple[str, ...]:
    """The names of what leaves a node: features after a pipeline, fields before."""
    if node.kind == "pipeline":
        return tuple(feature.name for feature in node.versions[-1].features)
    if node.kind in ("source", "feature_store"):
        givers = [edge.feeds for edge in service.lineage.edges if edge.into == node.id]
        inherited = [name for giver in givers for name in _leaving(service, service.lineage.node(giver))]
        return tuple(dict.fromkeys((*node.fields, *inherited)))
    return tuple(dict.fromkeys(name for one in service.lineage.nodes for name in one.fields))


def _is_number(declared: Mapping[str, Any]) -> bool:
    return declared.get("type") in ("number", "integer")


def _raised(parameters: Parameters, ranges: Mapping[str, Mapping[str, Any]]) -> Iterator[Parameters]:
    """One number at a time doubled or halved, more and more often, as far as its range goes."""
    for doubling in range(1, DOUBLINGS + 1):
        for name, declared in ranges.items():
            if name in parameters:
                for factor in (2.0**doubling, 0.5**doubling):
                    moved = _within(float(parameters[name]) * factor, declared)
                    if moved not in (None, parameters[name]):
                        yield {**parameters, name: moved}


def _within(value: float, declared: Mapping[str, Any]) -> float | int | None:
    """The value, cut off at the ends of its range; None where an open end would be crossed."""
    if value <= float(declared.get("exclusiveMinimum", -np.inf)):
        return None
    cut = min(max(value, float(declared.get("minimum", -np.inf))), float(declared.get("maximum", np.inf)))
    return round(cut) if declared["type"] == "integer" else cut
