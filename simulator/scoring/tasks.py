"""The case in, which critical tasks were done out.

What is done before anything is wrong is no response: an event counts from the onset of the first fault on,
but taking a role may come before. In a drill without harm, time runs from its start.
A must-not earns nothing by itself; one that was done costs its weight among the tasks that can be done.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from generator.model import Measure, Task
from simulator.events import FACILITATOR, Assumed, Event, canonical
from simulator.scoring.build import dimension, gap
from simulator.scoring.case import Case
from simulator.scoring.rubric import NO_REVEAL, WEIGHTS
from simulator.scoring.values import Dimension, Loss, TaskResult
from simulator.scoring.words import clock, minutes

HOW = "The drill's checklist: each task by its weight, in its time and order."
WEIGHT = WEIGHTS["tasks"]


def tasks(case: Case) -> tuple[Dimension, tuple[TaskResult, ...]]:
    """10 points by the weights of the tasks, and the checklist itself."""
    if case.reveal is None:
        return dimension("tasks", [gap("tasks", WEIGHT, NO_REVEAL)], how=HOW), ()
    results = tuple(_result(case, task) for task in case.reveal.tasks)
    weights = sum(task.weight for task in case.reveal.tasks if not task.must_not)
    if weights <= 0:
        return dimension("tasks", [gap("tasks", WEIGHT, "the drill lists no task to do")], how=HOW), results
    losses = _losses(case, results, WEIGHT / weights)
    return dimension("tasks", losses, how=HOW), results


def broken(results: tuple[TaskResult, ...]) -> list[TaskResult]:
    """The must-nots that were done."""
    return [result for result in results if result.must_not and result.done]


def missed(results: tuple[TaskResult, ...]) -> list[TaskResult]:
    """The tasks that were not done."""
    return [result for result in results if not result.must_not and not result.done]


def _losses(case: Case, results: tuple[TaskResult, ...], unit: float) -> Iterator[Loss]:
    assert case.reveal is not None
    sources = {task.id: task for task in case.reveal.tasks}
    for result in (*broken(results), *missed(results)):
        task = sources[result.id]
        at = _due(case, task) if result.minutes is None else result.minutes
        absent = task.measure.event if result.seq is None else ""
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


def _due(case: Case, task: Task) -> float:
    """When a task should have been done at the latest."""
    if task.within_minutes is None:
        return case.end
    return (case.truth.t0 if case.truth else 0.0) + task.within_minutes


def _result(case: Case, task: Task) -> TaskResult:
    event = next(matching(case, task.measure), None)
    if event is None:
        note = "It was not done." if task.must_not else f"There is no event {task.measure.event!r} like it."
        return TaskResult(task.id, task.title, task.weight, task.must_not, False, None, None, note)
    problem = _too_late(case, task, event) or _out_of_order(case, task, event)
    note = problem or f"At {clock(event.minutes)}."
    return TaskResult(
        task.id, task.title, task.weight, task.must_not, not problem, event.minutes, event.seq, note
    )


def matching(case: Case, measure: Measure) -> Iterator[Event]:
    """Events of the drill, not of the facilitator, that a measure describes."""
    since = case.truth.onset if case.truth else 0.0
    wanted = json.loads(canonical(measure.where))
    for event in case.record.events:
        if event.kind != measure.event or event.actor == FACILITATOR:
            continue
        in_time = event.minutes >= since or isinstance(event.payload, Assumed)
        if in_time and _holds(json.loads(canonical(event.payload)), wanted):
            yield event


def _holds(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(key in row and _same(row[key], value) for key, value in wanted.items())


def _same(value: object, wanted: object) -> bool:
    # In Python True == 1; for a control it is another setting.
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)


def _too_late(case: Case, task: Task, event: Event) -> str:
    if task.within_minutes is None:
        return ""
    elapsed = case.elapsed(case.truth.t0 if case.truth else 0.0, event.minutes)
    if elapsed <= task.within_minutes:
        return ""
    return f"It came {minutes(elapsed)} after harm began; {minutes(task.within_minutes)} are allowed."


def _out_of_order(case: Case, task: Task, event: Event) -> str:
    if task.before is None:
        return ""
    first = next(matching(case, task.before), None)
    if first is None or event.seq < first.seq:
        return ""
    return f"It came after {first.kind!r} at {clock(first.minutes)}, and belongs before it."
