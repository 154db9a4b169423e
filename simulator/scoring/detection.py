"""The case in, the credit for declaring the right thing in time out; and what false alarms cost.

A declaration is warranted once a fault that does harm has begun (its onset), if it names the service of the
drill; one that was made between onset and t0 stands at t0 and is credited as made then. Everything else is a
false alarm, once for each scope (service and symptom), and what was cried too early earns nothing later.
Half of the points are for the service, from the first warranted declaration on; half for the symptom, if the
last declaration names it, shared by all the symptoms that were named: naming every one is naming none.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.events import Declared, Event
from simulator.scoring.build import clipped, dimension, gap
from simulator.scoring.case import Case, Truth
from simulator.scoring.rubric import (
    FALSE_ALARM_POINTS,
    FALSE_ALARMS_MOST,
    NO_OBJECTIVES,
    NO_REVEAL,
    WEIGHTS,
    time_credit,
)
from simulator.scoring.values import Dimension, DimensionId, Loss
from simulator.scoring.words import minutes

HOW = "A declaration that names the service and the symptom, from the start of harm on, by its time."
WEIGHT = WEIGHTS["detection"]


def alarms(case: Case) -> list[tuple[Event, Declared]]:
    """Declarations that no fault warrants, one for each scope."""
    found: dict[tuple[str, str], tuple[Event, Declared]] = {}
    truth = case.truth
    for event, declared in case.by_team(Declared):
        right = truth and event.minutes >= truth.onset and declared.service == case.started.service
        if not right:
            found.setdefault((declared.service, declared.symptom), (event, declared))
    return list(found.values())


def warranted(case: Case, truth: Truth) -> list[tuple[Event, Declared]]:
    """Declarations that earn something: warranted, and not cried before there was anything."""
    cried = {(declared.service, declared.symptom) for _, declared in alarms(case)}
    return [
        (event, declared)
        for event, declared in case.by_team(Declared)
        if event.minutes >= truth.onset
        and declared.service == case.started.service
        and (declared.service, declared.symptom) not in cried
    ]


def named(case: Case, truth: Truth) -> Event | None:
    """The declaration that first named the right symptom, if the last declaration still names it."""
    stands = warranted(case, truth)
    wanted = truth.reveal.symptom
    if not stands or (wanted is not None and stands[-1][1].symptom != wanted):
        return None
    return next(event for event, declared in stands if wanted is None or declared.symptom == wanted)


def detected(case: Case, truth: Truth) -> float | None:
    """The instant, in minutes, at which the right incident stands declared; not before t0."""
    event = named(case, truth)
    return None if event is None else max(event.minutes, truth.t0)


def detection(case: Case) -> Dimension:
    """15 points, by time and scope."""
    truth = case.truth
    if truth is None:
        return dimension("detection", [gap("detection", WEIGHT, NO_REVEAL)], how=HOW)
    if truth.objectives is None:
        return dimension("detection", [gap("detection", WEIGHT, NO_OBJECTIVES)], how=HOW)
    return dimension("detection", _losses(case, truth, truth.objectives.detect_minutes), how=HOW)


def _losses(case: Case, truth: Truth, objective: float) -> Iterator[Loss]:
    due = truth.t0 + objective
    stands = warranted(case, truth)
    if not stands:
        why = (
            f"No incident was declared on {case.started.service} that a fault warrants; harm began at "
            f"{case.clock.at(truth.t0)} and the objective is {minutes(objective)}."
        )
        yield Loss("detection", WEIGHT, why, due, None, "declare", case.step_at(due))
        return
    first, right = stands[0][0], named(case, truth)
    if right is None:
        yield _late(case, truth, first, objective, WEIGHT / 2, "the service")
        last, declared = stands[-1]
        why = f"The last declaration says {declared.symptom!r}; it was {truth.reveal.symptom!r}."
        yield Loss("detection", WEIGHT / 2, why, last.minutes, last.seq, "", case.step_at(last.minutes))
    elif right is first:
        yield _late(case, truth, right, objective, WEIGHT, "service and symptom")
    else:
        yield _late(case, truth, first, objective, WEIGHT / 2, "the service")
        yield _late(case, truth, right, objective, WEIGHT / 2, "the symptom")
    if right is not None:
        yield from _scattered(case, truth, right, objective, {declared.symptom for _, declared in stands})


def _late(case: Case, truth: Truth, event: Event, objective: float, points: float, what: str) -> Loss:
    elapsed = case.elapsed(truth.t0, max(event.minutes, truth.t0))
    why = (
        f"The declaration that names {what} came {minutes(elapsed)} after harm began at {case.clock.at(truth.t0)}; "
        f"the objective is {minutes(objective)}."
    )
    lost = points * (1 - time_credit(elapsed, objective))
    return Loss("detection", lost, why, event.minutes, event.seq, "", case.step_at(event.minutes))


def _scattered(
    case: Case, truth: Truth, right: Event, objective: float, symptoms: set[str]
) -> Iterator[Loss]:
    if len(symptoms) > 1 and truth.reveal.symptom is not None:
        credit = time_credit(case.elapsed(truth.t0, max(right.minutes, truth.t0)), objective)
        why = (
            f"{len(symptoms)} symptoms were declared, {', '.join(sorted(symptoms))}; each is worth its share."
        )
        yield Loss("detection", WEIGHT / 2 * credit * (1 - 1 / len(symptoms)), why, right.minutes, right.seq)


def false_alarms(case: Case, dimension_id: DimensionId) -> tuple[Loss, ...]:
    """5 points for each false alarm, at most 15; none are known without a reveal."""
    if case.reveal is None:
        return ()
    losses = []
    for event, declared in alarms(case):
        why = (
            f"False alarm: {declared.symptom!r} on {declared.service} was declared at "
            f"{case.clock.at(event.minutes)}, and no fault warranted it."
        )
        losses.append(Loss(dimension_id, FALSE_ALARM_POINTS, why, event.minutes, event.seq))
    return tuple(clipped(losses, FALSE_ALARMS_MOST))
