"""The case in, the credit for containing and for mitigating out.

Contained: the team's impact is back under tolerance for at least the longest hold among the signals of the
runbook that should be open.
Mitigated: from an instant on to the horizon, half for being under tolerance, half for being as low as the
oracle would have it, give or take a quarter of the tolerance. A containment that is left in place still
costs users what it costs, and shows there; which control undoes the fault is not asked. A fifth of that
credit needs the team's own `resolve`, made when it is true. A false one leaves nothing of either credit
(``all_clear``). Impact that goes away by itself is credited to a team that had eased it; what was turned by
luck is no answer to it, and what was left before it could be seen to hold is a gap.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from generator.model import Setting
from simulator.events import (
    FACILITATOR,
    Approved,
    ControlOrdered,
    ControlTookEffect,
    Event,
    Resolved,
)
from simulator.scoring.all_clear import false_all_clear
from simulator.scoring.build import dimension, gap
from simulator.scoring.case import Case, Truth
from simulator.scoring.checks import unverified
from simulator.scoring.curves import Curve
from simulator.scoring.measured import counts_of, judged, trial
from simulator.scoring.rubric import (
    COLLATERAL,
    CONTAINMENT_POINTS,
    LEAVE_POINTS,
    MITIGATION_POINTS,
    NO_OBJECTIVES,
    NO_REVEAL,
    RESIDUAL,
    UNCLEAN,
    VERIFIED,
    WEIGHTS,
    time_credit,
)
from simulator.scoring.values import Dimension, Loss
from simulator.scoring.words import minutes, share

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
        *_false_all_clear(case),
        *_without_leave(case, truth),
    ]
    left = WEIGHTS["response"] - sum(loss.points for loss in losses)
    return dimension("response", [*losses, *_not_looked_at(case, left)], how=HOW)


def collateral(case: Case) -> float | None:
    """The instant at which the team had more than the tolerance over nobody acting, for the longest hold.

    Where it was measured: beyond chance, and only from the first control of the team's on.
    """
    if case.reveal is None:
        return None
    impact, hold, since = case.reveal.impact, case.reveal.longest_hold_minutes, 0.0
    limits, team = tuple(value + case.reveal.tolerance for value in impact.none), case.curve(impact.team)
    if counts_of(impact) is not None:
        if case.acted is None:
            return None
        since = case.acted
        if (counted := trial(impact, limits, since=since, hold=hold)) is not None:
            team = judged(team, counted)
    upside_down = Curve(team.minutes, tuple(-value for value in team.values), team.horizon)
    return upside_down.returns([-limit for limit in limits], since=since, hold=hold)


def undone_by_facilitator(case: Case) -> Event | None:
    """The first control that the facilitator turned instead of the team."""
    return next((e for e, _ in case.record.of(ControlOrdered) if e.actor == FACILITATOR), None)


def eased(truth: Truth, by: float) -> bool:
    """Whether users had been better off by that instant than with nobody acting, and not by luck.

    Where it was measured: beyond chance, from the first control of the team's on; a window that begins while the
    return lasts will do, as the requests of one step alone tell too little.
    """
    least = RESIDUAL * truth.reveal.tolerance
    if counts_of(truth.reveal.impact) is not None:
        return _eased_beyond_chance(truth, by, least)
    rows = zip(truth.credited.minutes, truth.credited.values, truth.none.values, strict=False)
    return any(truth.onset <= at <= by and team < none - least for at, team, none in rows)


def _eased_beyond_chance(truth: Truth, by: float, least: float) -> bool:
    hold = truth.reveal.longest_hold_minutes
    if truth.acted is None or truth.acted > by + hold:
        return False
    impact, since = truth.reveal.impact, max(truth.onset, truth.acted)
    limits = tuple(value - least for value in impact.none)
    counted = trial(impact, limits, since=since, hold=hold)
    until = bisect_right(impact.minutes, by + hold)
    if counted is None or not counted.is_below(until):
        return False
    if truth.warranted is None:
        return True
    rows = zip(impact.minutes, truth.warranted.values, limits, strict=False)
    return any(since <= at <= by + hold and without < limit for at, without, limit in rows)


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
    if not eased(truth, at):
        yield _missing(case, CONTAINMENT_POINTS, _BY_ITSELF, at, "control-effective")
        return
    if not truth.seen(at, hold):
        yield gap("response", CONTAINMENT_POINTS, LEFT)
        return
    elapsed = case.elapsed(truth.t0, at)
    credit = time_credit(elapsed, objective)
    why = (
        f"Impact was back under {tolerance} {minutes(elapsed)} after harm began; "
        f"the objective is {minutes(objective)}."
    )
    yield _late(case, CONTAINMENT_POINTS * (1 - credit), why, at)
    if (worse := collateral(case)) is not None:
        why = f"From {case.clock.at(worse)} on, the team's own controls did more harm than the fault would have."
        yield _late(case, CONTAINMENT_POINTS * credit * (1 - COLLATERAL), why, worse)


LEFT = "the drill was ended before anybody could see that it holds, and the incident was not over"
_BY_ITSELF = "Impact stayed low or went away by itself; nothing that the team turned had eased it by then."


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
    if not eased(truth, back):
        yield _missing(case, MITIGATION_POINTS, _BY_ITSELF, back, "control-effective")
        return
    if not truth.seen(back, truth.reveal.longest_hold_minutes):
        yield gap("response", MITIGATION_POINTS, LEFT)
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
    earned = half * (early + late)
    if gone is not None and truth.reveal.needless:
        why = f"Not undone cleanly: users would do better without {', '.join(truth.reveal.needless)}, left turned."
        yield _late(case, earned * (1 - UNCLEAN), why, gone)
        earned *= UNCLEAN
    yield from _unverified(case, earned, gone)


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
        truly = (
            "was never gone for good" if gone is None else f"was gone for good only at {case.clock.at(gone)}"
        )
        why = f"The incident was called over at {case.clock.at(claims[-1].minutes)}; impact {truly}."
        yield Loss("response", earned * VERIFIED, why, claims[-1].minutes, claims[-1].seq)
        return
    why = "Nobody verified that the incident is over and said so."
    yield Loss("response", earned * VERIFIED, why, case.end, None, "resolve")


def without_leave(case: Case) -> list[tuple[Event, ControlOrdered, tuple[str, ...]]]:
    """The first order of each control that was turned before one of the roles that must had approved anything."""
    found: dict[str, tuple[Event, ControlOrdered, tuple[str, ...]]] = {}
    for event, order, roles, given in leave(case):
        if not given:
            found.setdefault(order.control, (event, order, roles))
    return list(found.values())


def leave(case: Case) -> Iterator[tuple[Event, ControlOrdered, tuple[str, ...], bool]]:
    """The orders that take somebody's leave: roles of which one must have approved anything, and whether one had."""
    needed = {one.control: one.roles for one in (case.reveal.approvals if case.reveal else ())}
    approved: set[str] = set()
    for event in case.record.events:
        payload = event.payload
        if isinstance(payload, Approved):
            approved.add(payload.role)
        elif isinstance(payload, ControlOrdered) and event.actor != FACILITATOR:
            roles = needed.get(payload.control, ())
            if roles and payload.value != payload.previous:
                yield event, payload, roles, bool(approved & set(roles))


