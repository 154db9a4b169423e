"""What a drill announces can happen: within its horizon, at the node, within what a machine can run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.checks.sources import Sources
from generator.source import Document, Finding, Pointer, Severity

name = "scenarios"
severity: Severity = "error"

MOST_STEPS = 50_000

Problem = tuple[Pointer, str, str]
"""Where, what, and what to do."""


def check(sources: Sources) -> Iterator[Finding]:
    """Faults that never begin or reach nothing, messages that never come, drills that never end."""
    for drill in sources.sound("drill"):
        for pointer, message, hint in _problems(sources, drill):
            yield Finding(drill.place(pointer), name, severity, message, hint)


def _problems(sources: Sources, drill: Document) -> Iterator[Problem]:
    horizon = drill.data["horizon_minutes"]
    steps = horizon * 60 / drill.data["step_seconds"]
    if not 1 <= steps <= MOST_STEPS:
        message = f"the drill has {steps:.0f} steps, where 1 to {MOST_STEPS:,} are possible"
        yield ("step_seconds",), message, "change the step or the horizon"
    fields = _fields(sources, drill)
    for key in ("faults", "noise"):
        for index, fault in enumerate(drill.data[key]):
            for pointer, message, hint in _of_fault(fault, horizon, fields):
                yield (key, index, *pointer), message, hint
    for index, inject in enumerate(drill.data["injects"]):
        if inject["at_minutes"] > horizon:
            message = f"the drill ends at minute {horizon:g}, before this message comes"
            yield ("injects", index, "at_minutes"), message, "send it earlier"


def _of_fault(fault: Mapping[str, Any], horizon: float, fields: Mapping[str, set[str]]) -> Iterator[Problem]:
    onset, slice_, given = fault["onset_minutes"], fault.get("slice"), fault.get("with", {})
    if onset["least"] > onset["most"]:
        yield (
            ("onset_minutes", "most"),
            f"{onset['most']:g} is below the least, {onset['least']:g}",
            "swap them",
        )
    elif onset["most"] >= horizon:
        message = f"the drill ends at minute {horizon:g}, perhaps before this fault begins"
        yield ("onset_minutes", "most"), message, "let it begin earlier"
    if slice_ and slice_["least"] > slice_["most"]:
        yield (
            ("slice", "most"),
            f"no value is at most {slice_['most']:g} and at least {slice_['least']:g}",
            "swap them",
        )
    known = fields.get(fault["node"])
    if known is not None and "field" in given and given["field"] not in known:
        message = f"'{fault['node']}' has no field '{given['field']}', so nothing would happen"
        yield ("with", "field"), message, f"it has: {', '.join(sorted(known))}"
    if given.get("p99_ms", 1) < given.get("p50_ms", 0):
        yield ("with", "p99_ms"), "the 99th percentile is below the median", "correct one of them"


def _fields(sources: Sources, drill: Document) -> Mapping[str, set[str]]:
    """The fields of each source of the drill's service."""
    service = sources.service_of(drill)
    if service is None or service not in list(sources.sound("service")):
        return {}
    nodes = service.data["lineage"]["nodes"]
    return {node["id"]: set(node.get("fields", ())) for node in nodes if node["kind"] == "source"}
