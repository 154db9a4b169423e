"""Nothing that must be fast waits for true labels, which come only after the delay that the service's profile states.

A page on labelled accuracy fires when the harm is already as old as the labels are; a check that gives up before
the first label of the changed world has come takes the failure way although the change worked.

Let such a signal open a ticket, and page on what shows earlier: drift, golden requests, decisions, nulls.
In a check or a gate, wait longer than the delay, or look at something else.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator import kinds
from generator.checks.sources import Sources
from generator.model import Check, PlanNode, Runbook
from generator.source import Document, Finding, Severity
from generator.ways import Ways, signals_in

name = "label-delay"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Pages, checks and gates that rest on labels and cannot wait for them."""
    for document in sources.sound("runbook"):
        service = sources.service_of(document)
        if service is None or service.path not in sources.services:
            continue
        runbook, delay = (
            sources.runbooks[document.path],
            sources.services[service.path].profile.labels.delay_minutes,
        )
        yield from _late_pages(document, runbook, delay)
        if document.path in sources.ways:
            yield from _impatient(sources, document, sources.ways[document.path], delay)


def _late_pages(document: Document, runbook: Runbook, delay: float) -> Iterator[Finding]:
    allowed = runbook.objectives.detect_minutes
    for index, signal in enumerate(runbook.detection.signals):
        if signal.kind in _labelled_kinds() and signal.severity == "page" and allowed < delay:
            place = document.place(("detection", "signals", index, "severity"))
            message = (
                f"'{signal.id}' pages when the harm is {delay:g} min old at least, since labels are; "
                f"the objective is {allowed:g}"
            )
            yield Finding(place, name, severity, message, "make it a ticket, and page on what shows earlier")


def _impatient(sources: Sources, document: Document, ways: Ways, delay: float) -> Iterator[Finding]:
    late = {s.id for s in ways.runbook.detection.signals if s.kind in _labelled_kinds()}
    for node in ways.plan.nodes:
        waits_for = sorted(signals_in(node.check) & late)
        if node.check is not None and waits_for and node.check.within_minutes < delay:
            yield _too_early(sources, document, node, node.check, waits_for[0], delay)


def _too_early(
    sources: Sources, document: Document, node: PlanNode, check: Check, signal: str, delay: float
) -> Finding:
    message = (
        f"'{node.id}' gives up after {check.within_minutes:g} min, "
        f"and '{signal}' shows what was changed after {delay:g} min, since labels take that long"
    )
    keys = ("within_minutes",) if node.phase == "restoration" else ("check", "within_minutes")
    hint = "wait longer, or look at a signal that needs no labels"
    return Finding(sources.node_place(document, node.id, *keys), name, severity, message, hint)


def _labelled_kinds() -> frozenset[str]:
    declared = kinds.load("signals").items()
    return frozenset(kind for kind, one in declared if one.declaration.get("needs_labels"))