def _without_leave(case: Case, truth: Truth) -> Iterator[Loss]:
    for event, order, roles in without_leave(case):
        why = f"{order.control} was turned without the leave of {' or '.join(roles)}, which its runbook asks for."
        step = case.step_at(event.minutes)
        yield Loss("response", LEAVE_POINTS, why, event.minutes, event.seq, "", step)


def _not_looked_at(case: Case, left: float) -> Iterator[Loss]:
    """Of what the response earned, the share of the team's own reports that did not hold."""
    wrong, all_of_them = unverified(case)
    if wrong and left > 0:
        why = f"{wrong} of {all_of_them} reports of success came before their checks held: so much is unverified."
        yield Loss("response", left * wrong / all_of_them, why, case.end, None, "check")


def _false_all_clear(case: Case) -> Iterator[Loss]:
    """All that is left, for a claim that the record refutes."""
    if (found := false_all_clear(case)) is not None:
        event, why = found
        yield Loss("response", WEIGHTS["response"], why, event.minutes, event.seq)


def _missing(case: Case, points: float, why: str, due: float, what: str) -> Loss:
    return Loss("response", points, why, due, None, what, case.step_at(due))


def _late(case: Case, points: float, why: str, at: float) -> Loss:
    effect = case.effect_before(at)
    return Loss("response", points, why, at, effect.seq if effect else None, "", case.step_at(at))
