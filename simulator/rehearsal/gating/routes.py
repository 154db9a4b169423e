"""The plan of a runbook and how often its nodes were gone through in, the way that the robot took out."""

from __future__ import annotations

from collections.abc import Mapping

from generator.model import STAND_DOWN, CompiledRunbook, DrillProof, PlanNode


def way_taken(compiled: CompiledRunbook, found: DrillProof) -> tuple[str, ...]:
    """The paths of containment that were gone into, the most frequent first."""
    parts: dict[str, int] = {}
    for node in compiled.plan.nodes:
        if node.phase == "containment" and found.steps.get(node.id):
            parts[node.part] = max(parts.get(node.part, 0), found.steps[node.id])
    return tuple(sorted(parts, key=lambda part: (-parts[part], part)))


def leads_to(compiled: CompiledRunbook, found: DrillProof, part: str) -> str | None:
    """The step or decision outside of a part that most runs came to it by; None where none is known."""
    inside = {node.id for node in compiled.plan.nodes if node.part == part}
    doors = [
        (found.steps.get(node.id, 0), node.id)
        for node in compiled.plan.nodes
        if node.part != part and found.steps.get(node.id) and _targets(node) & inside
    ]
    return max(doors, key=lambda door: door[0])[1] if doors else None


def stands_down(compiled: CompiledRunbook, found: DrillProof) -> str | None:
    """The node at which most runs were called noise; None: none was."""
    ends = [
        (found.steps[node.id], node.id)
        for node in compiled.plan.nodes
        if found.steps.get(node.id) and STAND_DOWN in _targets(node)
    ]
    return max(ends)[1] if ends else None


def deeds_of(compiled: CompiledRunbook, found: DrillProof) -> Mapping[str, int]:
    """The steps that declare an incident or turn a control, by the runs that went through them."""
    return {
        node.id: found.steps[node.id]
        for node in compiled.plan.nodes
        if node.action in ("declare", "set-control") and found.steps.get(node.id)
    }


def _targets(node: PlanNode) -> set[str]:
    """Where a node may lead."""
    answers = {answer.go for answer in node.answers}
    return answers | {target for target in (node.on_success, node.on_failure) if target is not None}
