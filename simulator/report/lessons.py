"""A score and its record in, what went well and what is to be better, by whom and by when, out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from simulator.events import Improvement, Rated, Record, Revealed, Started, StepStarted
from simulator.report.known import Known
from simulator.report.phrases import clock_of
from simulator.report.reasons import reasons, where
from simulator.scoring import Dimension, Loss, Score
from simulator.scoring.curves import Curve
from simulator.scoring.levels import apart
from simulator.scoring.measured import area_of
from simulator.scoring.values import DimensionId
from simulator.scoring.words import minutes, points

ROOM = 0.5
"""An objective, or a task, was met with room when it took no more than this share of its time."""
SUGGESTED_MOST = 5
LEAST_POINTS = 1.0
LARGE_POINTS, LARGE_DAYS, SMALL_DAYS = 5.0, 14, 30
TEAMS = ("human", "robot")
"""Those for whom something can be improved; the others are rulers."""
ADVICE: Mapping[DimensionId, str] = {
    "outcome": "Spare users more of the impact",
    "detection": "Declare earlier, and the right thing",
    "diagnosis": "Find the cause, with evidence that is rare in a healthy service",
    "response": "Contain, mitigate and tidy up in time",
    "tasks": "Practise the critical task",
    "communication": "Keep command and updates going",
    "no-harm": "Leave alone what does no harm",
    "quiet": "Stay calm where nothing is wrong",
    "false-alarms": "Declare only what the service shows",
    "false-reports": "Report done only what is done",
    "hints": "Find the way without hints",
}

STAGES: Mapping[str, str] = {
    "Until an incident was declared": "Declare earlier",
    "Until the first control took effect": "Get to the first control sooner",
    "Until impact was back under tolerance": "Get impact back under tolerance sooner",
    "After impact was first back under tolerance": "Leave users with less of it once it is contained",
}
"""What loses points of the outcome, by how its reason begins."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is to be better the next time."""

    what: str
    why: str
    owner: str
    """A role or a person; empty: to be named."""
    due: str
    """ISO 8601, or in words where the day of the drill is not known."""
    step: str
    """``<runbook>/<step>``, where it is about one."""
    place: str
    points: float | None
    """What it cost; None where people wrote it down."""
    suggested: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """A dimension as the machine and an observer see it."""

    dimension: str
    title: str
    points: float | None
    weight: float | None
    machine: str
    """The machine's level; empty where it gives none."""
    observer: str
    why: str

    @property
    def apart(self) -> bool:
        """More than one level apart, which asks for a note."""
        return apart(self.machine or None, self.observer or None)


def strengths_of(score: Score, record: Record) -> tuple[str, ...]:
    """What went well, from the numbers alone; of those who follow no runbook, nothing is said."""
    if score.responder not in TEAMS:
        return ()
    return (
        *_full(score),
        *_with_room(score),
        *_early(score, record),
        *_against_robot(record),
    )


def _full(score: Score) -> Iterator[str]:
    if not score.scored:
        return
    full = [d for d in score.dimensions if d.evaluated >= d.weight and d.points >= d.weight - 1e-9]
    if full:
        yield f"Full points: {', '.join(f'{one.title} ({points(one.weight)})' for one in full)}."


def _with_room(score: Score) -> Iterator[str]:
    for goal in score.objectives:
        if goal.met and goal.minutes is not None and goal.limit and goal.minutes <= ROOM * goal.limit:
            yield f"{goal.title} took {minutes(goal.minutes)} of the {minutes(goal.limit)} allowed."


def _early(score: Score, record: Record) -> Iterator[str]:
    """Tasks with a limit from the start of harm on that were done in half of it."""
    found = record.first(Revealed)
    limits = {} if found is None else {t.id: t.within_minutes for t in found[1].tasks if not t.inject}
    since = score.t0_minutes or 0.0
    for task in score.tasks:
        limit = limits.get(task.id)
        if task.must_not or not task.done or task.minutes is None or limit is None:
            continue
        taken = max(0.0, task.minutes - since)
        if taken <= ROOM * limit:
            yield f"“{task.title}” was done at {clock_of(record).at(task.minutes)}, in less than half of its time."


def _against_robot(record: Record) -> Iterator[str]:
    burdens = dict(burdens_of(record))
    if "robot" in burdens and burdens["team"].minutes < burdens["robot"].minutes:
        spared = burdens["robot"].minutes - burdens["team"].minutes
        if spared > 0.1:
            yield f"Users bore {minutes(spared)} of full outage less than with the robot."


