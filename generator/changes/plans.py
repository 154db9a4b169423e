"""The plans of both texts in; what can no longer be relied on while they are walked, out.

Only runbooks that can be read as a whole have a plan; of others nothing is said here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.changes.change import Change, Weight
from generator.changes.nouns import Pair
from generator.changes.words import listed
from generator.model import END, Plan, PlanNode, Runbook
from generator.plan import entries, plan_of, reached, ways
from generator.source import Document, Place
from generator.values import structure


@dataclass(frozen=True, slots=True)
class _Walk:
    """A runbook that can be walked."""

    runbook: Runbook
    plan: Plan

    @property
    def controls(self) -> Mapping[str, set[str]]:
        """Every control that is turned, with the nodes that turn it."""
        turned: dict[str, set[str]] = {}
        for node in self.plan.nodes:
            if node.action == "set-control":
                turned.setdefault(str(node.with_.get("control")), set()).add(node.id)
        return turned


def compare_plans(pair: Pair) -> Iterator[Change]:
    """Evidence that is collected too late, and new branches that nobody checks."""
    old, new = _walk(pair.old), _walk(pair.new)
    if old is not None and new is not None:
        yield from _evidence(pair.after, old, new)
        yield from _branches(pair.after, old.plan, new.plan)


def _walk(data: Any) -> _Walk | None:
    try:
        runbook = structure(data, Runbook)
        return _Walk(runbook, plan_of(runbook))
    except (TypeError, ValueError):  # other than its schema asks: the rule 'schema' says so
        return None


def _evidence(document: Document, old: _Walk, new: _Walk) -> Iterator[Change]:
    kept = {item.id for item in old.runbook.postmortem.evidence}
    for index, item in enumerate(new.runbook.postmortem.evidence):
        was, now = _collectors(old.plan, item.id), _collectors(new.plan, item.id)
        if item.id not in kept or not was:
            continue
        place = document.place(("postmortem", "evidence", index))
        if not now:
            text = f"evidence {item.id} is no longer collected by any step"
            yield Change(text, Weight.SAFETY, place, item.id)
            continue
        after = _turned_later(new, now)
        late = [c for c in _turned_later(old, was) if c in new.controls and c not in after]
        if late:
            turned = f"before {listed(late)} {'is' if len(late) == 1 else 'are'} turned"
            text = f"evidence {item.id} is no longer collected {turned}"
            yield Change(text, Weight.SAFETY, place, item.id)


def _collectors(plan: Plan, evidence: str) -> set[str]:
    return {n.id for n in plan.nodes if n.action == "collect" and n.with_.get("evidence") == evidence}


def _turned_later(walk: _Walk, collectors: set[str]) -> list[str]:
    """The controls that no way leads to but through one of these nodes."""
    leads = ways(walk.plan)
    starts = entries(walk.runbook)
    anyhow = reached(starts, leads)
    cut = {node: to for node, to in leads.items() if node not in collectors}
    around = reached((start for start in starts if start not in collectors), cut)
    return [c for c, nodes in walk.controls.items() if nodes & anyhow and not nodes & around]


def _branches(document: Document, old: Plan, new: Plan) -> Iterator[Change]:
    known = {(node.id, label, to) for node in old.nodes for label, to in _unasked(node)}
    for node in new.nodes:
        for label, to in _unasked(node):
            branches = label != "then"
            if branches and (node.id, label, to) not in known and _ends_unchecked(new, to):
                text = f"a new branch ends without a check: {node.id}, {label}, leads to {to}"
                yield Change(text, Weight.SAFETY, _place(document, node.id), node.id)


def _unasked(node: PlanNode) -> Iterator[tuple[str, str]]:
    """The ways on that no condition guards."""
    if node.on_success is not None and node.check is None:
        yield "then", node.on_success
    if node.on_failure is not None:
        yield "when it fails", node.on_failure
    for answer in node.answers:
        if answer.when is None:
            yield f"answer '{answer.answer}'", answer.go


def _ends_unchecked(plan: Plan, start: str) -> bool:
    leads = {node.id: tuple(to for _, to in _unasked(node)) for node in plan.nodes}
    return END in reached([start], leads)


def _place(document: Document, id: str) -> Place:
    """Where a document gives that id."""
    for pointer in document.values:
        if pointer and pointer[-1] == "id" and document.at(pointer) == id:
            return document.place(pointer[:-1])
    return document.place(())
