"""A plan and an edit in, the edited plan out: a step or decision crossed out, or two steps in the other order.

What is crossed out stays as a place that one passes in no time, doing nothing. So all that led to it leads on to
what followed it, be it a trigger, a guard, an answer or a failure, and each later deed takes the minutes that it
took before: two runs of a seed differ by the edit alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from generator.conditions import signals_of
from generator.model import STAND_DOWN, CompiledRunbook, Plan, PlanNode
from generator.plan import ways

PASSED = "instruct"
"""An action that turns nothing and measures nothing."""
PAPERS = frozenset(
    {"approve", "collect", "declare", "hypothesise", "http", "instruct", "observe", "post", "run"}
)
"""Actions that leave the world as it is: their worth is in what is said, saved or done by hand."""
BY_HAND = frozenset({"http", "instruct", "observe", "run"})
"""Those of which nothing is left in a record that a requirement could be held against."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one node; ``other``: the step it is swapped with, or where a deleted decision always goes."""

    node: str
    change: Literal["deleted", "swapped"]
    other: str = ""


def touches_world(node: PlanNode) -> bool:
    """Whether a node can change what users meet: it turns, waits, proves or decides."""
    return node.action not in PAPERS or node.check is not None


def deletions(node: PlanNode) -> Iterator[Edit]:
    """A decision can be left out in as many ways as it has answers: one always goes there.

    A step of which the text does not say what follows cannot be left out, and neither can a ring of one.
    """
    if node.action is None:
        for go in dict.fromkeys(answer.go for answer in node.answers if answer.go != node.id):
            yield Edit(node.id, "deleted", go)
    elif node.on_success not in (None, node.id):
        yield Edit(node.id, "deleted")


def swaps(plan: Plan) -> Iterator[Edit]:
    """Each step with the step of the same list that follows it, where nothing else leads to that one.

    A decision stands where its answers are known, and a rung of the return above the one before it.
    """
    nodes = {node.id: node for node in plan.nodes}
    into: dict[str, set[str]] = {}
    for id, leads in ways(plan).items():
        for target in leads:
            into.setdefault(target, set()).add(id)
    for first in plan.nodes:
        second = nodes.get(first.on_success or "")
        if second is None or second.action is None or second.on_success in (None, first.id):
            continue
        same_list = first.part == second.part and first.phase != "restoration"
        if same_list and into[second.id] == {first.id} and second.on_failure != first.id:
            yield Edit(first.id, "swapped", second.id)


def edited(compiled: CompiledRunbook, edit: Edit) -> CompiledRunbook:
    """The runbook with that edit in its plan; KeyError for a node that it does not have."""
    plan = compiled.plan
    if edit.change == "deleted":
        changed = {edit.node: _passed(plan.node(edit.node), edit)}
    else:
        changed = _swapped(plan.node(edit.node), plan.node(edit.other))
    nodes = tuple(changed.get(node.id, node) for node in plan.nodes)
    return replace(compiled, plan=replace(plan, nodes=nodes))


def _passed(node: PlanNode, edit: Edit) -> PlanNode:
    return replace(
        node,
        action=PASSED,
        with_={},
        minutes=0.0,
        check=None,
        on_success=edit.other or node.on_success,
        on_failure=None,
        answers=(),
    )


def _swapped(first: PlanNode, second: PlanNode) -> dict[str, PlanNode]:
    """Each place with what the other does. What failed and went on all the same still goes on."""
    early = _moved(second, first, then=first.on_success, was=second.on_success)
    late = _moved(first, second, then=second.on_success, was=first.on_success)
    return {first.id: early, second.id: late}


def _moved(node: PlanNode, place: PlanNode, *, then: str | None, was: str | None) -> PlanNode:
    on_failure = then if node.on_failure == was else node.on_failure
    return replace(node, id=place.id, on_success=then, on_failure=on_failure)


# --- what stands for itself -----------------------------------------------------------------------


def by_hand(compiled: CompiledRunbook, node: PlanNode) -> str:
    """Why the text needs a step that no machine can judge, in words; empty: nothing in it does.

    People do with their hands what no control does, and the simulated world has no such hands.
    """
    plan, text = compiled.plan, compiled.runbook
    if node.action not in BY_HAND or node.check is not None:
        return ""
    nodes = {one.id: one for one in plan.nodes}
    alone = [one.id for one in plan.nodes if one.role == node.role] == [node.id]
    if alone and any(duty.role == node.role for duty in text.roles):
        return f"it is all that {node.role} does"
    if node.on_success == STAND_DOWN:
        return "it is the last word before one stands down"
    if node.action == "observe":
        return _looked_at(node, nodes)
    if node.action in ("http", "run"):
        return "it is done where the simulated world has no hand"
    follower = nodes.get(node.on_success or "")
    if follower is not None and follower.action in ("approve", "wait"):
        return f"it is done by hand, and {follower.id} rests on it"
    return ""


def _looked_at(node: PlanNode, nodes: Mapping[str, PlanNode]) -> str:
    """Whether what is looked at decides what comes next: the first decision after a row of looks asks for it."""
    after = nodes.get(node.on_success or "")
    seen = {node.id}
    while after is not None and after.action == "observe" and after.id not in seen:
        seen.add(after.id)
        after = nodes.get(after.on_success or "")
    if after is None or after.action is not None:
        return ""
    asked = {
        signal for answer in after.answers if answer.when is not None for signal in signals_of(answer.when)
    }
    return f"{after.id} is decided on what it shows" if node.with_.get("signal") in asked else ""
