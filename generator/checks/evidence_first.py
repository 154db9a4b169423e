"""Evidence is collected before a step destroys it, and every piece is collected by some step.

A roll-back clears the very thing that would have proved the cause, and the next incident of the kind begins
from nothing. What the postmortem asks for and no step collects is missing when it is asked for.

Put a step `do: collect` before the first change, on every way that leads there. Evidence that nobody has to collect,
such as the record of the incident itself, is waived with that reason.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.checks.sources import Sources
from generator.model import Evidence, PlanNode
from generator.source import Document, Finding, Severity
from generator.ways import Ways, turned

name = "evidence-first"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Steps that destroy what may not have been collected, and evidence that no step collects."""
    for document in sources.sound("runbook"):
        ways = sources.ways[document.path]
        for index, evidence in enumerate(ways.runbook.postmortem.evidence):
            collecting = [n.id for n in ways.plan.nodes if n.action == "collect" and _of(n, evidence)]
            if collecting and ways.is_whole:
                yield from _too_late(sources, document, ways, evidence, collecting)
            elif not collecting:
                yield _uncollected(document, index, evidence, ways)


def _of(node: PlanNode, evidence: Evidence) -> bool:
    return bool(node.with_["evidence"] == evidence.id)


def _too_late(
    sources: Sources, document: Document, ways: Ways, evidence: Evidence, collecting: list[str]
) -> Iterator[Finding]:
    """Who tried to collect, and failed, has done what can be done."""
    early = ways.unprepared(collecting, failed_counts=True)
    for node in ways.plan.nodes:
        if turned(node) in evidence.destroyed_by and node.id in early:
            message = f"a way leads to '{node.id}', which destroys '{evidence.id}', before it is collected"
            hint = f"put a step 'do: collect' of '{evidence.id}' before it"
            yield Finding(sources.node_place(document, node.id), name, severity, message, hint)


def _uncollected(document: Document, index: int, evidence: Evidence, ways: Ways) -> Finding:
    """A warning; an error when some step destroys it."""
    place = document.place(("postmortem", "evidence", index, "id"))
    destroying = [node.id for node in ways.plan.nodes if turned(node) in evidence.destroyed_by]
    hint = f"add a step: do: collect, with: {{evidence: {evidence.id}}}"
    if destroying:
        message = f"'{destroying[0]}' destroys '{evidence.id}', and no step collects it"
        return Finding(place, name, severity, message, hint)
    hint = f"{hint}; or a waiver that says why nobody has to"
    return Finding(place, name, "warning", f"no step collects '{evidence.id}'", hint)
