"""Faults and controls attach only to nodes of the kinds that they can act on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator import kinds
from generator.checks.sources import Sources
from generator.source import Document, Finding, Pointer, Severity

name = "nodes"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Faults and noise of drills, and controls of services, at nodes that they cannot act on."""
    for service in sources.of_kind("service"):
        for index, control in enumerate(_list(service, "controls")):
            place = ("controls", index, "with", "node")
            yield from _misplaced(sources, service, "controls", control, place, _get(control, "with", "node"))
    for drill in sources.of_kind("drill"):
        for key in ("faults", "noise"):
            for index, fault in enumerate(_list(drill, key)):
                yield from _misplaced(
                    sources, drill, "faults", fault, (key, index, "node"), _get(fault, "node")
                )


def _misplaced(
    sources: Sources, document: Document, table: str, item: Any, pointer: Pointer, node: Any
) -> Iterator[Finding]:
    kind = kinds.load(table).get(str(_get(item, "kind")))
    allowed = kind.declaration.get("nodes", ()) if kind else ()
    actual = _node_kinds(sources, document).get(str(node))
    if kind and actual and allowed and actual not in allowed:
        message = f"'{kind.name}' cannot act on '{node}', which is a {actual}"
        fitting = [n for n, k in _node_kinds(sources, document).items() if k in allowed]
        hint = f"it acts on: {', '.join(fitting)}" if fitting else f"it acts on a {' or '.join(allowed)}"
        yield Finding(document.place(pointer), name, severity, message, hint)


def _node_kinds(sources: Sources, document: Document) -> dict[str, str]:
    service = sources.service_of(document)
    nodes = _get(service.data, "lineage", "nodes") if service else None
    return {str(_get(n, "id")): str(_get(n, "kind")) for n in nodes} if isinstance(nodes, list) else {}


def _list(document: Document, key: str) -> list[Any]:
    value = document.data.get(key)
    return value if isinstance(value, list) else []


def _get(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
