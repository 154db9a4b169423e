"""A control that needs leave is turned only after the role that gives it was asked, on every way there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.checks.sources import Sources
from generator.model import Approval, PlanNode, Runbook
from generator.plan import entries, plan_of, reached, ways
from generator.source import Document, Finding, Severity

name = "approvals"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Steps that some way reaches past every approval of the role that ``governance.approve`` names."""
    for document in sources.sound("runbook"):
        runbook = sources.runbooks[document.path]
        plan = plan_of(runbook)
        leads = ways(plan)
        for approval in runbook.governance.approve:
            for node in _without_leave(runbook, plan.nodes, leads, approval):
                yield _unasked(sources, document, node, approval)


def _without_leave(
    runbook: Runbook,
    nodes: tuple[PlanNode, ...],
    leads: Mapping[str, tuple[str, ...]],
    approval: Approval,
) -> Iterator[PlanNode]:
    """The steps that turn a control of the approval, and that some way reaches past every approval."""
    gates = {n.id for n in nodes if n.action == "approve" and n.with_["role"] == approval.role}
    open_ways = {node: () if node in gates else targets for node, targets in leads.items()}
    open_nodes = reached(entries(runbook), open_ways)
    for node in nodes:
        if (
            node.action == "set-control"
            and node.with_["control"] in approval.controls
            and node.id in open_nodes
        ):
            yield node


def _unasked(sources: Sources, document: Document, node: PlanNode, approval: Approval) -> Finding:
    control = node.with_["control"]
    message = f"a way leads to '{node.id}', which turns '{control}', without the leave of '{approval.role}'"
    hint = f"put a step 'do: approve' with the role '{approval.role}' before it"
    place = document.place(sources.pointer(document, "runbook.node", node.id))
    return Finding(place, name, severity, message, hint)
