"""A runbook compiled: its steps and decisions as a graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from generator.model.common import Parameters, by_id
from generator.model.runbook import Answer, Check, Condition

END = "end"
STAND_DOWN = "stand-down"
ENDINGS = (END, STAND_DOWN)


@dataclass(frozen=True, slots=True)
class PlanNode:
    """A step or a decision with every next node resolved to a node id or an ending."""

    id: str
    part: str
    """``detection``, or the id of the path, rollback, remedy or restoration it belongs to."""
    phase: Literal["detection", "containment", "mitigation", "restoration"]
    text: str
    role: str
    minutes: float
    action: str | None
    """The action kind; None for a decision."""
    with_: Parameters
    check: Check | None
    on_success: str | None
    on_failure: str | None
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Guard:
    """While the plan is at one of ``nodes`` and ``when`` holds, go to ``go``: a rollback's trigger."""

    nodes: tuple[str, ...]
    when: Condition
    go: str


@dataclass(frozen=True, slots=True)
class Plan:
    nodes: tuple[PlanNode, ...]
    guards: tuple[Guard, ...]

    def node(self, id: str) -> PlanNode:
        """The node of that id; KeyError when there is none."""
        return by_id(self.nodes, id)
