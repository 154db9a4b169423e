"""What a critical task is measured by is an event that a record can hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator import schemas
from generator.checks.sources import Sources
from generator.source import Document, Finding, Pointer, Severity, likely

name = "measures"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Events that there are not, and values that they do not have."""
    known = events()
    for drill in sources.sound("drill"):
        for index, task in enumerate(drill.data["tasks"]):
            for key in ("measure", "before"):
                if key in task:
                    yield from _unknown(drill, ("tasks", index, key), task[key], known)


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
    for key in measure.get("where", {}):
        if key not in known[event]:
            hint = likely(key, known[event]) or "it holds: " + ", ".join(sorted(known[event]))
            place = drill.place((*pointer, "where", key), key=True)
            yield Finding(place, name, severity, f"an event '{event}' does not hold '{key}'", hint)
