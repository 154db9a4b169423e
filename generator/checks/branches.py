"""Every branch comes to an end when its steps succeed, and no ring of questions goes round without time passing.

A plan that ends only when something fails keeps a tired person busy who does everything right.
A ring of decisions and hypotheses asks the same questions again at once, and gets the same answers.

Let a step of the ring lead on to `end` or `stand-down`, or to a part that does;
and put a wait, a step with a check, an approval or a change into every ring.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from generator.checks.sources import Sources
from generator.model import ENDINGS, PlanNode
from generator.plan import reached
from generator.source import Finding, Severity
from generator.ways import Leads, Ways, changes, rings, within

name = "branches"
severity: Severity = "error"

PATIENT = ("approve", "instruct", "wait")
"""Actions that end when a person, or the time, says so."""


def check(sources: Sources) -> Iterator[Finding]:
    """Rings that only a failure leaves, and rings in which nothing takes time or changes anything."""
    for document, ways in sources.walked():
        for node, message, hint in (*_endless(ways), *_idle(ways)):
            yield Finding(sources.node_place(document, node.id), name, severity, message, hint)


_Trouble = tuple[PlanNode, str, str]
"""The node, what is wrong, what to do."""


def _endless(ways: Ways) -> Iterator[_Trouble]:
    """Rings that success never leaves; of those that nothing leaves at all the check of plans speaks."""
    stuck = _unending(ways.onward) - _unending(ways.leads)
    for ring in rings(within(stuck, ways.onward)):
        if all(way in ring for node in ring for way in ways.onward[node]):
            first, *others = ways.in_order(ring)
            message = f"only a failure leads from '{first.id}' to an ending: {_round(first, others)}"
            yield first, message, "let the success or an answer of a step in it lead on"


def _unending(leads: Leads) -> set[str]:
    """Nodes from which no ending can be reached."""
    back: dict[str, list[str]] = {}
    for node, targets in leads.items():
        for target in targets:
            back.setdefault(target, []).append(node)
    ending = reached(ENDINGS, {node: tuple(befores) for node, befores in back.items()})
    return set(leads) - ending


def _idle(ways: Ways) -> Iterator[_Trouble]:
    """Rings of questions and words; those that nothing leaves on success have been spoken of."""
    idle = {node.id for node in ways.plan.nodes if _is_idle(node)} - _unending(ways.onward)
    for ring in rings(within(idle, ways.leads)):
        first, *others = ways.in_order(ring)
        message = (
            f"nothing takes time or changes on the way from '{first.id}' to itself: {_round(first, others)}"
        )
        yield first, message, "put a wait, or a step with a check, between"


def _is_idle(node: PlanNode) -> bool:
    return node.check is None and node.action not in PATIENT and not changes(node)


def _round(first: PlanNode, others: Collection[PlanNode]) -> str:
    if not others:
        return "it leads to itself"
    return f"it goes round with {', '.join(repr(node.id) for node in others)}"
