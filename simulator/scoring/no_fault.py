"""The case of a drill in which nothing does harm in, what the team cost out.

100 points: 85 less the harm done, 15 less the false alarms. Harm is the impact that the team has over nobody
acting; all 85 points are gone at as much as running at the drill's tolerance from start to horizon.
What a drill was ended before is not evaluated: who leaves at once has not shown that they keep calm.
"""

from __future__ import annotations

from collections.abc import Iterator

from simulator.events import Revealed
from simulator.scoring.build import dimension, gap
from simulator.scoring.case import Case
from simulator.scoring.curves import Curve, excess
from simulator.scoring.detection import false_alarms
from simulator.scoring.measured import counts_of, trial
from simulator.scoring.rubric import NO_FAULT_WEIGHTS
from simulator.scoring.values import Dimension, DimensionId, Loss
from simulator.scoring.words import minutes, share


def no_fault(case: Case, reveal: Revealed) -> tuple[Dimension, ...]:
    """The two dimensions of a drill without harm."""
    most = reveal.tolerance * case.started.horizon_minutes
    how = (
        f"Nothing did harm in this drill. Harm that the team did itself costs points, all at "
        f"{minutes(most)} of full outage."
    )
    quiet = "Each declaration that nothing warrants costs 5 points."
    return (
        dimension("no-harm", [*_harm(case, reveal, most), *_not_played(case, "no-harm")], how=how),
        dimension("quiet", [*false_alarms(case, "quiet"), *_not_played(case, "quiet")], how=quiet),
    )


def _not_played(case: Case, id: DimensionId) -> Iterator[Loss]:
    """The share of the points that belongs to the minutes after an early end."""
    left = 1 - case.end / case.started.horizon_minutes
    if left > 0:
        why = f"the drill was ended {minutes(case.started.horizon_minutes - case.end)} before its time"
        yield gap(id, NO_FAULT_WEIGHTS[id] * left, why)


def _harm(case: Case, reveal: Revealed, most: float) -> Iterator[Loss]:
    team, none = _borne(case, reveal), case.curve(reveal.impact.none)
    harm = excess(team, none)
    since = next((m for m, a, b in zip(team.minutes, team.values, none.values, strict=False) if a > b), None)
    if since is None:
        return
    effect = case.effect_before(since)
    cost = NO_FAULT_WEIGHTS["no-harm"] * (min(1.0, harm / most) if most > 0 else 1.0)
    why = (
        f"The team's controls did harm where nothing was wrong: {minutes(harm)} of full outage, "
        f"at most {share(max(team.values, default=0.0))} of requests at a time."
    )
    yield Loss("no-harm", cost, why, since, effect.seq if effect else None, "", case.step_at(since))


def _borne(case: Case, reveal: Revealed) -> Curve:
    """The team's impact; of a measured one, what is beyond chance from the first control of the team's on.

    Elsewhere it is as with nobody acting: what ends worse there nobody has done.
    """
    impact = reveal.impact
    if counts_of(impact) is None:
        return case.curve(impact.team)
    if case.acted is None:
        return case.curve(impact.none)
    counted = trial(impact, impact.none, since=case.acted, hold=reveal.longest_hold_minutes)
    if counted is None:
        return case.curve(impact.none)
    told = zip(counted.anywhere(), counted.values, impact.none, strict=True)
    return case.curve(tuple(net if is_theirs else none for is_theirs, net, none in told))
