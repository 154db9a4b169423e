"""The governance of a runbook names who approves each control that the runbook turns.

A control that no rule speaks of is turned by whoever dares, or by nobody:
at 3 am the question who may do this costs more minutes than doing it.

Add the control to an entry of `governance.approve`, or waive the rule with the reason why it needs no leave.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.checks.sources import Sources
from generator.source import Finding, Severity
from generator.ways import turned

name = "approval-named"
severity: Severity = "warning"


def check(sources: Sources) -> Iterator[Finding]:
    """Controls without a rule of approval, each at the first step that turns it."""
    for document, ways in sources.walked():
        spoken_of = {control for rule in ways.runbook.governance.approve for control in rule.controls}
        for node in ways.plan.nodes:
            control = turned(node)
            if control is not None and control not in spoken_of:
                spoken_of.add(control)
                message = f"no rule says who approves a change of '{control}', which '{node.id}' turns"
                hint = "add it to the controls of an entry in governance.approve"
                yield Finding(sources.node_place(document, node.id), name, severity, message, hint)
