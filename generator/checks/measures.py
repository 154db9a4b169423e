"""What a critical task is measured by, and what a message waits for, is an event that a record can hold.

A task that waits for a control, a role or a template that there is not can never be done,
and one that forbids it can never be failed: the score would be wrong, and nobody would see why.
A message that waits for such an event never comes. What the facilitator does counts for neither.

Write the event, its keys and its values as the service, its runbooks and the organization call them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from generator import kinds, schemas
from generator.checks.sources import Sources
from generator.keywords import shown
from generator.model import ENDINGS
from generator.source import Document, Finding, Pointer, Severity, likely

name = "measures"
severity: Severity = "error"

NAMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "acknowledge": {"signal": ("runbook.signal",)},
    "answer": {"choice": ("drill.choice",)},
    "alert": {"runbook": ("catalogue.runbook",), "signal": ("runbook.signal",)},
    "approval": {"role": ("organization.role",)},
    "assume": {"role": ("organization.role",)},
    "collect": {"evidence": ("runbook.evidence",)},
    "control": {"control": ("service.control",)},
    "control-effective": {"control": ("service.control",)},
    "could-not-follow": {"node": ("runbook.node",), "runbook": ("catalogue.runbook",)},
    "decision": {"decision": ("runbook.node",), "go": ("runbook.node",), "runbook": ("catalogue.runbook",)},
    "declare": {"service": ("catalogue.service",), "severity": ("organization.severity",)},
    "hypothesis": {"component": ("service.node",)},
    "message": {
        "channel": ("organization.channel",),
        "to": ("organization.role", "organization.team"),
    },
    "open": {"runbook": ("catalogue.runbook",)},
    "post": {
        "audience": ("organization.audience",),
        "channel": ("organization.channel",),
        "template": ("runbook.template",),
    },
    "step": {"runbook": ("catalogue.runbook",), "step": ("runbook.node",)},
    "step-start": {"runbook": ("catalogue.runbook",), "step": ("runbook.node",)},
}
"""What the keys of an event hold, where it is a name; settings of controls have a rule of their own."""

WORDS = {
    ("alert", "severity"): ("page", "ticket", "info"),
    ("alert", "state"): ("firing", "resolved"),
    ("step", "outcome"): ("success", "failure", "skipped"),
}
FACILITATORS = frozenset(
    {
        "assign",
        "end",
        "hint",
        "improve",
        "join",
        "leave",
        "pause",
        "rate",
        "remark",
        "resume",
        "return",
        "reveal",
        "speed",
        "start",
        "steer",
    }
)
"""Kinds of events that are the facilitator's alone, or that come when all is over."""
VOCABULARIES = {("declare", "symptom"): "symptom", ("hypothesis", "mechanism"): "mechanism"}


def check(sources: Sources) -> Iterator[Finding]:
    """Events that there are not, and keys and values that they do not have."""
    known = events()
    for drill in sources.sound("drill"):
        for pointer, measure in measures(drill):
            yield from _unknown(drill, pointer, measure, known)
            yield from _impossible(sources, drill, pointer, measure)


def measures(drill: Document) -> Iterator[tuple[Pointer, Mapping[str, Any]]]:
    """Every measure of a drill: those of its tasks, and what its messages wait for."""
    for key, names in (("tasks", ("measure", "before")), ("injects", ("after", "unless"))):
        for index, item in enumerate(drill.data[key]):
            yield from (((key, index, name), item[name]) for name in names if name in item)


def events() -> Mapping[str, frozenset[str]]:
    """The kinds of events, and the keys of their data."""
    found = {}
    for case in schemas.of_kind("event")["allOf"]:
        (kind,) = case["if"]["properties"]["kind"]["enum"]
        (holds,) = case["then"]["properties"]["data"]["allOf"]
        found[kind] = frozenset(schemas.resolve(holds["$ref"]).get("properties", {}))
    return found


def _unknown(
    drill: Document, pointer: Pointer, measure: Mapping[str, Any], known: Mapping[str, frozenset[str]]
) -> Iterator[Finding]:
    event = measure["event"]
    if event not in known:
        hint = likely(event, known) or "there are: " + ", ".join(sorted(known))
        yield Finding(drill.place((*pointer, "event")), name, severity, f"unknown event '{event}'", hint)
        return
    if event in FACILITATORS:
        message = f"an event '{event}' is the facilitator's, and never counts"
        hint = "name what the team or the world does"
        yield Finding(drill.place((*pointer, "event")), name, severity, message, hint)
        return
    for key in measure.get("where", {}):
        if key not in known[event]:
            hint = likely(key, known[event]) or "it holds: " + ", ".join(sorted(known[event]))
            place = drill.place((*pointer, "where", key), key=True)
            yield Finding(place, name, severity, f"an event '{event}' does not hold '{key}'", hint)


def _impossible(
    sources: Sources, drill: Document, pointer: Pointer, measure: Mapping[str, Any]
) -> Iterator[Finding]:
    event = measure["event"]
    for key, value in measure.get("where", {}).items():
        known = _values(sources, drill, event, key)
        if known is not None and not (isinstance(value, str) and value in known):
            hint = likely(str(value), known) or f"there are: {', '.join(sorted(known)) or 'none'}"
            message = f"no event '{event}' has the {key} {shown(value)}"
            yield Finding(drill.place((*pointer, "where", key)), name, severity, message, hint)


def _values(sources: Sources, drill: Document, event: str, key: str) -> Collection[str] | None:
    """What may stand there; None where that cannot be known."""
    if (event, key) in WORDS:
        return WORDS[event, key]
    if (event, key) in VOCABULARIES:
        return kinds.vocabulary(VOCABULARIES[event, key])
    namespaces = NAMES.get(event, {}).get(key, ())
    if not namespaces:
        return None
    found: set[str] = set(ENDINGS) if key == "go" else set()
    for namespace in namespaces:
        names = _names(sources, drill, namespace)
        if names is None:
            return None
        found |= names
    return found


def _names(sources: Sources, drill: Document, namespace: str) -> set[str] | None:
    """The names of a namespace, of all runbooks of the service; None when some cannot be seen."""
    homes = [drill]
    if namespace.startswith("runbook."):
        service = drill.data["service"]
        homes = [r for r in sources.of_kind("runbook") if r.data.get("service", service) == service]
    defining = [one for home in homes for one in sources.homes(namespace, home)]
    sound = bool(defining) and all(map(sources.is_complete, defining))
    if not namespace.startswith("catalogue.") and (
        not sound or any(sources.is_muddled(namespace, home) for home in homes)
    ):
        return None
    given = [(home.name, name) for home in homes for name in sources.names(namespace, home)]
    if namespace != "runbook.signal":
        return {name for _, name in given}
    # Where two runbooks have a signal of one name, a record says whose it is.
    often = Counter(name for _, name in given)
    return {name if often[name] == 1 else f"{home}/{name}" for home, name in given}
