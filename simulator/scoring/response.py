"""The case in, the credit for containing and for mitigating out.

Contained: the team's impact is back under tolerance for at least the longest hold among the signals of the
runbook that should be open.
Mitigated: from an instant on to the horizon, half for being under tolerance, half for being as low as the
oracle would have it, give or take a quarter of the tolerance. A containment that is left in place still
costs users what it costs, and shows there; which control undoes the fault is not asked. A fifth of that
credit needs the team's own `resolve`, made when it is true; a `resolve` while users still bear more than the
tolerance sends everybody home too early, and leaves nothing of either credit. Impact that goes away by itself is
credited to a team that had declared or acted; what was turned before anything was wrong is no answer to it.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.model import Setting
from simulator.events import FACILITATOR, ControlOrdered, ControlTookEffect, Event, Resolved
from simulator.scoring.build import dimension, gap
from simulator.scoring.case import Case, Truth
from simulator.scoring.curves import Curve
from simulator.scoring.detection import warranted
from simulator.scoring.rubric import (
    COLLATERAL,
    CONTAINMENT_POINTS,
    MITIGATION_POINTS,
    NO_OBJECTIVES,
    NO_REVEAL,
    VERIFIED,
    WEIGHTS,
    time_credit,
)
from simulator.scoring.values import Dimension, Loss
from simulator.scoring.words import clock, minutes, share

HOW = (
    "Impact back under tolerance and kept there (10), then gone for good with the claim made in time (10), "
    "each by its time."
)


def response(case: Case) -> Dimension:
    """20 points: 10 for containment, 10 for mitigation."""
    truth = case.truth
    if truth is None:
        return dimension("response", [gap("response", WEIGHTS["response"], NO_REVEAL)], how=HOW)
    if truth.objectives is None:
        return dimension("response", [gap("response", WEIGHTS["response"], NO_OBJECTIVES)], how=HOW)
    losses = [
        *_containment(case, truth, truth.objectives.contain_minutes),
        *_mitigation(case, truth, truth.objectives.mitigate_minutes),
        *_false_all_clear(case, truth),
    ]
    return dimension("response", losses, how=HOW)


def collateral(case: Case) -> float | None:
    """The instant at which the team had more than the tolerance over nobody acting, for the longest hold."""
    if case.reveal is None:
        return None
    impact, most = case.reveal.impact, case.reveal.tolerance
    upside_down = Curve(impact.minutes, tuple(-value for value in impact.team), case.started.horizon_minutes)
    bounds = tuple(-(value + most) for value in impact.none)
    return upside_down.returns(bounds, since=0.0, hold=case.reveal.longest_hold_minutes)


def undone_by_facilitator(case: Case) -> Event | None:
    """The first control that the facilitator turned instead of the team."""
    return next((e for e, _ in case.record.of(ControlOrdered) if e.actor == FACILITATOR), None)


def engaged(case: Case, truth: Truth, by: float) -> bool:
    """Whether the team had declared by that instant, or a control that they moved after the onset was due."""
    declared = any(event.minutes <= by for event, _ in warranted(case, truth))
    return declared or any(
        event.minutes >= truth.onset and order.effective_t <= by * 60 and order.value != order.previous
        for event, order in case.by_team(ControlOrdered)
    )


def left_in_place(case: Case) -> list[str]:
    """Controls that are off their default at the end where the oracle has them at it."""
    at_end: dict[str, Setting] = {}
    for _, order in case.record.of(ControlTookEffect):
        at_end[order.control] = order.value
    held = case.reveal.oracle_controls if case.reveal else {}
    defaults = {card.id: card.default for card in case.started.controls}
    return sorted(
        control
        for control, value in at_end.items()
        if value != defaults.get(control) and held.get(control, defaults.get(control)) != value
    )


def _containment(case: Case, truth: Truth, objective: float) -> Iterator[Loss]:
    at, due = truth.contained(), truth.t0 + objective
    hold, tolerance = truth.reveal.longest_hold_minutes, share(truth.reveal.tolerance)
    if at is None:
        why = f"Impact was never back under {tolerance} for {minutes(hold)} in a row."
        yield _missing(case, CONTAINMENT_POINTS, why, due, "return under tolerance")
        return
    if not engaged(case, truth, at):
        yield _missing(case, CONTAINMENT_POINTS, _BY_ITSELF, at, "declare")
        return
    elapsed = case.elapsed(truth.t0, at)
    credit = time_credit(elapsed, objective)
    why = (
        f"Impact was back under {tolerance} {minutes(elapsed)} after harm began; "
        f"the objective is {minutes(objective)}."
    )
    yield _late(case, CONTAINMENT_POINTS * (1 - credit), why, at)
    if (worse := collateral(case)) is not None:
        why = f"From {clock(worse)} on, the team's own controls did more harm than the fault would have."
        yield _late(case, CONTAINMENT_POINTS * credit * (1 - COLLATERAL), why, worse)


_BY_ITSELF = (
    "Impact stayed low or went away by itself; nobody had declared or acted between its onset and then."
)


def _mitigation(case: Case, truth: Truth, objective: float) -> Iterator[Loss]:
    back, gone, due = truth.back(), truth.mitigated(), truth.t0 + objective
    if (helped := undone_by_facilitator(case)) is not None:
        why = "The facilitator turned a control for the team, so the mitigation is not theirs."
        yield Loss("response", MITIGATION_POINTS, why, helped.minutes, helped.seq)
        return
    if back is None:
        why = "Impact is above tolerance at the horizon: the fault is not mitigated."
        yield _missing(case, MITIGATION_POINTS, why, due, "mitigation")
        return
    if not engaged(case, truth, back):
        yield _missing(case, MITIGATION_POINTS, _BY_ITSELF, back, "declare")
        return
    half = MITIGATION_POINTS / 2
    early, late = _credit(case, truth, back, objective), _credit(case, truth, gone, objective)
    if gone == back:
        yield _late(case, MITIGATION_POINTS * (1 - late), _slow(case, truth, back, objective, "gone"), back)
    else:
        yield _late(case, half * (1 - early), _slow(case, truth, back, objective, "under tolerance"), back)
        if gone is None:
            yield _missing(case, half, _residue(case), due, "mitigation")
        else:
            yield _late(case, half * (1 - late), _slow(case, truth, gone, objective, "gone"), gone)
    yield from _unverified(case, half * (early + late), gone)


def _credit(case: Case, truth: Truth, instant: float | None, objective: float) -> float:
    return 0.0 if instant is None else time_credit(case.elapsed(truth.t0, instant), objective)


def _slow(case: Case, truth: Truth, instant: float, objective: float, what: str) -> str:
    elapsed = minutes(case.elapsed(truth.t0, instant))
    return f"Impact was {what} for good {elapsed} after harm began; the objective is {minutes(objective)}."


def _residue(case: Case) -> str:
    left = left_in_place(case)
    where = f" Still off their default: {', '.join(left)}." if left else ""
    return (
        f"Impact is tolerable, but higher than it need be: containment was not replaced by a remedy.{where}"
    )


def _unverified(case: Case, earned: float, gone: float | None) -> Iterator[Loss]:
    claims = [event for event, _ in case.by_team(Resolved)]
    if gone is not None and any(event.minutes >= gone for event in claims):
        return
    if claims:
        truly = "was never gone for good" if gone is None else f"was gone for good only at {clock(gone)}"
        why = f"The incident was called over at {clock(claims[-1].minutes)}; impact {truly}."
        yield Loss("response", earned * VERIFIED, why, claims[-1].minutes, claims[-1].seq)
        return
    why = "Nobody verified that the incident is over and said so."
    yield Loss("response", earned * VERIFIED, why, case.end, None, "resolve")


def _false_all_clear(case: Case, truth: Truth) -> Iterator[Loss]:
    """All that is left, for a claim that the record refutes; a later, true one does not take it back."""
    for event, _ in case.by_team(Resolved):
        borne = truth.team.at(event.minutes)
        if event.minutes >= truth.t0 and borne > truth.reveal.tolerance:
            why = (
                f"The incident was called over at {clock(event.minutes)}, while {share(borne)} of requests "
                f"still suffered: what was done had not been checked."
            )
            yield Loss("response", WEIGHTS["response"], why, event.minutes, event.seq)
            return


def _missing(case: Case, points: float, why: str, due: float, what: str) -> Loss:
    return Loss("response", points, why, due, None, what, case.step_at(due))


def _late(case: Case, points: float, why: str, at: float) -> Loss:
    effect = case.effect_before(at)
    return Loss("response", points, why, at, effect.seq if effect else None, "", case.step_at(at))
