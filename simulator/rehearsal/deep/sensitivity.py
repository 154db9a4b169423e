"""A runbook's plan in; what each of its steps is worth, found by crossing it out and playing the drills again, out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from generator.model import Catalogue, Drill, PlanNode
from simulator.events import Decided, StepEnded, StepStarted
from simulator.rehearsal.deep.asking import asking
from simulator.rehearsal.deep.conduct import (
    Change,
    Marks,
    Needs,
    better,
    compared,
    conduct,
    in_words,
    marks,
    worse,
)
from simulator.rehearsal.deep.crowd import Reading, Table
from simulator.rehearsal.deep.edits import Edit, deletions, edited, swaps, touches_world
from simulator.rehearsal.deep.papers import crossed_out, missed_by
from simulator.rehearsal.narrow import key_of
from simulator.scoring.case import Case
from simulator.session.stage import clockwork_of
from simulator.world.world import past_of

DEEP_SEEDS = tuple(range(20))
FIRST = 4
"""So many seeds are played first: whatever is clearly missed there has earned its place."""
CLEARLY = 3.0
"""Times what is worth a word."""
AT_ONCE = 96
"""Runs in one batch."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one edit in one drill, over the runs in which its node was gone through."""

    node: str
    change: Literal["deleted", "swapped"]
    other: str
    runs: int
    worse: Mapping[str, Change] = field(default_factory=dict)
    better: Mapping[str, Change] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    """What the text would miss, in words; then nothing was played again."""
    ways: Mapping[str, int] = field(default_factory=dict)
    """How often it was left each way as the text stands: answers by where they go; ``success`` or ``failure``."""
    harmful: int = 0
    """Of the runs, those in which something did harm."""


@dataclass(frozen=True, slots=True)
class Worths:
    """One drill, every edit of the nodes that were gone through."""

    drill: str
    tried: tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class WorthTask:
    """Edit the plan of a runbook node by node, and play one drill with each edit."""

    catalogue: Catalogue
    """Any that holds the drill; what is kept of it is narrowed, but for what is asked of people."""
    runbook: str
    drill: str
    seeds: tuple[int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "catalogue", asking(self.catalogue, self.catalogue.drill(self.drill)))
        object.__setattr__(self, "seeds", tuple(self.seeds))

    @property
    def key(self) -> str:
        return key_of(self.catalogue, "worth", self.runbook, self.seeds)

    @property
    def what(self) -> str:
        return f"{self.runbook} step by step, {self.drill}"

    @property
    def cost(self) -> float:
        """As if every third node were gone through, and half of those had to be played on every seed."""
        (service,), (drill,) = self.catalogue.services, self.catalogue.drills
        clockwork = clockwork_of(drill, self.catalogue.runbooks)
        plays = len(self.catalogue.runbook(self.runbook).plan.nodes) / 3
        runs = len(self.seeds) + plays * (FIRST + len(self.seeds) / 2)
        return float((len(past_of(service, clockwork)) + clockwork.steps + 1) * runs)

    @property
    def result(self) -> type[Worths]:
        return Worths

    def run(self) -> Worths:
        trying = _Trying(self.catalogue, self.runbook, self.catalogue.drill(self.drill))
        trying.play(self.seeds[:FIRST])
        if len(self.seeds) > FIRST:
            trying.play(self.seeds[FIRST:])
        return Worths(self.drill, tuple(trying.tried()))

    def holds(self, result: object) -> bool:
        """The key covers all."""
        return isinstance(result, Worths)


def worth_tasks(
    catalogue: Catalogue, runbook: str, drills: Sequence[str], seeds: Sequence[int] = DEEP_SEEDS
) -> tuple[WorthTask, ...]:
    """One for each drill of a runbook."""
    return tuple(WorthTask(catalogue, runbook, drill, tuple(seeds)) for drill in drills)


