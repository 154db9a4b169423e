"""A drill and seeds in, what the robot did with each of them out: the figures that the score of its record has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generator.model import Catalogue
from simulator.events import (
    FACILITATOR,
    AlertChanged,
    ControlOrdered,
    CouldNotFollow,
    Decided,
    Opened,
    StepEnded,
    StepStarted,
    Unchained,
    was_interrupted,
)
from simulator.rehearsal.narrow import key_of, narrowed, plan_hashes, without_plans
from simulator.rehearsal.values import Trial, Trials
from simulator.report.lessons import burdens_of
from simulator.responders.robot import Robot
from simulator.scoring.case import Case, case_of
from simulator.scoring.objectives import objectives
from simulator.scoring.response import leave
from simulator.session.claims import approvals
from simulator.session.loop import Session
from simulator.session.reveal import outcomes
from simulator.session.rulers import measure
from simulator.session.stage import Stage, clockwork_of, set_up
from simulator.world.world import past_of


@dataclass(frozen=True, slots=True)
class DrillTask:
    """The robot plays a drill of its service, on all seeds in one batch; seed for seed as ``drill run`` does."""

    catalogue: Catalogue
    """Any that holds the drill; what is kept of it is narrowed."""
    drill: str
    seeds: tuple[int, ...]
    varied: str = ""
    """A runbook whose plan is part of the key, for who tries many versions of it; empty: none is."""

    def __post_init__(self) -> None:
        drill = self.catalogue.drill(self.drill)
        object.__setattr__(self, "catalogue", narrowed(self.catalogue, drill.service, drill))
        object.__setattr__(self, "seeds", tuple(self.seeds))

    @property
    def key(self) -> str:
        """Of all but the plans: which of them were followed, only the result can say."""
        varied = plan_hashes(self.catalogue)[self.varied] if self.varied else ""
        needed = [(one.control, one.roles) for one in approvals(self.catalogue.runbooks)]
        return key_of(without_plans(self.catalogue), "robot", self.seeds, needed, varied)

    @property
    def what(self) -> str:
        return f"{self.drill}, seeds {self.seeds[0]} to {self.seeds[-1]}"

    @property
    def cost(self) -> float:
        (service,), (drill,) = self.catalogue.services, self.catalogue.drills
        clockwork = clockwork_of(drill, self.catalogue.runbooks)
        return float((len(past_of(service, clockwork)) + clockwork.steps + 1) * len(self.seeds))

    @property
    def result(self) -> type[Trials]:
        return Trials

    def run(self) -> Trials:
        stage = set_up(self.catalogue, self.drill, self.seeds)
        cases = _played(stage)
        plans = plan_hashes(self.catalogue)
        opened = sorted({payload.runbook for case in cases for _, payload in case.record.of(Opened)})
        return Trials(
            self.drill,
            tuple(_trial(case, stage) for case in cases),
            {runbook: plans[runbook] for runbook in opened},
        )

    def holds(self, result: object) -> bool:
        """Whether every plan that was followed reads as it did."""
        plans = plan_hashes(self.catalogue)
        return isinstance(result, Trials) and all(
            plans.get(runbook) == hash for runbook, hash in result.relies_on.items()
        )


def _played(stage: Stage) -> list[Case]:
    """One a seed; an interrupt is passed on, since half a drill is no trial."""
    rulers = measure(stage)
    recorders = [Unchained() for _ in stage.seeds]
    session = Session(stage, Robot(), recorders, nonces=[""] * len(stage.seeds))
    session.run()
    if was_interrupted(recorders[0].record()):
        raise KeyboardInterrupt
    for recorder, told in zip(recorders, outcomes(session, rulers), strict=True):
        recorder.append(stage.drill.horizon_minutes * 60, FACILITATOR, told)
    return [case for recorder in recorders if (case := case_of(recorder.record())) is not None]


def _trial(case: Case, stage: Stage) -> Trial:
    goals = {goal.id: goal for goal in objectives(case)}
    turns, permitted = dict(_turns(case)), {event.seq: given for event, _, _, given in leave(case)}
    checked = {
        f"{compiled.runbook.id}/{node.id}"
        for compiled in stage.runbooks
        for node in compiled.plan.nodes
        if node.check is not None
    }
    return Trial(
        seed=case.reveal.seed if case.reveal else 0,
        t0_minutes=case.truth.t0 if case.truth else None,
        minutes={id: goal.minutes for id, goal in goals.items()},
        burden_minutes=_burdens(case),
        opened=next((payload.runbook for _, payload in case.record.of(Opened)), ""),
        steps=_once(_gone_through(case)),
        unchecked=_once(step for step in turns.values() if step not in checked),
        unapproved=_once(turns[seq] for seq, given in permitted.items() if not given),
        unfollowed={f"{one.runbook}/{one.node}": one.why for _, one in case.record.of(CouldNotFollow)},
        pages=sum(
            alert.state == "firing" and alert.severity == "page" for _, alert in case.record.of(AlertChanged)
        ),
        page_minutes=goals["acknowledge"].since,
    )


def _burdens(case: Case) -> Mapping[str, float]:
    """The team is the robot."""
    borne = dict(burdens_of(case.record))
    return {"robot": borne["team"].minutes, "none": borne["none"].minutes}


def _turns(case: Case) -> Iterator[tuple[int, str]]:
    """Number and ``<runbook>/<step>`` of each order that changed a control."""
    doing = ""
    for event in case.record.events:
        if isinstance(event.payload, StepStarted):
            doing = f"{event.payload.runbook}/{event.payload.step}"
        elif isinstance(event.payload, ControlOrdered) and event.payload.value != event.payload.previous:
            yield event.seq, doing


def _gone_through(case: Case) -> Iterator[str]:
    """Steps that came to their end and decisions that were taken, in order."""
    for event in case.record.events:
        if isinstance(event.payload, StepEnded):
            yield f"{event.payload.runbook}/{event.payload.step}"
        elif isinstance(event.payload, Decided):
            yield f"{event.payload.runbook}/{event.payload.decision}"


def _once(names: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
