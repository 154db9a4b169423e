"""A runbook in, every way through its plan out: what comes before a node, what follows it, what goes round."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from generator import kinds
from generator.model import ENDINGS, Check, Condition, Plan, PlanNode, Runbook
from generator.plan import entries, plan_of, reached, ways

Leads = Mapping[str, tuple[str, ...]]
"""Node -> the nodes and endings that it may lead to."""


@dataclass(frozen=True, slots=True)
class Ways:
    """A runbook's plan as a graph that many checks ask the same questions."""

    runbook: Runbook
    plan: Plan
    nodes: Mapping[str, PlanNode]
    entries: tuple[str, ...]
    leads: Leads
    """All ways: of success and failure, of every answer, of the trigger of a rollback."""
    onward: Leads
    """The ways of success and of answers alone."""

    @classmethod
    def of(cls, runbook: Runbook) -> Ways:
        """The ways through a runbook, as far as its targets name something."""
        plan = plan_of(runbook)
        return cls(
            runbook=runbook,
            plan=plan,
            nodes={node.id: node for node in plan.nodes},
            entries=entries(runbook),
            leads=ways(plan),
            onward={node.id: _onward(node) for node in plan.nodes},
        )

    @property
    def is_whole(self) -> bool:
        """Whether every target names something, and every name one thing."""
        targets = {way for targets in self.leads.values() for way in targets}
        return len(self.nodes) == len(self.plan.nodes) and targets <= {*self.nodes, *ENDINGS}

    def turns(self, control: str) -> Iterator[PlanNode]:
        """The steps and phases that turn a control, in the order of the page."""
        return (node for node in self.plan.nodes if turned(node) == control)

    def unprepared(
        self, gates: Collection[str], *, undone: Iterable[str] = (), failed_counts: bool = False
    ) -> set[str]:
        """The nodes that some way reaches without a gate before them.

        A node of ``undone`` takes back what the gates before it gave. A gate that fails has given nothing,
        unless ``failed_counts``.
        """
        closed = {gate: () if failed_counts else self._failing(gate) for gate in gates}
        again = [way for node in undone if node in self.leads for way in self.leads[node]]
        return reached([*self.entries, *again], {**self.leads, **closed})

    def _failing(self, id: str) -> tuple[str, ...]:
        on_failure = self.nodes[id].on_failure
        return () if on_failure is None else (on_failure,)

    def after(self, id: str, *, until: Collection[str] = ()) -> set[str]:
        """The nodes that follow a node on any way; of those in ``until`` nothing that follows them."""
        return reached(self.leads[id], {**self.leads, **dict.fromkeys(until, ())})

    def in_order(self, ids: Collection[str]) -> list[PlanNode]:
        """Those nodes in the order of the page."""
        return [node for node in self.plan.nodes if node.id in ids]


def _onward(node: PlanNode) -> tuple[str, ...]:
    targets = [node.on_success, *(answer.go for answer in node.answers)]
    return tuple(dict.fromkeys(target for target in targets if target is not None))


def rings(leads: Leads) -> Iterator[set[str]]:
    """The sets of nodes that lead round and round among themselves: each to each, or one to itself."""
    below = {node: reached(targets, leads) for node, targets in leads.items()}
    seen: set[str] = set()
    for node in leads:
        if node not in seen and node in below[node]:
            ring = {other for other in below[node] if node in below.get(other, ())}
            seen |= ring
            yield ring


def within(ids: Collection[str], leads: Leads) -> Leads:
    """The ways between some nodes alone."""
    return {id: tuple(way for way in leads[id] if way in ids) for id in leads if id in ids}


def turned(node: PlanNode) -> str | None:
    """The control that a node sets."""
    return str(node.with_["control"]) if node.action == "set-control" else None


def changes(node: PlanNode) -> bool:
    """Whether a node changes something outside the incident's own papers; a GET only reads."""
    kind = kinds.load("actions").get(node.action or "")
    return kind is not None and bool(kind.declaration.get("changes")) and node.with_.get("method") != "GET"


def parts_of(condition: Condition) -> Iterator[Condition]:
    """The conditions on one signal or control of which a condition is made."""
    inner = (*condition.all, *condition.any, *([condition.not_] if condition.not_ is not None else []))
    for part in inner:
        yield from parts_of(part)
    if not inner:
        yield condition


def controls_in(check: Check | None) -> frozenset[str]:
    """The controls that a check looks at."""
    conditions = parts_of(check.that) if check is not None else ()
    return frozenset(part.control for part in conditions if part.control is not None)


def signals_in(check: Check | None) -> frozenset[str]:
    """The signals that a check looks at."""
    conditions = parts_of(check.that) if check is not None else ()
    return frozenset(part.signal for part in conditions if part.signal is not None)
