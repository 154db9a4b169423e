"""What came of every edit of a runbook in its drills in, what each step is worth out; pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from generator.model import CompiledRunbook, PlanNode, StepWorth
from simulator.rehearsal.deep.conduct import AMOUNTS, Change, in_words
from simulator.rehearsal.deep.edits import by_hand
from simulator.rehearsal.deep.sensitivity import Tried, Worths

ENOUGH = 5
"""Runs: what came less often, drills do not ask for."""
MOST = 6
"""Words of an effect; the gravest come first."""
TASK = re.compile(r"^critical task \d+ is missed$")


def worths(results: Sequence[Worths], compiled: CompiledRunbook) -> tuple[StepWorth, ...]:
    """Deletions of all nodes in the order of the plan, then swaps; ``results`` are of this runbook's drills."""
    tried = [one for result in results for one in result.tried]
    gone = [
        _deleted(node, [t for t in tried if _is(t, node, "deleted")], compiled)
        for node in compiled.plan.nodes
    ]
    pairs = dict.fromkeys((t.node, t.other) for t in tried if t.change == "swapped")
    turned = [
        _swapped([t for t in tried if t.change == "swapped" and (t.node, t.other) == pair]) for pair in pairs
    ]
    return (*gone, *turned)


def _is(tried: Tried, node: PlanNode, change: str) -> bool:
    return (tried.node, tried.change) == (node.id, change)


def _deleted(node: PlanNode, tried: Sequence[Tried], compiled: CompiledRunbook) -> StepWorth:
    if not tried:
        return _unknown(node, "no drill goes through it")
    asked = [word for one in tried for word in one.asked]
    if asked:
        runs = sum(one.runs for one in tried)
        return StepWorth(node.id, "deleted", effect=_plainly(asked), runs=runs)
    worst = min((_together(ways) for ways in _by_other(tried)), key=lambda one: len(one.effect))
    if worst.effect:
        return worst
    why = by_hand(compiled, node) or _why_not(node, _by_other(tried)[0])
    return (
        StepWorth(node.id, "deleted", worst.other, (why,), worst.gain, worst.runs, shown=False)
        if why
        else worst
    )


def _by_other(tried: Sequence[Tried]) -> list[list[Tried]]:
    """By where one always goes, in the order in which the text has them."""
    return [
        [one for one in tried if one.other == other] for other in dict.fromkeys(one.other for one in tried)
    ]


def _swapped(tried: Sequence[Tried]) -> StepWorth:
    if asked := [word for one in tried for word in one.asked]:
        first = tried[0]
        return StepWorth(
            first.node, "swapped", first.other, _plainly(asked), (), sum(one.runs for one in tried)
        )
    return _together(tried)


def _together(tried: Sequence[Tried]) -> StepWorth:
    """The same edit in several drills."""
    first = tried[0]
    lost, won = _added(one.worse for one in tried), _added(one.better for one in tried)
    runs = sum(one.runs for one in tried)
    return StepWorth(first.node, first.change, first.other, _words(lost), _words(won), runs)


def _added(changes: Iterator[Mapping[str, Change]] | Sequence[Mapping[str, Change]]) -> Mapping[str, Change]:
    total: dict[str, Change] = {}
    for found in changes:
        for what, one in found.items():
            name = "a critical task is missed" if TASK.match(what) else what
            had = total.get(name, Change(0.0, 0.0, 0))
            total[name] = Change(had.before + one.before, had.after + one.after, had.runs + one.runs)
    return total


def _words(changes: Mapping[str, Change]) -> tuple[str, ...]:
    """Failings first, the most frequent at the head; then amounts."""
    order = sorted(
        changes, key=lambda what: (what in AMOUNTS, changes[what].before - changes[what].after, what)
    )
    return tuple(in_words(what, changes[what]) for what in order)[:MOST]


def _plainly(asked: Sequence[str]) -> tuple[str, ...]:
    words = ("a critical task is missed" if TASK.match(word) else word for word in asked)
    return tuple(dict.fromkeys(words))[:MOST]


def _unknown(node: PlanNode, why: str) -> StepWorth:
    return StepWorth(node.id, "deleted", effect=(why,), shown=False)


def _why_not(node: PlanNode, tried: Sequence[Tried]) -> str:
    """Why drills cannot tell whether a node that changes nothing is needed; empty: they can."""
    harmful = sum(one.harmful for one in tried)
    if harmful < ENOUGH:
        where = "only where nothing does harm" if not harmful else f"in no more than {harmful} harmful runs"
        return f"drills go through it {where}"
    ways = Counter[str]()
    for one in tried:
        ways.update(one.ways)
    taken = [way for way, count in ways.items() if count >= ENOUGH]
    if node.action is None and len(node.answers) > 1 and len(taken) < 2:
        return f"no drill asks for another answer than the one that leads to {' or '.join(taken)}"
    guards = node.action == "wait" or node.phase == "restoration"
    if guards and node.check is not None and taken == ["success"] and node.on_failure != node.on_success:
        return "what it guards against never came: its check never failed"
    return ""
