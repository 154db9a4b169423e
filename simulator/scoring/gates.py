"""The case in, what decides whether its score counts at all, and what caps it, out."""

from __future__ import annotations

from simulator.events import Inspected, Observed, Record
from simulator.scoring.case import Case
from simulator.scoring.outcome import avoidable
from simulator.scoring.response import undone_by_facilitator
from simulator.scoring.rubric import EPSILON_MINUTES, MISSING_TELEMETRY, NO_REVEAL
from simulator.scoring.tasks import broken
from simulator.scoring.values import Gate, TaskResult
from simulator.scoring.words import minutes, share


def gates(case: Case, results: tuple[TaskResult, ...]) -> tuple[Gate, ...]:
    """All gates; a drill is not scored when ``record`` or ``telemetry`` did not pass.

    Only a drill in front of a real service has ``target``, which says nothing of the team.
    """
    found = (whole(case.record), _telemetry(case), _ruler(case), _must_not(case, results), _facilitator(case))
    return (*found, _target(case)) if case.started.is_live else found


def whole(record: Record) -> Gate:
    """A record that was cut off is short, one that was edited is none."""
    broken_at = [problem for problem in record.problems if "cut off" not in problem]
    if broken_at:
        return Gate("record", "Record", False, f"the record does not hold: {broken_at[0]}")
    return Gate("record", "Record", True, "; ".join(record.problems) or "the chain of hashes holds")


def _telemetry(case: Case) -> Gate:
    """Scrapes against the plan; of a drill that ended early, against the plan up to its end.

    A scrape without a value counts: a fault that silences telemetry is the plan.
    """
    if case.reveal is None:
        return Gate("telemetry", "Telemetry", None, NO_REVEAL)
    up_to_end = int(case.end * 60 // case.started.step_seconds) + 1
    planned = min(case.reveal.planned_scrapes, up_to_end)
    seen = sum(1 for _ in case.record.of(Observed))
    missing = max(0.0, 1 - seen / planned) if planned > 0 else 0.0
    why = f"{seen} of {planned} planned scrapes are in the record"
    if missing > MISSING_TELEMETRY:
        return Gate("telemetry", "Telemetry", False, f"{why}: {share(missing)} are missing, 2 % are allowed")
    return Gate("telemetry", "Telemetry", True, why)


def _ruler(case: Case) -> Gate:
    if case.truth is None:
        why = NO_REVEAL if case.reveal is None else "nothing did harm, so there is nothing to measure against"
        return Gate("ruler", "Ruler", None, why)
    most = avoidable(case.truth)
    why = f"the oracle avoids {minutes(max(0.0, most))} of full outage"
    if most < EPSILON_MINUTES:
        return Gate("ruler", "Ruler", False, f"the drill is at fault: {why}")
    return Gate("ruler", "Ruler", True, why)


def _must_not(case: Case, results: tuple[TaskResult, ...]) -> Gate:
    if case.reveal is None:
        return Gate("must-not", "Must not", None, NO_REVEAL)
    done = broken(results)
    if done:
        return Gate("must-not", "Must not", False, f"done: {', '.join(result.title for result in done)}")
    return Gate("must-not", "Must not", True, "nothing was done that must not be")


def _facilitator(case: Case) -> Gate:
    helped = undone_by_facilitator(case)
    if helped is not None:
        why = f"the facilitator turned a control at {case.clock.at(helped.minutes)}: mitigation earns nothing"
        return Gate("facilitator", "Facilitator", False, why)
    return Gate("facilitator", "Facilitator", True, "the facilitator turned no control")


def _target(case: Case) -> Gate:
    """Whether a real service was afterwards as it was before: what nobody looked at is not."""
    inspected = [said for _, said in case.record.of(Inspected)]
    where = f"'{case.started.environment}'"
    if not inspected:
        return Gate("target", "Target", False, f"nobody has looked whether {where} is as it was before")
    if inspected[-1].verdict == "dirty":
        told = "; ".join(inspected[-1].differences) or "nobody says why"
        return Gate("target", "Target", False, f"{where} is not as it was before: {told}")
    return Gate("target", "Target", True, f"{where} is as it was before")
