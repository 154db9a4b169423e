"""What is asked for in, the tasks that answer it out; and from what they find out, the proof of each runbook.

The same cut for everybody: seeds in batches, healthy traffic in weeks. So results are shared between runbooks of a
service, between rehearsals with more or fewer seeds, and are the same whoever works.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from generator.contradictions import contradictions
from generator.hashes import drill_hash, proof_hashes
from generator.model import Catalogue, Drill, Proof, ProofEngine
from simulator.rehearsal.deep.sensitivity import Worths, worth_tasks
from simulator.rehearsal.deep.specificity import Cell, reaction_tasks, reactions
from simulator.rehearsal.deep.worth import worths
from simulator.rehearsal.gating.forged import other_figures
from simulator.rehearsal.gating.gate import certified
from simulator.rehearsal.healthy.backtest import DelayTask
from simulator.rehearsal.healthy.playing import Round, Stand, first, together
from simulator.rehearsal.healthy.rounds import rounds
from simulator.rehearsal.healthy.suggestions import suggested
from simulator.rehearsal.summary import Found, Origin, summarise
from simulator.rehearsal.tasks import Task
from simulator.rehearsal.trials import DrillTask
from simulator.rehearsal.values import Delays, Healthy, Trials
from simulator.session.opening import engine

BATCH = 100
"""Seeds in a task: in a large batch more of them share a state of the world; of a small one less is lost."""
DELAY_RUNS = 50
"""Seeds of a drill in which nobody acts, and of those on which what is suggested is played: enough for a median."""

Work = Callable[[Sequence[Task[Any]]], Sequence[Any]]
"""Does tasks; their results in their order."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be rehearsed."""

    catalogue: Catalogue
    drills: Mapping[str, tuple[str, ...]]
    """By runbook: the drills in its folder."""
    runs: int
    """Seeds of each drill."""
    deep: bool = False
    made_at: str = ""
    """UTC, ISO 8601."""

    @property
    def services(self) -> tuple[str, ...]:
        """Those of the runbooks, each once."""
        return tuple(dict.fromkeys(self.service_of(runbook) for runbook in self.drills))

    def service_of(self, runbook: str) -> str:
        return self.catalogue.runbook(runbook).runbook.service

    def each_drill(self) -> Iterator[Drill]:
        for drills in self.drills.values():
            yield from map(self.catalogue.drill, drills)


@dataclass(slots=True)
class Results:
    """What tasks found out, whichever runbook it is about."""

    trials: list[Trials] = field(default_factory=list)
    delays: list[Delays] = field(default_factory=list)
    healthy: list[Healthy] = field(default_factory=list)
    worths: list[Worths] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)

    def add(self, results: Sequence[Any]) -> None:
        for one in results:
            if isinstance(one, Trials):
                self.trials.append(one)
            elif isinstance(one, Delays):
                self.delays.append(one)
            elif isinstance(one, Healthy):
                self.healthy.append(one)
            elif isinstance(one, Worths):
                self.worths.append(one)
            elif isinstance(one, Cell):
                self.cells.append(one)

    def healthy_of(self, service: str) -> list[Healthy]:
        return [one for one in self.healthy if one.service == service]


def batches(runs: int) -> tuple[tuple[int, ...], ...]:
    """Seeds 0 to ``runs`` - 1, in the batches that every rehearsal cuts them into.

    >>> [(batch[0], batch[-1]) for batch in batches(220)]
    [(0, 99), (100, 199), (200, 219)]
    """
    return tuple(tuple(range(first, min(first + BATCH, runs))) for first in range(0, runs, BATCH))


def first_tasks(asked: Asked) -> list[Task[Any]]:
    """All of a rehearsal but the healthy days that turn out to be needed beyond the first ones."""
    tasks: list[Task[Any]] = []
    for drill in asked.each_drill():
        for seeds in batches(asked.runs):
            tasks.append(DrillTask(asked.catalogue, drill.id, seeds))
        # A drill in which nothing does harm tells whom a lower line would call for nothing.
        tasks.append(DelayTask(asked.catalogue, drill.id, tuple(range(min(DELAY_RUNS, asked.runs)))))
    deep = _deep_tasks(asked) if asked.deep else ()
    return [*tasks, *deep, *next_tasks(asked, Results())]


