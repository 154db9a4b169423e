"""A record and the catalogue that it was played with in, what was exercised out: which very texts, and how it went."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from generator.model import Catalogue, CompiledRunbook, Exercise
from simulator.events import (
    CouldNotFollow,
    Decided,
    Record,
    Revealed,
    Started,
    StepEnded,
    day_of,
    verify,
    was_interrupted,
)
from simulator.scoring import Score

ENVIRONMENT = "simulated"


class NotKeptError(Exception):
    """A record that is no evidence of any text; the message says why, and what to do."""


def exercises_of(record: Record, score: Score, catalogue: Catalogue) -> tuple[Exercise, ...]:
    """What the record proves, one exercise a runbook that was followed; NotKeptError when it is no proof."""
    problems = verify(record)
    if problems:
        raise NotKeptError(f"the record does not hold: {problems[0]}")
    (_, started), (_, told) = next(record.of(Started)), next(record.of(Revealed))
    responder = responder_of(started.responder)
    if was_interrupted(record):
        raise NotKeptError("the drill was interrupted (play it to its end)")
    if started.catalogue != catalogue.hash or told.drill not in {drill.id for drill in catalogue.drills}:
        raise NotKeptError(
            "it was played with other sources than these (go back to those it was played with)"
        )
    day = day_of(record)
    if day is None:
        raise NotKeptError("the record does not say on which day it was played")
    found = [(one, _gone_through(record, one)) for one in catalogue.runbooks]
    return tuple(
        Exercise(
            runbook=compiled.runbook.id,
            hash=compiled.hash,
            drill=told.drill,
            responder=responder,
            environment=ENVIRONMENT,
            date=day.isoformat(),
            record=record.head,
            parts=parts,
            score=None if score.total is None else round(score.total, 1),
            objectives_met=score.scored and not any(goal.met is False for goal in score.objectives),
        )
        for compiled, parts in found
        if parts
    )


def responder_of(name: str) -> Literal["human", "robot"]:
    """Who answered, as far as it went through a runbook; NotKeptError for those who act without one."""
    if name == "human":
        return "human"
    if name == "robot":
        return "robot"
    raise NotKeptError(f"'{name}' follows no runbook (keep a drill of people or the robot)")


def _gone_through(record: Record, compiled: CompiledRunbook) -> dict[str, str]:
    """The texts of a runbook that somebody followed to their end, by id, in the order of the plan."""
    ended = set(_ended(record, compiled.runbook.id))
    stuck = {event.node for _, event in record.of(CouldNotFollow) if event.runbook == compiled.runbook.id}
    ids = [node.id for node in compiled.plan.nodes if node.id in compiled.parts]
    return {id: compiled.parts[id] for id in ids if id in ended - stuck}


def _ended(record: Record, runbook: str) -> Iterator[str]:
    for _, step in record.of(StepEnded):
        if step.runbook == runbook and step.outcome != "skipped":
            yield step.step
    for _, decided in record.of(Decided):
        if decided.runbook == runbook:
            yield decided.decision
