"""The case in, how much of the avoidable impact was avoided out."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.events import ControlTookEffect, Revealed
from simulator.scoring.build import dimension, gap
from simulator.scoring.case import Case, Truth
from simulator.scoring.curves import Curve, excess
from simulator.scoring.detection import warranted
from simulator.scoring.rubric import EPSILON_MINUTES, NO_REVEAL, WEIGHTS
from simulator.scoring.values import Dimension, Loss
from simulator.scoring.words import clock, minutes

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
    team = Curve(reveal.impact.minutes, reveal.impact.team, horizon).integral()
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
    won = min(1.0, max(0.0, (truth.none.integral() - truth.team.integral()) / most))
    return dimension("outcome", _losses(case, truth, WEIGHTS["outcome"] * (1 - won)), how=HOW)


def _losses(case: Case, truth: Truth, lost: float) -> Iterator[Loss]:
    """The loss, shared out among the stages of the response by what the team has over the oracle in each."""
    stages = list(_stages(case, truth))
    over = [excess(truth.team, truth.oracle, since=since, until=until) for since, until, *_ in stages]
    total = sum(over)
    for (since, until, doing, seq, missing), part in zip(stages, over, strict=True):
        if total > 0:
            shown = max(since, min(truth.onset, until))
            why = (
                f"{doing}, from {clock(shown)} to {clock(until)}, users bore "
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