def _deep_tasks(asked: Asked) -> Iterator[Task[Any]]:
    """Their seeds are few and always the same, however many runs are asked for."""
    for runbook, drills in asked.drills.items():
        yield from worth_tasks(asked.catalogue, runbook, drills)
    for service in asked.services:
        yield from reaction_tasks(asked.catalogue, service)


def next_tasks(asked: Asked, results: Results) -> list[Task[Any]]:
    """The healthy days that are still needed, over all services."""
    return [
        task
        for service in asked.services
        for task in rounds(asked.catalogue, service, results.healthy_of(service))
    ]


def rehearse(asked: Asked, work: Work) -> tuple[Proof, ...]:
    """The proofs of the runbooks, judged by what they promise for good, in the order in which they were asked for."""
    results, tasks = Results(), first_tasks(asked)
    while tasks:
        results.add(work(tasks))
        tasks = next_tasks(asked, results)
    return together([_played(asked, runbook, results) for runbook in asked.drills], work)


def _played(asked: Asked, runbook: str, results: Results) -> Round[Proof]:
    """The proof of a runbook; what it suggests keeps its promises, too."""
    catalogue, origin = asked.catalogue, _origin(asked, runbook)
    healthy = results.healthy_of(asked.service_of(runbook))
    trials = [one for one in results.trials if one.drill in asked.drills[runbook]]
    stand = Stand(
        catalogue,
        _proof(asked, runbook, results),
        first(trials, DELAY_RUNS),
        lambda changed, trials: summarise(changed, runbook, Found(trials, healthy), origin),
    )
    return (yield from stand.proof())


def _proof(asked: Asked, runbook: str, results: Results) -> Proof:
    own, catalogue = asked.drills[runbook], asked.catalogue
    trials = [one for one in results.trials if one.drill in own]
    delays = [one for one in results.delays if one.drill in own]
    healthy = results.healthy_of(asked.service_of(runbook))
    found = Found(trials, healthy, delays, suggested(catalogue, runbook, healthy, delays))
    if asked.deep:
        tried = [one for one in results.worths if one.drill in own]
        found = replace(
            found,
            steps=worths(tried, catalogue.runbook(runbook)),
            reactions=reactions(results.cells, catalogue, runbook),
        )
    return certified(summarise(catalogue, runbook, found, _origin(asked, runbook)), catalogue)


def _origin(asked: Asked, runbook: str) -> Origin:
    drills = [asked.catalogue.drill(id) for id in asked.drills[runbook]]
    made_by = engine(drills[0])
    return Origin(
        hashes=proof_hashes(asked.catalogue, runbook),
        drills={drill.id: drill_hash(drill) for drill in drills},
        engine=ProofEngine(made_by.drillbook, made_by.numpy),
        made_at=asked.made_at,
    )


def with_depth_of(proof: Proof, before: Proof | None) -> Proof:
    """The proof with what a deep rehearsal of the very same texts found, where it is none itself.

    Only of a certificate that can be believed: one that says of the same seeds what this rehearsal says.
    """
    if before is None or proof.steps or proof.reactions or _depends(proof) != _depends(before):
        return proof
    if contradictions(before) or other_figures(proof, before) is not None:
        return proof
    return replace(proof, steps=before.steps, reactions=before.reactions)


def same(proof: Proof, before: Proof | None) -> bool:
    """Whether a certificate says nothing that the one before does not say."""
    return before is not None and replace(proof, made_at=before.made_at) == before


def _depends(proof: Proof) -> object:
    return proof.hashes, proof.engine, proof.seeds, {one.drill: one.hash for one in proof.drills}
