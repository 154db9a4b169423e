"""What a drill announces can happen and be scored: within its horizon, at the node, within what a machine can run.

A drill whose truth asks for another symptom than its runbook declares takes points from everybody who follows the
page; so does a truth that names a runbook when no fault begins. A task that may last to the end of the drill
is never late.

Let the truth say the symptom of its runbook, or null where nothing is wrong, and give tasks less than the horizon.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.checks.sources import Sources
from generator.model import Span
from generator.source import Document, Finding, Pointer, Severity
from generator.values import structure

name = "scenarios"
severity: Severity = "error"

MOST_STEPS = 50_000

Problem = tuple[Pointer, str, str]
"""Where, what, and what to do."""


def check(sources: Sources) -> Iterator[Finding]:
    """Faults that never come, drills that never end, truths and tasks that nobody can meet."""
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
    yield from _of_tasks(drill.data["tasks"], horizon)
    yield from _of_truth(sources, drill)


def _of_tasks(tasks: Sequence[Mapping[str, Any]], horizon: float) -> Iterator[Problem]:
    """Limits that the end of the drill comes before."""
    for index, task in enumerate(tasks):
        if task.get("within_minutes", 0) >= horizon:
            message = f"the drill ends at minute {horizon:g}, before '{task['id']}' could be late"
            yield ("tasks", index, "within_minutes"), message, "allow less, or leave within_minutes out"


def _of_truth(sources: Sources, drill: Document) -> Iterator[Problem]:
    """Truths that contradict the faults, or the runbook that they name."""
    runbook, symptom = drill.data["truth"]["runbook"], drill.data["truth"]["symptom"]
    if not drill.data["faults"]:
        for key, said in (("runbook", runbook), ("symptom", symptom)):
            if said is not None:
                message = f"the truth names the {key} '{said}', and the drill has no fault"
                yield ("truth", key), message, "add the fault, or say null"
                return
    declared = {one.name: one.data["symptom"] for one in sources.sound("runbook")}
    if declared.get(runbook, symptom) != symptom:
        said = "no symptom" if symptom is None else f"'{symptom}'"
        message = f"the truth asks for {said}, and its runbook '{runbook}' declares '{declared[runbook]}'"
        yield ("truth", "symptom"), message, f"say {declared[runbook]}, or name another runbook"


def _of_fault(fault: Mapping[str, Any], horizon: float, fields: Mapping[str, set[str]]) -> Iterator[Problem]:
    onset, slice_, given = structure(fault["onset_minutes"], Span), fault.get("slice"), fault.get("with", {})
    if onset.least > onset.most:
        message = f"{onset.most:g} is below the least, {onset.least:g}"
        yield ("onset_minutes", "most"), message, "swap them"
    elif onset.most >= horizon:
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
