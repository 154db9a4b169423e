"""Each runbook is drilled with a fault and without one, and each of its signals is moved by some drill.

What was never exercised is a guess: a signal that no drill moves may be silent, late or deaf,
and a team that has only seen real faults declares an incident on every quiet morning.

Write the missing drill in the runbook's folder ``drills/``: a fault that moves the signal's metric and feature,
or an empty list of faults and some noise. A signal that another runbook exercises may be waived, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator import kinds
from generator.checks.sources import Sources
from generator.source import Document, Finding, Severity

name = "exercise"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Runbooks without their two drills, signals that no drill moves, drills of another service's runbook."""
    drills = list(sources.sound("drill"))
    known = sources.named("service")
    # A drill that is broken, or of a service that is misspelt, may hold what seems to be missing.
    whole = len(drills) == len(list(sources.of_kind("drill")))
    whole = whole and all(drill.data["service"] in known for drill in drills)
    for document in sources.sound("runbook"):
        service = sources.sound_service_of(document)
        if whole:
            yield from _drills(document, drills)
        if whole and service is not None:
            yield from _signals(document, service, [d for d in drills if d.data["service"] == service.name])
    yield from _strangers(sources, drills)


def _drills(runbook: Document, drills: Sequence[Document]) -> Iterator[Finding]:
    own = [drill for drill in drills if _folder(drill) == runbook.name]
    related = [*own, *(drill for drill in drills if drill.data["truth"]["runbook"] == runbook.name)]
    place = runbook.place(("id",))
    if not any(drill.data["faults"] for drill in related):
        hint = f"add one to runbooks/{runbook.name}/drills/"
        yield Finding(place, name, severity, "no drill with a fault exercises this runbook", hint)
    if all(drill.data["faults"] for drill in own):
        hint = f"add one with 'faults: []' to runbooks/{runbook.name}/drills/"
        message = "no drill without a fault shows when this runbook is not to be followed"
        yield Finding(place, name, severity, message, hint)


def _folder(drill: Document) -> str:
    """The runbook in whose folder a drill stands."""
    return drill.path.split("/")[1]


def _strangers(sources: Sources, drills: Sequence[Document]) -> Iterator[Finding]:
    known = sources.named("service")
    services = {r.name: r.data["service"] for r in sources.sound("runbook") if r.data["service"] in known}
    for drill in drills:
        runbook, service = drill.data["truth"]["runbook"], drill.data["service"]
        if service in known and services.get(runbook, service) != service:
            place = drill.place(("truth", "runbook"))
            message = f"'{runbook}' is a runbook of '{services[runbook]}', and this drill is for '{service}'"
            fitting = [id for id, other in services.items() if other == service]
            hint = f"there are: {', '.join(fitting)}" if fitting else f"write a runbook of '{service}'"
            yield Finding(place, name, severity, message, hint)


def _signals(runbook: Document, service: Document, drills: Sequence[Document]) -> Iterator[Finding]:
    faults = [fault for drill in drills for fault in (*drill.data["faults"], *drill.data["noise"])]
    declared, features = kinds.load("signals"), {feature for feature, _ in _features(service)}
    for index, signal in enumerate(runbook.data["detection"]["signals"]):
        metrics = set(declared[signal["kind"]].declaration["metrics"])
        feature = signal.get("with", {}).get("feature")
        if feature is not None and feature not in features:
            continue  # the check of references says so
        if not any(_moves(fault, metrics, feature, service) for fault in faults):
            place = runbook.place(("detection", "signals", index, "id"))
            message = f"no drill of '{service.name}' moves the signal '{signal['id']}'"
            hint = f"add a fault, or noise, of a kind that moves it: {_kinds(metrics)}"
            yield Finding(place, name, "warning", message, hint)


def _moves(fault: Mapping[str, Any], metrics: set[str], feature: str | None, service: Document) -> bool:
    kind = kinds.load("faults")[fault["kind"]]
    if not metrics & set(kind.declaration["metrics"]):
        return False
    return feature is None or feature in _touched(fault, service)


def _touched(fault: Mapping[str, Any], service: Document) -> set[str]:
    """The features that a fault may move; one that names no field moves all that pass its node."""
    given = fault.get("with", {})
    if isinstance(given.get("feature"), str):
        return {given["feature"]}
    feeds = list(_features(service))
    if isinstance(given.get("field"), str):
        # Behind a pipeline a field goes by the name of the feature.
        return {feature for feature, field in feeds if given["field"] in (feature, field)}
    nodes = service.data["lineage"]["nodes"]
    fields = {field for n in nodes if n["id"] == fault["node"] for field in n.get("fields", ())}
    return {feature for feature, field in feeds if not fields or field in fields}


def _features(service: Document) -> Iterator[tuple[str, str]]:
    """Each feature with the field that it is computed from."""
    for node in service.data["lineage"]["nodes"]:
        for version in node.get("versions", ()):
            for feature in version.get("features", ()):
                yield feature["name"], feature["field"]


def _kinds(metrics: set[str]) -> str:
    moving = [k.name for k in kinds.load("faults").values() if metrics & set(k.declaration["metrics"])]
    return ", ".join(moving) or "none is declared yet"
