"""Escalations begin at once, rise down the list, and come early enough to matter.

A list that is out of order is read wrongly at 3 am; somebody who is woken after the incident should be over cannot
help to end it; and a containment that needs leave waits for whoever gives it.

Sort by ``after_minutes`` (entries with a condition stand where they like), begin with 0, end no later than
``mitigate_minutes``, and wake, by time alone, somebody of ``governance.approve`` before ``contain_minutes``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from generator.checks.sources import Sources
from generator.model import Escalation, Runbook
from generator.source import Document, Finding, Pointer, Severity

name = "escalation-times"
severity: Severity = "error"

_Timed = tuple[Pointer, float]
"""Where an entry stands, and after how many minutes it comes."""


def check(sources: Sources) -> Iterator[Finding]:
    """Policies and runbooks whose escalation is late or out of order."""
    if sources.organization is not None:
        for index, policy in enumerate(sources.organization.data["escalation_policies"]):
            rungs = [
                (("escalation_policies", index, "rungs", at, "after_minutes"), float(rung["after_minutes"]))
                for at, rung in enumerate(policy["rungs"])
            ]
            yield from _out_of_order(sources.organization, rungs, strictly=True)
    for document in sources.sound("runbook"):
        runbook = sources.runbooks[document.path]
        yield from _out_of_order(document, _by_time(runbook.escalation), strictly=False)
        yield from _too_late(document, runbook)
        yield from _nobody_with_authority(document, runbook)


def _by_time(entries: Sequence[Escalation]) -> list[_Timed]:
    """The entries that time alone brings."""
    return [
        (("escalation", index, "after_minutes"), entry.after_minutes or 0.0)
        for index, entry in enumerate(entries)
        if entry.when is None
    ]


def _out_of_order(document: Document, entries: Sequence[_Timed], *, strictly: bool) -> Iterator[Finding]:
    for pointer, minutes in entries[:1]:
        if minutes > 0:
            message = f"nobody is called in the first {minutes:g} min"
            yield _finding(document, pointer, message, "begin with after_minutes: 0")
    for (_, before), (pointer, minutes) in pairwise(entries):
        if minutes < before or (strictly and minutes == before):
            message = f"{minutes:g} min comes after {before:g} min"
            yield _finding(
                document, pointer, message, "sort the list by time" + (", each its own" * strictly)
            )


def _too_late(document: Document, runbook: Runbook) -> Iterator[Finding]:
    end = runbook.objectives.mitigate_minutes
    for index, entry in enumerate(runbook.escalation):
        if entry.after_minutes is not None and entry.after_minutes > end:
            message = (
                f"'{entry.to}' is woken after {entry.after_minutes:g} min, "
                f"when all should have been mended for {entry.after_minutes - end:g}"
            )
            hint = f"wake them before mitigate_minutes: {end:g}"
            yield _finding(document, ("escalation", index, "after_minutes"), message, hint)


def _nobody_with_authority(document: Document, runbook: Runbook) -> Iterator[Finding]:
    contain = runbook.objectives.contain_minutes
    approvers = {approval.role for approval in runbook.governance.approve}
    timed = [entry for entry in runbook.escalation if entry.when is None]
    if (
        approvers
        and timed
        and not any(entry.to in approvers and (entry.after_minutes or 0.0) < contain for entry in timed)
    ):
        message = (
            f"nobody who may approve a change is woken, by time alone, before contain_minutes: {contain:g}"
        )
        hint = "wake one of: " + ", ".join(sorted(approvers))
        yield _finding(document, ("escalation",), message, hint)


def _finding(document: Document, pointer: Pointer, message: str, hint: str) -> Finding:
    return Finding(document.place(pointer), name, severity, message, hint)
