"""The case in, how much of the avoidable impact was avoided out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simulator.events import ControlOrdered, ControlTookEffect, Revealed
from simulator.scoring.build import dimension, gap
from simulator.scoring.case import Case, Truth
from simulator.scoring.curves import Curve, excess
from simulator.scoring.detection import warranted
from simulator.scoring.measured import area_of
from simulator.scoring.rubric import EPSILON_MINUTES, NO_REVEAL, WEIGHTS
from simulator.scoring.values import Dimension, Loss
from simulator.scoring.words import minutes

HOW = (
    "The impact that the team avoided, as a share of what the oracle avoids; both to the horizon, "
    "against nobody acting."
)


def avoidable(truth: Truth) -> float:
    """Minutes of total outage between nobody acting and the oracle."""
    return truth.none.integral() - truth.oracle.integral()


def avoided(reveal: Revealed, horizon: float) -> float | None:
    """The share of the impact with nobody acting that the team avoided; None where there is no impact."""
    none = Curve(reveal.impact.minutes, reveal.impact.none, horizon).integral()
    team = Curve(reveal.impact.minutes, area_of(reveal.impact), horizon).integral()
    return (none - team) / none if none > EPSILON_MINUTES else None


def outcome(case: Case) -> Dimension:
    """35 points times the share of the avoidable impact that was avoided, clipped to 0..1."""
    truth = case.truth
    if truth is None:
        return dimension("outcome", [gap("outcome", WEIGHTS["outcome"], NO_REVEAL)], how=HOW)
    if (most := avoidable(truth)) < EPSILON_MINUTES:
        why = (
            f"the drill is at fault: the oracle avoids {minutes(max(0.0, most))} of outage, "
            f"and below {minutes(EPSILON_MINUTES)} there is nothing to win"
        )
        return dimension("outcome", [gap("outcome", WEIGHTS["outcome"], why)], how=HOW)
    won = min(1.0, max(0.0, (truth.none.integral() - truth.credited.integral()) / most))
    shown = min(
        won,
        max(0.0, (truth.none.integral(0, truth.played) - truth.credited.integral(0, truth.played)) / most),
    )
    best = min(1.0, max(0.0, (truth.none.integral() - truth.team.integral()) / most))
    weight = WEIGHTS["outcome"]
    losses = [
        *_losses(case, truth, weight * (1 - max(won, best))),
        *_by_luck(case, truth, weight * (best - won)),
        *_not_played(truth, weight * (won - shown)),
    ]
    return dimension("outcome", losses, how=HOW)


LUCK: Mapping[str, str] = {
    "before": "was turned before anything was wrong",
    "dark": "was one of three or more turned at once, before any of them could be seen to work",
    "pair": "was one of two turned at once, of which one was not needed: each is worth its share",
}


def _by_luck(case: Case, truth: Truth, points: float) -> Iterator[Loss]:
    """What helped, and could not have been known to; the first of such orders names it."""
    if points > 0 and truth.reveal.luck:
        first = truth.reveal.luck[0]
        for event, order in case.record.of(ControlOrdered):
            if event.seq == first.seq:
                why = f"{order.control} {LUCK[first.how]}; what that avoided was luck."
                yield Loss("outcome", points, why, event.minutes, event.seq, "", case.step_at(event.minutes))


def _not_played(truth: Truth, points: float) -> Iterator[Loss]:
    """What an incident that was left before it was over might have come to, nobody has shown."""
    if points > 0:
        left = minutes(truth.team.horizon - truth.played)
        why = f"the drill was ended {left} before its time, and the incident was not over"
        yield gap("outcome", points, why)


def _losses(case: Case, truth: Truth, lost: float) -> Iterator[Loss]:
    """The loss, shared out among the stages of the response by what the team has over the oracle in each."""
    stages = list(_stages(case, truth))
    over = [excess(truth.team, truth.oracle, since=since, until=until) for since, until, *_ in stages]
    total = sum(over)
    for (since, until, doing, seq, missing), part in zip(stages, over, strict=True):
        if total > 0:
            shown = max(since, min(truth.onset, until))
            why = (
                f"{doing}, from {case.clock.at(shown)} to {case.clock.at(until)}, users bore "
                f"{minutes(part)} of full outage more than with the oracle."
            )
            yield Loss("outcome", lost * part / total, why, shown, seq, missing, case.step_at(shown))


def _stages(case: Case, truth: Truth) -> Iterator[tuple[float, float, str, int | None, str]]:
    """``(from, to, in words, event that ends it, or what is missing)``; they cover the drill."""
    horizon = case.started.horizon_minutes
    declared = next(iter(warranted(case, truth)), None)
    effect = next((e for e, _ in case.record.of(ControlTookEffect) if e.minutes >= truth.onset), None)
    back = truth.contained()
    marks = [
        ("Until an incident was declared", declared[0].minutes if declared else None,
         declared[0].seq if declared else None, "declare"),
        ("Until the first control took effect", effect.minutes if effect else None,
         effect.seq if effect else None, "control-effective"),
        ("Until impact was back under tolerance", back, None, "return under tolerance"),
    ]  # fmt: skip
    since = 0.0
    for doing, until, seq, missing in marks:
        end = horizon if until is None else min(max(until, since), horizon)
        if end > since:
            yield since, end, doing, seq, "" if until is not None else missing
        since = end
    if since < horizon:
        yield since, horizon, "After impact was first back under tolerance", None, ""
