"""All that tasks found out about one runbook in, its proof out: pure, and the same in whatever order it came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from generator import values
from generator.model import (
    Catalogue,
    CompiledRunbook,
    CurvePoint,
    DrillProof,
    Path,
    Proof,
    ProofEngine,
    ProofHashes,
    Reaction,
    SeedRange,
    Signal,
    SignalProof,
    StepWorth,
    Turn,
)
from simulator.events import digest
from simulator.rehearsal.healthy.alarms import Quiet, signal_proof
from simulator.rehearsal.outcomes import drill_proof, limits
from simulator.rehearsal.values import Delays, Healthy, Trial, Trials
from simulator.session.stage import runbooks_of, signals_of

TURNING = "set-control"


@dataclass(frozen=True, slots=True)
class Found:
    """What tasks found out about a runbook; cut anyhow, in any order."""

    trials: Sequence[Trials]
    """Of the runbook's drills, all of their seeds."""
    healthy: Sequence[Healthy]
    """Of its service."""
    delays: Sequence[Delays] = ()
    """Of its drills."""
    suggested: Mapping[str, CurvePoint] = field(default_factory=dict)
    """A better point by signal, where there is one."""
    steps: Sequence[StepWorth] = ()
    reactions: Sequence[Reaction] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """What a proof is of, and what made it."""

    hashes: ProofHashes
    drills: Mapping[str, str]
    """Content hash by drill."""
    engine: ProofEngine
    made_at: str
    """UTC, ISO 8601."""


def summarise(catalogue: Catalogue, runbook: str, found: Found, origin: Origin) -> Proof:
    """The proof of a runbook, not judged yet: ``gate.certified`` judges it.

    KeyError for what the catalogue does not have; ValueError where seeds are missing or come twice, and without
    any trial or any healthy traffic.
    """
    compiled = catalogue.runbook(runbook)
    by_drill = _by_drill(found.trials)
    quiet = Quiet(_ordered(found.healthy))
    if not by_drill or not quiet.parts:
        raise ValueError(f"{runbook}: nothing was rehearsed, so nothing is proven")
    trials = [trial for runs in by_drill.values() for trial in runs]
    return Proof(
        runbook=runbook,
        service=compiled.runbook.service,
        hashes=origin.hashes,
        engine=origin.engine,
        responder="robot",
        seeds=_seeds(by_drill),
        drills=tuple(_drill(catalogue, runbook, id, runs, origin) for id, runs in by_drill.items()),
        signals=_signals(catalogue, compiled, found, quiet),
        pages_per_week=quiet.pages(),
        budget_per_week=catalogue.organization.page_budget_per_week,
        passed=False,
        broken=(),
        made_at=origin.made_at,
        steps=tuple(found.steps),
        reactions=tuple(found.reactions),
        turns=tuple(_turns(catalogue, compiled, trials)),
        objectives=limits(compiled.runbook.objectives),
        parts=parts_of(compiled),
    )


def _by_drill(found: Iterable[Trials]) -> Mapping[str, tuple[Trial, ...]]:
    """All trials of each drill in the order of their seeds, by drill; ValueError for a seed that comes twice."""
    out: dict[str, dict[int, Trial]] = {}
    for part in found:
        known = out.setdefault(part.drill, {})
        for trial in part.trials:
            if trial.seed in known:
                raise ValueError(f"{part.drill}: seed {trial.seed} was played twice")
            known[trial.seed] = trial
    return {id: tuple(runs[seed] for seed in sorted(runs)) for id, runs in sorted(out.items())}


def _seeds(by_drill: Mapping[str, Sequence[Trial]]) -> SeedRange:
    """The seeds that every drill was played with; ValueError where one lacks some."""
    asked = {trial.seed for runs in by_drill.values() for trial in runs}
    seeds = range(min(asked), max(asked) + 1)
    for id, runs in by_drill.items():
        if len(runs) != len(seeds):
            raise ValueError(f"{id}: {len(runs)} of seeds {seeds[0]} to {seeds[-1]} were played")
    return SeedRange(seeds[0], len(seeds))


def _drill(catalogue: Catalogue, runbook: str, id: str, runs: Sequence[Trial], origin: Origin) -> DrillProof:
    drill = catalogue.drill(id)
    wanted = drill.truth.runbook
    objectives = catalogue.runbook(wanted).runbook.objectives if wanted is not None else None
    return drill_proof(drill, origin.drills[id], runs, runbook=runbook, objectives=objectives)


# --- signals ----------------------------------------------------------------------------------------


def _ordered(healthy: Iterable[Healthy]) -> tuple[Healthy, ...]:
    return tuple(sorted(healthy, key=lambda part: digest(values.plain(part))))


def _signals(
    catalogue: Catalogue, compiled: CompiledRunbook, found: Found, quiet: Quiet
) -> tuple[SignalProof, ...]:
    delays = sorted(found.delays, key=lambda part: (part.drill, part.seeds))
    return tuple(
        signal_proof(
            ref.signal.id,
            ref.key,
            quiet=quiet,
            delays=delays,
            severity=ref.signal.severity,
            suggested=found.suggested.get(ref.signal.id),
        )
        for ref in signals_of(runbooks_of(catalogue, compiled.runbook.service))
        if ref.runbook == compiled.runbook.id
    )


# --- what the text holds ----------------------------------------------------------------------------


def _turns(catalogue: Catalogue, compiled: CompiledRunbook, trials: Sequence[Trial]) -> Iterator[Turn]:
    """Every step that turns a control; one role's leave is enough, whichever runbook of the service names it."""
    leave: dict[str, set[str]] = {}
    for one in catalogue.runbooks_of(compiled.runbook.service):
        for approval in one.runbook.governance.approve:
            for control in approval.controls:
                leave.setdefault(control, set()).add(approval.role)
    for node in compiled.plan.nodes:
        if node.action == TURNING:
            name, control = f"{compiled.runbook.id}/{node.id}", str(node.with_["control"])
            yield Turn(
                node=node.id,
                control=control,
                checked=node.check is not None,
                leave=tuple(sorted(leave.get(control, ()))),
                runs=sum(name in trial.steps for trial in trials),
                unproven=sum(name in trial.unchecked for trial in trials),
                unapproved=sum(name in trial.unapproved for trial in trials),
            )


def parts_of(compiled: CompiledRunbook) -> Mapping[str, str]:
    """The content hash of what a change can be blamed on; prose of signals decides nothing."""
    text = compiled.runbook
    whole: dict[str, object] = {
        "objectives": text.objectives,
        "approvals": [(approval.controls, approval.role) for approval in text.governance.approve],
        "restoration": text.mitigation.restoration.then,
    }
    whole |= {path.id: _way(path) for path in text.containment.paths}
    whole |= {signal.id: _measured(signal) for signal in text.detection.signals}
    return {**{id: digest(values.plain(part)) for id, part in sorted(whole.items())}, **compiled.parts}


def _way(path: Path) -> object:
    """Of a path, what its steps do not say."""
    return [step.id for step in path.steps], path.rollback.trigger.when


def _measured(signal: Signal) -> Signal:
    return replace(signal, title="", noise="", dashboard="", log="")
