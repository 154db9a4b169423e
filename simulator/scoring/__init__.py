"""A record in, its score out: a pure function, with a reason for every lost point."""

from __future__ import annotations

from simulator.events import AlertChanged, Ended, Record, Sped
from simulator.scoring.all_clear import false_claims
from simulator.scoring.build import clipped, dated
from simulator.scoring.case import Case, case_of
from simulator.scoring.checks import false_reports
from simulator.scoring.communication import communication
from simulator.scoring.detection import detection, false_alarms
from simulator.scoring.diagnosis import diagnosis
from simulator.scoring.gates import gates, whole
from simulator.scoring.hints import hints
from simulator.scoring.levels import levelled
from simulator.scoring.no_fault import no_fault
from simulator.scoring.objectives import objectives
from simulator.scoring.outcome import avoided, outcome
from simulator.scoring.rating import rating
from simulator.scoring.response import collateral, response, without_leave
from simulator.scoring.rubric import NO_REVEAL, SCORER
from simulator.scoring.tasks import tasks
from simulator.scoring.values import (
    FORMAT,
    Dimension,
    Gate,
    Loss,
    ObjectiveResult,
    Rating,
    Score,
    TaskResult,
)

MIXED = "mixed"

__all__ = ["Dimension", "Gate", "Loss", "ObjectiveResult", "Score", "TaskResult", "score"]


def score(record: Record) -> Score:
    """What the record is worth by the rules of this version.

    A record that was cut off before its reveal is scored as far as it goes: the rest are gaps, which earn
    nothing. A record that does not hold, or lacks telemetry, is not scored; ``reason`` says why.
    """
    case = case_of(record)
    return _nothing(record) if case is None else _score(case)


def _score(case: Case) -> Score:
    dimensions, results = _dimensions(case)
    harmful = None if case.reveal is None else case.truth is not None
    deductions = _deductions(case, dimensions, harmful=harmful)
    passed = gates(case, results)
    reason = _reason(case, passed)
    holds = not any(gate.passed is False for gate in passed if gate.id in ("record", "telemetry"))
    scored = holds and not _aborted(case)
    total, of_evaluated, coverage = _totals(dimensions, deductions)
    timed = objectives(case)
    grade, grade_why = _grade(case, total if scored else None, results, timed)
    return Score(
        format=FORMAT,
        scorer=SCORER,
        record=case.record.head,
        service=case.started.service,
        drill=case.reveal.drill if case.reveal else None,
        seed=case.reveal.seed if case.reveal else None,
        responder=case.started.responder,
        pace=_pace(case),
        harmful=harmful,
        t0_minutes=case.truth.t0 if case.truth else None,
        scored=scored,
        reason=reason,
        total=total if scored else None,
        of_evaluated=of_evaluated if scored else None,
        coverage=coverage,
        rating=grade,
        rating_why=grade_why,
        dimensions=levelled(case, tuple(dated(one, case.end) for one in dimensions), results),
        deductions=deductions,
        objectives=timed,
        tasks=results,
        gates=passed,
        impact_avoided=_avoided(case),
        alarms_per_hour=_alarms_per_hour(case),
    )


def _dimensions(case: Case) -> tuple[tuple[Dimension, ...], tuple[TaskResult, ...]]:
    checklist, results = tasks(case)
    if case.reveal is not None and case.truth is None:
        return no_fault(case, case.reveal), results
    found = (outcome(case), detection(case), diagnosis(case), response(case), checklist, communication(case))
    return found, results


def _deductions(case: Case, dimensions: tuple[Dimension, ...], *, harmful: bool | None) -> tuple[Loss, ...]:
    """What is taken off the total, until nothing is left of it."""
    found = (
        *(false_alarms(case, "false-alarms") if harmful else ()),
        *false_claims(case),
        *false_reports(case),
        *hints(case),
    )
    return tuple(clipped(found, sum(dimension.points for dimension in dimensions)))


def _totals(
    dimensions: tuple[Dimension, ...], deductions: tuple[Loss, ...]
) -> tuple[float, float | None, float]:
    """The full-weight score, the score over what was evaluated, and how much that is."""
    evaluated = sum(dimension.evaluated for dimension in dimensions)
    weight = sum(dimension.weight for dimension in dimensions)
    points = sum(dimension.points for dimension in dimensions) - sum(loss.points for loss in deductions)
    total = max(0.0, points)
    return total, 100 * total / evaluated if evaluated > 0 else None, evaluated / weight


def _pace(case: Case) -> str:
    """The pace of the whole drill; one whose clock was changed on the way compares with no other."""
    paces = {case.started.pace, *(sped.pace for _, sped in case.record.of(Sped))}
    return MIXED if len(paces) > 1 else case.started.pace


def _aborted(case: Case) -> str:
    """When the facilitator ended the drill for a reason outside of it; empty: never."""
    ended = case.record.first(Ended)
    return case.clock.at(ended[0].minutes) if ended is not None and ended[1].reason == "aborted" else ""


def _reason(case: Case, passed: tuple[Gate, ...]) -> str:
    if at := _aborted(case):
        return f"Not scored: the drill was aborted at {at}."
    for gate in passed:
        if gate.passed is False and gate.id in ("record", "telemetry"):
            return f"Not scored: {gate.why}."
    if case.reveal is None:
        return f"Scored in part: {NO_REVEAL}."
    return next(
        (f"{gate.why.capitalize()}." for gate in passed if gate.id == "ruler" and gate.passed is False), ""
    )


def _grade(
    case: Case, total: float | None, results: tuple[TaskResult, ...], timed: tuple[ObjectiveResult, ...]
) -> tuple[Rating | None, str]:
    if total is None:
        return None, "not scored"
    if case.reveal is None:
        return None, NO_REVEAL
    breach = next((order.control for _, order, _ in without_leave(case)), "")
    worse = collateral(case)
    since = "" if worse is None else case.clock.at(worse)
    return rating(total, results, timed, collateral=since, breach=breach)


def _avoided(case: Case) -> float | None:
    return avoided(case.reveal, case.started.horizon_minutes) if case.reveal else None


def _alarms_per_hour(case: Case) -> float:
    """Alerts that began to fire, but for those that only inform."""
    fired = sum(
        1 for _, alert in case.record.of(AlertChanged) if alert.state == "firing" and alert.severity != "info"
    )
    return fired / (case.end / 60) if case.end > 0 else 0.0


def _nothing(record: Record) -> Score:
    gate = whole(record)
    reason = "Not scored: the record has no first line."
    return Score(
        format=FORMAT, scorer=SCORER, record=record.head, service="", drill=None, seed=None, responder="",
        pace="", harmful=None, t0_minutes=None, scored=False, reason=reason, total=None, of_evaluated=None,
        coverage=0.0, rating=None, rating_why="not scored", dimensions=(), deductions=(), objectives=(),
        tasks=(), gates=(gate,), impact_avoided=None, alarms_per_hour=0.0,
    )  # fmt: skip