@dataclass(frozen=True, slots=True)
class Burden:
    """What users bore with one responder."""

    minutes: float
    """Of full outage."""
    peak: float
    """The largest impact, as a share of requests."""


def burdens_of(record: Record) -> tuple[tuple[str, Burden], ...]:
    """The burden with the team, the robot, the oracle and nobody; none without a reveal."""
    started, found = record.first(Started), record.first(Revealed)
    if started is None or found is None:
        return ()
    impact, horizon = found[1].impact, started[1].horizon_minutes
    team = area_of(impact)
    curves = (
        ("team", team),
        # Where the robot was the team, it is measured as one.
        ("robot", team if impact.robot == impact.team else impact.robot),
        ("oracle", impact.oracle),
        ("none", impact.none),
    )
    return tuple(
        (name, Burden(Curve(impact.minutes, values, horizon).integral(), max(values)))
        for name, values in curves
        if values
    )


def judgements_of(score: Score, record: Record) -> tuple[Judgement, ...]:
    """Every dimension that an observer rated, and every one to which the machine gives a level."""
    known = {dimension.id for dimension in score.dimensions}
    rated = {said.dimension: said for _, said in record.of(Rated) if said.dimension not in known}
    rows = map(_judged, score.dimensions)
    others = [
        Judgement(one.dimension, one.dimension, None, None, "", one.rating, one.why) for one in rated.values()
    ]
    return tuple(row for row in (*rows, *others) if row.machine or row.observer)


def _judged(dimension: Dimension) -> Judgement:
    return Judgement(
        dimension.id,
        dimension.title,
        dimension.points,
        dimension.weight,
        dimension.level or "",
        dimension.observed or "",
        dimension.observed_why,
    )


def improvements_of(score: Score, record: Record, known: Known, day: date | None) -> tuple[Lesson, ...]:
    """Those that people recorded, then suggestions from the largest losses."""
    return (*_recorded(record, known), *_suggested(score, record, known, day))


def _recorded(record: Record, known: Known) -> Iterator[Lesson]:
    for _, said in record.of(Improvement):
        place = known.place(*_split(said.step))
        yield Lesson(said.what, "", said.owner, said.due, said.step, place, None, False)


def _split(step: str) -> tuple[str, str]:
    runbook, _, id_ = step.partition("/")
    return runbook, id_


def _suggested(score: Score, record: Record, known: Known, day: date | None) -> Iterator[Lesson]:
    if not score.scored or score.responder not in TEAMS:
        return
    groups: dict[tuple[str, str], list[Loss]] = {}
    for reason in reasons(score):
        if not reason.first.gap:
            groups.setdefault((reason.first.dimension, reason.first.step), []).extend(reason.losses)
    costs = {key: sum(loss.points for loss in losses) for key, losses in groups.items()}
    for key in sorted(groups, key=lambda key: -costs[key])[:SUGGESTED_MOST]:
        if costs[key] >= LEAST_POINTS:
            yield _suggestion(groups[key][0], costs[key], score, record, known, day)


def _suggestion(
    loss: Loss, cost: float, score: Score, record: Record, known: Known, day: date | None
) -> Lesson:
    runbook, id_ = _split(loss.step)
    owner = known.role(runbook, id_) or _began(record, loss.step) or known.on_call(score.service)
    place = where(loss, clock_of(record), step=False)
    return Lesson(
        what=_advice(loss),
        why=f"{loss.why}{f' ({place})' if place else ''}",
        owner=owner,
        due=_due(day, LARGE_DAYS if cost >= LARGE_POINTS else SMALL_DAYS),
        step=loss.step,
        place=known.place(runbook, id_),
        points=cost,
        suggested=True,
    )


def _advice(loss: Loss) -> str:
    stage = next((what for start, what in STAGES.items() if loss.why.startswith(start)), "")
    return stage or ADVICE.get(loss.dimension, "Do better")


def _began(record: Record, step: str) -> str:
    """Under which role a step was begun."""
    steps = ((event.actor, f"{said.runbook}/{said.step}") for event, said in record.of(StepStarted))
    return next((actor for actor, name in steps if name == step), "")


def _due(day: date | None, days: int) -> str:
    return f"{days} days after the drill" if day is None else (day + timedelta(days=days)).isoformat()
