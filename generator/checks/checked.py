"""Every change is looked at: a check says whether it took, before the next change is made.

An order that was given is not an order that took effect. Without a check the next step stands on a hope,
and two changes later nobody can tell which of them did it.

A check that waits for another setting than the step gives fails every time, and sends people on the way of failure
although the change took.

Give the step a `check` on the control that it turns, or on a signal that the change moves;
or let a later step, such as a wait, look at the control before anything else is changed.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.checks.sources import Sources
from generator.conditions import excludes, plain
from generator.model import ENDINGS, Condition, PlanNode
from generator.source import Finding, Severity
from generator.ways import Ways, changes, controls_in, signals_in, turned

name = "checked"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Steps that change something and are not looked at, and checks that look at something else, or in vain."""
    for document, ways in sources.walked():
        for node in ways.plan.nodes:
            control = turned(node)
            if not changes(node):
                continue
            if node.check is None and not _is_seen_later(ways, node):
                message = f"nothing says whether '{node.id}' took effect"
                hint = "add a check, or look at it in a later one before the next change or ending"
                place = sources.node_place(document, node.id, "gate")
                yield Finding(place, name, severity, message, hint)
            elif node.check is not None and _looks_elsewhere(node):
                message = f"the check of '{node.id}' does not look at '{control}', which it turns"
                place = sources.node_place(document, node.id, "check", "that")
                yield Finding(place, name, severity, message, f"add {{control: {control}, equals: ...}}")
            elif (vain := _waits_in_vain(node)) is not None:
                message = (
                    f"the check of '{node.id}' can never hold after this step: it waits for {_said(vain)}"
                )
                hint = f"the step sets '{control}' to {_written(node.with_['value'])}; correct one of them"
                keys = ("gate", "when") if node.phase == "restoration" else ("check", "that")
                place = sources.node_place(document, node.id, *keys)
                yield Finding(place, name, severity, message, hint)


def _looks_elsewhere(node: PlanNode) -> bool:
    control = turned(node)
    return control is not None and control not in controls_in(node.check) and not signals_in(node.check)


def _waits_in_vain(node: PlanNode) -> Condition | None:
    """What a check asks of the control that its own step sets to something else."""
    control = turned(node)
    if control is None or node.check is None:
        return None
    return excludes(plain(node.check.that), {control: node.with_["value"]})


def _said(condition: Condition) -> str:
    if condition.not_ is not None:
        return f"'{condition.not_.control}' to be anything but {_written(condition.not_.equals)}"
    return f"'{condition.control}' to be {_written(condition.equals)}"


def _written(setting: object) -> str:
    return f"{setting:g}" if isinstance(setting, float) else f"{setting}"


def _is_seen_later(ways: Ways, changed: PlanNode) -> bool:
    """Whether every way of success meets a check of it before the next change or an ending."""
    seen: set[str] = set()
    waiting = [*ways.onward[changed.id]]
    while waiting:
        id = waiting.pop()
        if id in ENDINGS or changes(ways.nodes[id]):
            return False
        if id not in seen and not _looks(ways.nodes[id], turned(changed)):
            waiting += ways.onward[id]
        seen.add(id)
    return True


def _looks(node: PlanNode, control: str | None) -> bool:
    """Whether a node checks a control, or, after what turned none, anything at all."""
    return node.check is not None and (control is None or control in controls_in(node.check))
