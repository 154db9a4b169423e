"""The case in, whether the incident was over when the team called it over out.

A false all-clear sends everybody home too early: while users still bear more than the tolerance; while a
control is on its way; within the longest hold, while all pages that fired at the last deed fire on, and cease
later; or with a containment in place of a remedy.
"""

from __future__ import annotations

from simulator.events import AlertChanged, ControlOrdered, ControlTookEffect, Event, Resolved
from simulator.scoring.case import Case, Truth
from simulator.scoring.rubric import FALSE_ALL_CLEAR_POINTS
from simulator.scoring.values import Loss
from simulator.scoring.words import share


def false_claims(case: Case) -> tuple[Loss, ...]:
    """A false all-clear is the gravest of false reports: it sends everybody home."""
    if (found := false_all_clear(case)) is None:
        return ()
    event, why = found
    return (Loss("false-reports", FALSE_ALL_CLEAR_POINTS, why, event.minutes, event.seq),)


def false_all_clear(case: Case) -> tuple[Event, str] | None:
    """The first claim that the record refutes, and why; a later, true one does not take it back."""
    truth = case.truth
    for event, _ in case.by_team(Resolved):
        if truth is not None and event.minutes >= truth.t0 and (reason := _refuted(case, truth, event)):
            return event, f"The incident was called over at {case.clock.at(event.minutes)}, {reason}."
    return None


def _refuted(case: Case, truth: Truth, claim: Event) -> str:
    """Why an incident was not over when it was called over; empty: it was, or nobody could have known."""
    borne = truth.borne(claim.minutes)
    if borne > truth.reveal.tolerance:
        return f"while {share(borne)} of requests still suffered: what was done had not been checked"
    moving = on_its_way(case, claim)
    if moving:
        return f"before {moving} had taken effect"
    back, hold = truth.back(), truth.reveal.longest_hold_minutes
    page = still_firing(case, claim)
    if page is not None and (back is None or claim.minutes < back + hold):
        return f"while {page[0]} was still firing; it fell quiet only at {case.clock.at(page[1])}"
    rested = next((one for one in truth.reveal.all_clears if one.seq == claim.seq and one.held), None)
    if rested is None:
        return ""
    held, gone = (
        ", ".join(f"{key} at {value}" for key, value in sorted(rested.held.items())),
        truth.mitigated(),
    )
    if rested.without > truth.reveal.tolerance:
        return f"while only {held} kept {share(rested.without)} of requests from harm"
    if gone is None or gone > claim.minutes:
        return f"with {held} still in force, which costs users more than it need"
    return ""


def on_its_way(case: Case, claim: Event) -> str:
    """A control that had been ordered by then and had not taken effect."""
    for event, order in case.by_team(ControlOrdered):
        if event.seq < claim.seq and claim.t < order.effective_t and order.value != order.previous:
            return order.control
    return ""


def still_firing(case: Case, claim: Event) -> tuple[str, float] | None:
    """A page that fell quiet only after the claim, and when, where none had since the last deed took effect.

    None as well where no page was firing at the deed: then there was nothing to wait for.
    """
    deeds = [e.seq for e, _ in case.record.of(ControlTookEffect) if e.seq < claim.seq]
    if not deeds:
        return None
    firing: set[str] = set()
    for event, alert in case.record.of(AlertChanged):
        if alert.severity != "page":
            continue
        if event.seq < deeds[-1]:
            (firing.add if alert.state == "firing" else firing.discard)(alert.signal)
        elif alert.state == "resolved" and alert.signal in firing:
            return None if event.seq < claim.seq else (alert.signal, event.minutes)
    return None
