"""The case in, the reports of success that its own record refutes out.

A step that has a check worked when the check's condition has held for as long as the check asks. All that it
reads is in the record: scrapes, alerts, controls. A report of success while the condition does not hold is
refuted; one while it holds, but not yet for long enough, came too early. Who reports nothing claims nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator import values
from generator.model import Condition
from simulator.events import (
    FACILITATOR,
    AlertChanged,
    ControlTookEffect,
    Event,
    Observed,
    StepCheck,
    StepEnded,
)
from simulator.scoring.case import Case
from simulator.scoring.rubric import EARLY_REPORT_POINTS, FALSE_REPORT_POINTS
from simulator.scoring.shown import Shown
from simulator.scoring.values import Loss
from simulator.scoring.words import minutes


@dataclass(frozen=True, slots=True)
class Report:
    """A report of success with the check of its step, and since when that had held; None: it did not."""

    event: Event
    check: StepCheck
    since_t: float | None


def reports(case: Case) -> Iterator[Report]:
    """Every report of success of a step that has a check."""
    checks = {(one.runbook, one.step): one for one in (case.reveal.checks if case.reveal else ())}
    wanted = {
        (ended.runbook, ended.step)
        for _, ended in case.by_team(StepEnded)
        if ended.outcome == "success" and (ended.runbook, ended.step) in checks
    }
    if not wanted:
        return
    parsed = {key: values.structure(checks[key].that, Condition) for key in wanted}
    shown = Shown.at_start(case.started)
    since: dict[tuple[str, str], float] = {}
    last_t, looked = 0.0, False
    for event in case.record.events:
        ended = event.payload
        reporting = isinstance(ended, StepEnded) and event.actor != FACILITATOR
        if (event.t > last_t and looked) or reporting:
            for key, that in parsed.items():
                if shown.holds(that, key[0]):
                    since.setdefault(key, last_t)
                else:
                    since.pop(key, None)
            looked = False
        if isinstance(ended, StepEnded) and reporting and ended.outcome == "success":
            key = (ended.runbook, ended.step)
            if key in parsed:
                yield Report(event, checks[key], since.get(key))
        if isinstance(ended, Observed | ControlTookEffect | AlertChanged):
            shown = shown.after(ended)
            last_t, looked = event.t, True


def false_reports(case: Case) -> tuple[Loss, ...]:
    """What reports cost that were made before they could be known to be true; none are known without a reveal."""
    return tuple(loss for report in reports(case) if (loss := _cost(case, report)) is not None)


def unverified(case: Case) -> tuple[int, int]:
    """How many of the reports of success that can be checked came too early or were refuted; and how many there are."""
    told = list(reports(case))
    return sum(_cost(case, report) is not None for report in told), len(told)


def _cost(case: Case, report: Report) -> Loss | None:
    event, check = report.event, report.check
    name = f"{check.runbook}/{check.step}"
    if report.since_t is None:
        why = f"{name} was reported as done at {case.clock.at(event.minutes)}, and its check did not hold."
        return Loss("false-reports", FALSE_REPORT_POINTS, why, event.minutes, event.seq, "", name)
    held = (event.t - report.since_t) / 60
    if held + case.started.step_seconds / 60 < check.hold_minutes:
        why = (
            f"{name} was reported as done at {case.clock.at(event.minutes)}, when its check had held for "
            f"{minutes(held)}; it asks for {minutes(check.hold_minutes)}."
        )
        return Loss("false-reports", EARLY_REPORT_POINTS, why, event.minutes, event.seq, "", name)
    return None