class _Trying:
    """All edits of a runbook in one drill, over more and more seeds."""

    def __init__(self, catalogue: Catalogue, runbook: str, drill: Drill) -> None:
        self._catalogue, self._drill = catalogue, drill
        self._compiled = catalogue.runbook(runbook)
        self._nodes = {node.id: node for node in self._compiled.plan.nodes}
        evidence = self._compiled.runbook.postmortem.evidence
        self._needs = Needs({one.id: one.destroyed_by for one in evidence})
        self._asked: dict[str, list[str]] = {}
        self._ways: dict[str, list[str]] = {}
        self._pairs: dict[Edit, list[tuple[Marks, Marks]]] = {}
        self._runs: dict[str, int] = {}
        self._harmful: dict[str, int] = {}
        self._done: set[Edit] = set()
        self._late: dict[Edit, tuple[str, int]] = {}
        """Swaps after which leave comes too late: why, and the runs."""

    def play(self, seeds: Sequence[int]) -> None:
        """Play these seeds as the text stands, then with every edit that has not shown its effect yet."""
        table = Table.of(self._catalogue, self._drill.id, seeds)
        (cases,) = table.play([table.stage.runbooks])
        through = [{id for id, _ in self._gone_through(case)} for case in cases]
        for case in cases:
            for id, way in self._gone_through(case):
                self._ways.setdefault(id, []).append(way)
        for ran, case in zip(through, cases, strict=True):
            for id in ran:
                self._runs[id] = self._runs.get(id, 0) + 1
                self._harmful[id] = self._harmful.get(id, 0) + (case.truth is not None)
        before = [marks(case, self._needs) for case in cases]
        self._read_papers(cases, before, through)
        for edits in _cut(self._edits(through), max(1, AT_ONCE // len(seeds))):
            played = table.play([self._reading(table.stage.runbooks, edit) for edit in edits])
            for edit, after in zip(edits, played, strict=True):
                self._compare(edit, before, after, through)

    def tried(self) -> Iterator[Tried]:
        """In the order of the plan: deletions, then swaps."""
        for id in self._nodes:
            if self._runs.get(id) and self._asked.get(id):
                asked = _once(self._asked[id])
                yield self._noted(Tried(id, "deleted", "", self._runs[id], asked=asked))
        for edit, pairs in self._pairs.items():
            if edit.change == "deleted" and self._asked.get(edit.node):
                continue
            changes, tolerance = compared(pairs), self._drill.tolerance
            # What only takes time can shift what follows by luck.
            clearly = 1.0 if touches_world(self._nodes[edit.node]) else CLEARLY
            lost = worse(changes, tolerance=tolerance, clearly=clearly)
            won = better(changes, tolerance=tolerance)
            yield self._noted(Tried(edit.node, edit.change, edit.other, len(pairs), lost, won))
        for edit, (why, runs) in self._late.items():
            yield Tried(edit.node, edit.change, edit.other, runs, asked=(why,))

    def _noted(self, tried: Tried) -> Tried:
        """With how the node was left as the text stands."""
        ways = dict(Counter(way for way in self._ways.get(tried.node, []) if way))
        return replace(tried, ways=ways, harmful=self._harmful.get(tried.node, 0))

    def _gone_through(self, case: Case) -> Iterator[tuple[str, str]]:
        own = self._compiled.runbook.id
        for event in case.record.events:
            match event.payload:
                case StepEnded(runbook, step, outcome) if runbook == own:
                    yield step, outcome
                case Decided(runbook, decision, _, go) if runbook == own:
                    yield decision, go
                case StepStarted(runbook, step) if runbook == own:
                    # What was begun and left for a rollback, or cut off by the end, was gone through as well.
                    yield step, ""

    def _read_papers(
        self, cases: Sequence[Case], before: Sequence[Marks], through: Sequence[set[str]]
    ) -> None:
        for id, node in self._nodes.items():
            if touches_world(node):
                continue
            for case, was, ran in zip(cases, before, through, strict=True):
                if id in ran:
                    self._asked.setdefault(id, []).extend(self._missing(case, was, node))

    def _missing(self, case: Case, was: Marks, node: PlanNode) -> Iterator[str]:
        without, did = crossed_out(case, self._compiled.runbook.id, node)
        failings, amounts = conduct(without, self._needs)
        yield from sorted(failings - was.failings)
        now = Marks(was.failings, {**was.amounts, **amounts})
        for what, change in worse(compared([(was, now)]), tolerance=self._drill.tolerance).items():
            yield in_words(what, change)
        for deed in did:
            yield from missed_by(case, deed)

    def _edits(self, through: Sequence[set[str]]) -> list[Edit]:
        """What is to be played: of the nodes that were gone through, those that papers have not shown to be needed."""
        ran = set().union(*through)
        gone = [
            edit
            for id, node in self._nodes.items()
            if id in ran and not self._asked.get(id)
            for edit in deletions(node)
        ]
        for edit in swaps(self._compiled.plan):
            if {edit.node, edit.other} <= ran and (why := self._leave_after(edit)):
                self._late[edit] = (
                    why,
                    self._late.get(edit, ("", 0))[1] + sum(edit.node in one for one in through),
                )
        turned = [
            edit for edit in swaps(self._compiled.plan) if edit not in self._late and self._matters(edit, ran)
        ]
        return [edit for edit in (*gone, *turned) if edit not in self._done]

    def _matters(self, edit: Edit, ran: set[str]) -> bool:
        pair = (self._nodes[edit.node], self._nodes[edit.other])
        both = {edit.node, edit.other} <= ran
        return both and any(touches_world(node) or node.action == "declare" for node in pair)

    def _leave_after(self, edit: Edit) -> str:
        """Why a step and the leave for it cannot change places; empty: they are no such pair."""
        asks, turns = self._nodes[edit.node], self._nodes[edit.other]
        if asks.action != "approve" or turns.action != "set-control":
            return ""
        control, role = turns.with_["control"], asks.with_["role"]
        needed = self._compiled.runbook.governance.approve
        if any(control in one.controls and role == one.role for one in needed):
            return f"{control} is turned before its leave is asked"
        return ""

    def _reading(self, runbooks: Reading, edit: Edit) -> Reading:
        own = self._compiled.runbook.id
        return tuple(edited(one, edit) if one.runbook.id == own else one for one in runbooks)

    def _compare(
        self, edit: Edit, before: Sequence[Marks], after: Sequence[Case], through: Sequence[set[str]]
    ) -> None:
        pairs = self._pairs.setdefault(edit, [])
        for was, case, ran in zip(before, after, through, strict=True):
            if edit.node in ran:
                pairs.append((was, marks(case, self._needs)))
        if worse(compared(pairs), tolerance=self._drill.tolerance, clearly=CLEARLY):
            self._done.add(edit)


def _once(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))


def _cut(edits: Sequence[Edit], most: int) -> Iterator[Sequence[Edit]]:
    for start in range(0, len(edits), most):
        yield edits[start : start + most]
