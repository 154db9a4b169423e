"""The case in, which critical tasks were done out.

What is done before anything is wrong is no response: an event counts from the onset of the first fault on,
but taking a role may come before. In a drill without harm, time runs from its start.
A must-not earns nothing by itself; one that was done costs its weight among the tasks that can be done.
A task that a message asks for counts from the delivery. Where the message had no reason to come, the task is
not asked, and weighs nothing; where it was left out, or the drill ended before, the task is a gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.model import Measure, Task
from simulator.events import Assumed, Delivered, Event, Revealed, Steered
from simulator.events.matching import counted, matches
from simulator.scoring.build import dimension, gap
from simulator.scoring.case import Case
from simulator.scoring.rubric import NO_REVEAL, WEIGHTS
from simulator.scoring.values import Dimension, Loss, TaskResult
from simulator.scoring.words import minutes

HOW = "The drill's checklist: each task by its weight, in its time and order."
WEIGHT = WEIGHTS["tasks"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A task, and how it was put to the team."""

    task: Task
    since: float | None = None
    """When its message came, in minutes of the drill; None: it needs none, or none came."""
    why_not: str = ""
    """Not empty: it was not asked."""
    is_gap: bool = False
    """It would have been, had nobody stood in the way."""


def tasks(case: Case) -> tuple[Dimension, tuple[TaskResult, ...]]:
    """10 points by the weights of the tasks, and the checklist itself."""
    if case.reveal is None:
        return dimension("tasks", [gap("tasks", WEIGHT, NO_REVEAL)], how=HOW), ()
    found = tuple(_asked(case, case.reveal, task) for task in case.reveal.tasks)
    results = tuple(_result(case, asked) for asked in found)
    weights = sum(
        asked.task.weight
        for asked in found
        if not asked.task.must_not and (asked.is_gap or not asked.why_not)
    )
    if weights <= 0:
        why = "the drill lists no task to do" if not found else "no task was asked"
        return dimension("tasks", [gap("tasks", WEIGHT, why)], how=HOW), results
    losses = [*_losses(case, found, results, WEIGHT / weights), *_gaps(found, WEIGHT / weights)]
    return dimension("tasks", losses, how=HOW), results


def broken(results: tuple[TaskResult, ...]) -> list[TaskResult]:
    """The must-nots that were done."""
    return [result for result in results if result.must_not and result.done]


def missed(results: tuple[TaskResult, ...]) -> list[TaskResult]:
    """The tasks that were asked and not done."""
    return [result for result in results if result.asked and not result.must_not and not result.done]


def _asked(case: Case, reveal: Revealed, task: Task) -> Asked:
    if task.inject is None:
        return Asked(task)
    place, told = next(
        ((place, told) for place, told in enumerate(reveal.injects, 1) if told.id == task.inject), (0, None)
    )
    if told is None:
        return Asked(task, why_not="the record does not say what became of its message", is_gap=True)
    for event, message in case.record.of(Delivered):
        if told.message == message.number and message.number > 0:
            return Asked(task, since=event.minutes)
    if told.excused:
        return Asked(task, why_not="what its message asks for had been done before")
    if not told.cut:
        return Asked(task, why_not="nothing happened that its message follows")
    steered = [one for _, one in case.record.of(Steered) if one.inject == place]
    left_out = bool(steered) and steered[-1].how in ("hold", "skip")
    why = "the facilitator kept its message back" if left_out else "the drill ended before its message came"
    return Asked(task, why_not=why, is_gap=True)


def _gaps(found: tuple[Asked, ...], unit: float) -> Iterator[Loss]:
    for asked in found:
        if asked.is_gap and not asked.task.must_not:
            yield gap("tasks", asked.task.weight * unit, f"{asked.task.title}: {asked.why_not}")


def _losses(
    case: Case, found: tuple[Asked, ...], results: tuple[TaskResult, ...], unit: float
) -> Iterator[Loss]:
    sources = {asked.task.id: asked for asked in found}
    for result in (*broken(results), *missed(results)):
        asked = sources[result.id]
        at = _due(case, asked) if result.minutes is None else result.minutes
        absent = asked.task.measure.event if result.seq is None else ""
        what = "Must not" if result.must_not else "Not done"
        yield Loss(
            "tasks",
            result.weight * unit,
            f"{what}: {result.title}. {result.note}",
            at,
            result.seq,
            absent,
            case.step_at(at),
        )


def _begin(case: Case, asked: Asked) -> float:
    """The instant from which a task's minutes count."""
    if asked.since is not None:
        return asked.since
    return case.truth.t0 if case.truth else 0.0


def _due(case: Case, asked: Asked) -> float:
    """When a task should have been done at the latest."""
    if asked.task.within_minutes is None:
        return case.end
    return _begin(case, asked) + asked.task.within_minutes


def _result(case: Case, asked: Asked) -> TaskResult:
    task = asked.task
    if asked.why_not:
        note = f"Not asked: {asked.why_not}."
        return TaskResult(
            task.id, task.title, task.weight, task.must_not, False, None, None, note, asked=False
        )
    event = next(_matching(case, task.measure, asked), None)
    if event is None:
        note = "It was not done." if task.must_not else f"There is no event {task.measure.event!r} like it."
        return TaskResult(task.id, task.title, task.weight, task.must_not, False, None, None, note)
    problem = _too_late(case, asked, event) or _out_of_order(case, asked, event)
    note = problem or f"At {case.clock.at(event.minutes)}."
    return TaskResult(
        task.id, task.title, task.weight, task.must_not, not problem, event.minutes, event.seq, note
    )


def _matching(case: Case, measure: Measure, asked: Asked) -> Iterator[Event]:
    """Events of the drill, not of the facilitator, that a measure describes.

    What a message forbids can only be done after it; what it asks for may have been done before.
    """
    since = case.truth.onset if case.truth else 0.0
    if asked.since is not None:
        since = asked.since if asked.task.must_not else min(since, asked.since)
    for event in counted(case.record.events):
        early = isinstance(event.payload, Assumed) and (asked.since is None or not asked.task.must_not)
        if (early or event.minutes >= since) and matches(event, measure):
            yield event


def _too_late(case: Case, asked: Asked, event: Event) -> str:
    within = asked.task.within_minutes
    if within is None:
        return ""
    elapsed = case.elapsed(_begin(case, asked), event.minutes)
    if elapsed <= within:
        return ""
    origin = "harm began" if asked.since is None else "it was asked"
    return f"It came {minutes(elapsed)} after {origin}; {minutes(within)} are allowed."


def _out_of_order(case: Case, asked: Asked, event: Event) -> str:
    if asked.task.before is None:
        return ""
    first = next(_matching(case, asked.task.before, asked), None)
    if first is None or event.seq < first.seq:
        return ""
    return f"It came after {first.kind!r} at {case.clock.at(first.minutes)}, and belongs before it."
