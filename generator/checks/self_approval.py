"""Nobody approves a change and makes it: the role that turns a control is not the one that gives leave for it.

The second pair of eyes is there for the night on which the first is sure and wrong.
One person with both parts asks, answers and turns in a single breath.

Let another role turn the control, or ask another role for leave.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.checks.sources import Sources
from generator.model import PlanNode
from generator.source import Finding, Severity
from generator.ways import Ways, turned

name = "self-approval"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Steps whose role gives leave for their control, by governance or in the approval before them."""
    for document, ways in sources.walked():
        asked = _asked(ways)
        for node in ways.plan.nodes:
            message = _problem(ways, node, asked.get(node.id, {}))
            if message is not None:
                place = sources.node_place(document, node.id, "role")
                yield Finding(place, name, severity, message, "let another role do it, or another approve it")


def _asked(ways: Ways) -> dict[str, dict[str, str]]:
    """Node -> the roles that an approval before it asks, each with that approval; only the last counts."""
    approvals = [node for node in ways.plan.nodes if node.action == "approve"]
    gates = [node.id for node in approvals]
    asked: dict[str, dict[str, str]] = {}
    for approval in approvals:
        for follower in ways.after(approval.id, until=gates):
            asked.setdefault(follower, {}).setdefault(str(approval.with_["role"]), approval.id)
    return asked


def _problem(ways: Ways, node: PlanNode, asked: dict[str, str]) -> str | None:
    control = turned(node)
    if control is None:
        return None
    if any(a.role == node.role and control in a.controls for a in ways.runbook.governance.approve):
        return f"'{node.role}' gives leave to turn '{control}', and turns it in '{node.id}'"
    if node.role in asked:
        return f"'{node.role}' gives leave in '{asked[node.role]}', and turns '{control}' in '{node.id}'"
    return None
