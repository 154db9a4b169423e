"""The case in, the runbook's objectives out, each met or missed with its minutes.

Detect, contain and mitigate are dated from t0; acknowledge from the first page, and needs no truth.
"""

from __future__ import annotations

from collections.abc import Callable

from generator.model import Objectives
from simulator.events import Acknowledged, AlertChanged
from simulator.scoring.case import Case, Truth
from simulator.scoring.detection import detected
from simulator.scoring.rubric import NO_OBJECTIVES, NO_REVEAL
from simulator.scoring.values import ObjectiveId, ObjectiveResult

Instant = Callable[[Case, Truth], float | None]

# id, title, limit, instant at which it is reached.
FROM_T0: tuple[tuple[ObjectiveId, str, Callable[[Objectives], float], Instant], ...] = (
    ("detect", "Detect", lambda o: o.detect_minutes, detected),
    ("contain", "Contain", lambda o: o.contain_minutes, lambda _, truth: truth.contained()),
    ("mitigate", "Mitigate", lambda o: o.mitigate_minutes, lambda _, truth: truth.mitigated()),
)
ACKNOWLEDGE = "Acknowledge"


def objectives(case: Case) -> tuple[ObjectiveResult, ...]:
    """Detect, acknowledge, contain, mitigate, in this order."""
    detect, *others = (_from_t0(case, *row) for row in FROM_T0)
    return (detect, _acknowledge(case), *others)


def _from_t0(
    case: Case, id: ObjectiveId, title: str, limit: Callable[[Objectives], float], instant: Instant
) -> ObjectiveResult:
    truth = case.truth
    if truth is None:
        note = NO_REVEAL if case.reveal is None else "nothing did harm in this drill"
        return ObjectiveResult(id, title, None, None, None, None, None, note)
    at = instant(case, truth)
    taken = None if at is None else case.elapsed(truth.t0, at)
    if truth.objectives is None:
        return ObjectiveResult(id, title, None, truth.t0, at, taken, None, NO_OBJECTIVES)
    most = limit(truth.objectives)
    note = "it did not happen" if taken is None else ""
    return ObjectiveResult(id, title, most, truth.t0, at, taken, taken is not None and taken <= most, note)


def _acknowledge(case: Case) -> ObjectiveResult:
    page = _first_page(case)
    told = case.reveal.objectives if case.reveal else None
    most = told.acknowledge_minutes if told else None
    if page is None:
        return ObjectiveResult("acknowledge", ACKNOWLEDGE, most, None, None, None, None, "no page fired")
    at = next((event.minutes for event, _ in case.by_team(Acknowledged) if event.minutes >= page), None)
    taken = None if at is None else case.elapsed(page, at)
    if most is None:
        note = NO_REVEAL if case.reveal is None else NO_OBJECTIVES
        return ObjectiveResult("acknowledge", ACKNOWLEDGE, None, page, at, taken, None, note)
    note = "it did not happen" if taken is None else ""
    met = taken is not None and taken <= most
    return ObjectiveResult("acknowledge", ACKNOWLEDGE, most, page, at, taken, met, note)


def _first_page(case: Case) -> float | None:
    """The first page from the onset of harm on; without harm, the first of all."""
    pages = [
        event.minutes
        for event, alert in case.record.of(AlertChanged)
        if alert.state == "firing" and alert.severity == "page"
    ]
    since = case.truth.onset if case.truth else 0.0
    return next((at for at in pages if at >= since), None)
