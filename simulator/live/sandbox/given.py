"""A file with a catalogue in, one service of it that can be served for real out; or a sentence that says why not."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.model import Node, PanelRows, Service
from generator.values import StructureError, structure
from simulator.live.sandbox.hands import HANDS
from simulator.world.joining import TRANSFORMS
from simulator.world.lineage import LineageError, in_order, only

MAXIMUM_BYTES = 64 * 1024 * 1024
_WORDS = re.compile(r"\bLLM\b|\blanguage model", re.IGNORECASE)


class GivenError(ValueError):
    """There is no such service, or none that this sandbox can be; the message says why."""


@dataclass(frozen=True, slots=True)
class Given:
    service: Service
    panel: PanelRows


def read(path: Path, service: str, *, is_ours: bool = True) -> Given:
    """The service of that id. Nothing but it is looked at: a sandbox that was killed has to be back in a second.

    ``is_ours``: whether it is the sandbox that serves it; a deployment may do what no sandbox can.
    """
    catalogue = _data(path)
    try:
        services = {one["id"]: one for one in catalogue["services"]}
        panels = catalogue["panels"]
        if service not in services:
            raise GivenError(f"{path}: no service '{service}'; there are: {', '.join(map(str, services))}")
        if service not in panels:
            raise GivenError(f"{path}: the service '{service}' has no panel to draw requests from")
        given = Given(structure(services[service], Service), structure(panels[service], PanelRows))
    except StructureError as error:
        raise GivenError(f"{path}: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise GivenError(f"{path} holds no catalogue as 'runbook export catalogue' writes it") from error
    for problem in _problems(given) if is_ours else _of_panel(given):
        raise GivenError(f"{path}: the service '{service}': {problem}")
    return given


def _data(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            content = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise GivenError(f"{path}: {error.strerror}") from error
    if len(content) > MAXIMUM_BYTES:
        raise GivenError(f"{path} is larger than {MAXIMUM_BYTES:,} bytes")
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise GivenError(f"{path} is no JSON: {error}") from error


def _problems(given: Given) -> Iterator[str]:
    """What keeps it from being served; the first says enough."""
    service, nodes = given.service, given.service.lineage.nodes
    if _writes_words(service):
        yield (
            "its model writes language, and this sandbox has none to write with; "
            "it serves models that score tables, as the delay predictor"
        )
    try:
        in_order(nodes, service.lineage.edges)
        made = [only(nodes, kind) for kind in ("model", "endpoint", "fallback")]
    except LineageError as error:
        yield str(error)
        return
    ids = {node.id for node in nodes}
    yield from (
        f"an edge from '{edge.feeds}' to '{edge.into}' leads nowhere"
        for edge in service.lineage.edges
        if not {edge.feeds, edge.into} <= ids
    )
    yield from _of_nodes(made[0], nodes)
    yield from _of_panel(given)
    yield from _of_profile(service)
    yield from _of_controls(service)


def _writes_words(service: Service) -> bool:
    """A catalogue has no mark for it but its own words."""
    titles = [node.title for node in service.lineage.nodes if node.kind in ("model", "fallback")]
    return any(_WORDS.search(text) for text in (service.title, service.summary, *titles))


def _of_nodes(model: Node, nodes: tuple[Node, ...]) -> Iterator[str]:
    if not model.versions:
        yield f"the model '{model.id}' has no version"
    for node in nodes:
        if len({version.id for version in node.versions}) < len(node.versions):
            yield f"'{node.id}' has a version twice"
        for version in node.versions:
            if any(weight.scale == 0 for weight in version.weights):
                yield f"a scale of '{node.id}' is 0"
            if any(feature.transform not in TRANSFORMS for feature in version.features):
                yield f"'{node.id}' has a transform that nobody knows"


def _of_panel(given: Given) -> Iterator[str]:
    panel, columns = given.service.profile.panel, given.panel.columns
    for name in (panel.label, panel.weight):
        if name not in columns:
            yield f"its panel has no column '{name}'"
            return
    if len({len(column) for column in columns.values()}) != 1 or not columns[panel.weight]:
        yield "the columns of its panel are not of one length above 0"
    if not all(math.isfinite(value) for column in columns.values() for value in column):
        yield "its panel holds something that is no number"
    elif min(columns[panel.weight]) < 0 or not sum(columns[panel.weight]) > 0:
        yield "the weights of its panel are no shares of traffic"


def _of_profile(service: Service) -> Iterator[str]:
    profile = service.profile
    times, drift = profile.latency, profile.drift
    positive = {
        "traffic.requests_per_s": profile.traffic.requests_per_s,
        "latency.model.p50_ms": times.model.p50_ms,
        "latency.model.p99_ms": times.model.p99_ms,
        "latency.fallback.p50_ms": times.fallback.p50_ms,
        "latency.fallback.p99_ms": times.fallback.p99_ms,
        "latency.workers": times.workers,
        "latency.occupancy_ms": times.occupancy_ms,
        "accuracy_window_minutes": profile.accuracy_window_minutes,
        "drift.bins": drift.bins,
        "drift.reference_size": drift.reference_size,
        "drift.windows_minutes": min(drift.windows_minutes, default=0),
    }
    for name, value in positive.items():
        if not 0 < value < math.inf:
            yield f"profile.{name} is not above 0"
    if not drift.features:
        yield "its drift monitor watches no feature"


def _of_controls(service: Service) -> Iterator[str]:
    for control in service.controls:
        if control.kind not in HANDS:
            yield (
                f"the control '{control.id}' is of kind '{control.kind}', for which this sandbox has no hand; "
                f"it has: {', '.join(HANDS)}"
            )
            continue
        try:
            for value in control.values:
                HANDS[control.kind].checked(control, service, value)
        except (KeyError, ValueError, TypeError) as error:
            yield f"the control '{control.id}' cannot be turned: {type(error).__name__} {error}"
