"""Two proofs of a runbook in, the steps out that lost their check, their leave, or every run that went through them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from generator.model import DrillProof, Turn
from simulator.rehearsal.gating.causes import edited
from simulator.rehearsal.gating.comparison import Comparison
from simulator.rehearsal.gating.promises import Promise, listed, of


def turns_lost(both: Comparison) -> Iterator[Promise]:
    known = {turn.node: turn for turn in both.before.turns}
    turns = [(known[new.node], new) for new in both.proof.turns if new.node in known]
    for old, new in turns:
        yield from _proven(both, old, new)
    yield from _without_leave(both, turns)


def _proven(both: Comparison, old: Turn, new: Turn) -> Iterator[Promise]:
    if old.checked and not new.checked:
        ran = f", in {of(new.unproven, new.runs)}" if new.runs else ""
        message = f"`{new.node}` turns {new.control} and is not proven by a check any more{ran}"
        yield both.promise("unproven", message, new.node)


def _without_leave(both: Comparison, turns: Sequence[tuple[Turn, Turn]]) -> Iterator[Promise]:
    """One promise for all steps whose leave a governance no longer asks for, and one for each that lacks it."""
    free = [(old, new) for old, new in turns if old.leave and not new.leave and old.control == new.control]
    for control in sorted({new.control for _, new in free}):
        steps = [(old, new) for old, new in free if new.control == control]
        names = [new.node for _, new in sorted(steps, key=lambda pair: -pair[1].runs)]
        message = (
            f"Nobody's leave is asked for any more to turn {control}, as {listed(map(_quoted, names))} may; "
            f"it took that of {_either(steps[0][0])}"
        )
        yield both.promise("without-leave", message, *names, "approvals")
    for old, new in turns:
        if new.unapproved and not old.unapproved:
            other = f", where it turned {old.control}," if old.control != new.control else ""
            message = (
                f"`{new.node}` turns {new.control}{other} without the leave of {_either(new)} "
                f"in {of(new.unapproved, new.runs)}; it had leave before"
            )
            yield both.promise("without-leave", message, new.node)


def _either(turn: Turn) -> str:
    return " or ".join(turn.leave)


def _quoted(id: str) -> str:
    return f"`{id}`"


def not_reached(both: Comparison) -> Iterator[Promise]:
    """Steps that are still there, by the drill that went through them; and those that turned a control and are gone."""
    lost = _lost(both)
    order = [node.id for node in both.compiled.plan.nodes]
    turned = {turn.node: turn.control for turn in both.before.turns}
    drills = {one.drill: one for one in both.proof.drills}
    for where in sorted({lost[node] for node in order if node in lost}):
        idle = [node for node in order if lost.get(node) == where]
        told = listed(_quoted(node) for node in sorted(idle, key=lambda node: node not in turned))
        verb = "is" if len(idle) == 1 else "are"
        yield both.promise(
            "not-reached",
            f"{told} {verb} not gone through in any run any more; {where[0]} did in {where[1]}",
            *idle,
            drill=drills[where[0]],
        )
    for node, (drill, runs) in lost.items():
        if node not in order and node in turned:
            message = f"`{node}`, which turned {turned[node]} in {runs} of {drill}, is gone"
            yield both.promise("not-reached", message, node, drill=drills[drill])


def deleted(both: Comparison) -> Iterator[Promise]:
    """Steps that are gone from the text and turned no control: that they are missed by nobody is for a reviewer."""
    texts = {node.id for node in both.compiled.plan.nodes}
    turned = {turn.node for turn in both.before.turns}
    gone = [node for node in _lost(both) if node not in texts and node not in turned]
    if gone:
        told = listed(f"`{node}`" for node in gone)
        yield both.promise(
            "not-reached", f"Steps that were gone through are gone from the text: {told}", warns=True
        )


def untried(both: Comparison) -> Iterator[Promise]:
    """Steps and decisions that were edited, and that no run goes through: the drills say nothing of them."""
    goes = {node for new in both.proof.drills for node, runs in new.steps.items() if runs}
    texts = {node.id for node in both.compiled.plan.nodes}
    unseen = [id for id in edited(both.proof, both.before) if id in texts and id not in goes]
    if unseen:
        told = listed(map(_quoted, unseen))
        message = f"Edited, and no run of any drill goes there, so that this proves nothing about it: {told}"
        yield both.promise("untried", message, *unseen, warns=True)


def _lost(both: Comparison) -> Mapping[str, tuple[str, str]]:
    """Nodes that no run goes through any more: the drill that most did in, and in how many."""
    goes = {node for new in both.proof.drills for node, runs in new.steps.items() if runs}
    kept = {one.drill for one in both.proof.drills}
    went: dict[str, tuple[int, DrillProof]] = {}
    for old in both.before.drills:
        for node, runs in old.steps.items():
            if old.drill in kept and runs and node not in goes and runs > went.get(node, (0, old))[0]:
                went[node] = (runs, old)
    return {node: (old.drill, of(runs, old.runs)) for node, (runs, old) in went.items()}
