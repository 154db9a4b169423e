"""A control that needs leave is turned only after the role that gives it was asked, on every way there.

Whoever finds out afterwards that nobody was asked spends the rest of the night on that, and not on the incident.
A refusal is an answer too: the way on which the approval fails gives no leave.

Put a step `do: approve` with that role before it, on the way that the finding is about.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.checks.sources import Sources
from generator.model import Approval, PlanNode
from generator.source import Finding, Severity
from generator.ways import Ways, turned

name = "approvals"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Steps that some way reaches past every approval of the role that ``governance.approve`` names."""
    for document, ways in sources.walked():
        for approval in ways.runbook.governance.approve:
            for node in _without_leave(ways, approval):
                control = turned(node)
                message = f"a way leads to '{node.id}', which turns '{control}', without the leave of '{approval.role}'"
                hint = f"put a step 'do: approve' with the role '{approval.role}' before it"
                yield Finding(sources.node_place(document, node.id), name, severity, message, hint)


def _without_leave(ways: Ways, approval: Approval) -> Iterator[PlanNode]:
    """The steps that turn a control of the approval, and that some way reaches past every approval."""
    gates = [n.id for n in ways.plan.nodes if n.action == "approve" and n.with_["role"] == approval.role]
    open_nodes = ways.unprepared(gates)
    for node in ways.plan.nodes:
        if turned(node) in approval.controls and node.id in open_nodes:
            yield node
