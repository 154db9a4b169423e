"""What several drills showed in, the worst of it as one out: what may be told where drills may not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from generator.model.proof import DrillProof, Interval, Objective, Quantiles

_NEVER = float("inf")


def worst(drills: Sequence[DrillProof]) -> DrillProof:
    """One result without a name: counts of all drills, and of everything else the worst that any of them showed.

    ValueError without any drill.
    """
    if not drills:
        raise ValueError("no drill to tell of")
    opened: Counter[str] = Counter()
    steps: Counter[str] = Counter()
    missed: Counter[Objective] = Counter()
    for one in drills:
        missed.update(one.missed)
        opened.update(one.opened)
        steps.update(one.steps)
    harmful = [one for one in drills if one.impact_avoided is not None]
    hardest = min(harmful, key=lambda one: one.impact_avoided or 0.0, default=drills[0])
    return DrillProof(
        drill="",
        hash="",
        runs=sum(one.runs for one in drills),
        harmful=sum(one.harmful for one in drills),
        detected=_least(one.detected for one in drills),
        contained=_least(one.contained for one in drills),
        mitigated=_least(one.mitigated for one in drills),
        false_alarms=_most(one.false_alarms for one in drills),
        minutes={
            objective: slowest([one.minutes[objective] for one in drills if _asked(one, objective)])
            for objective in dict.fromkeys(key for one in drills for key in one.minutes)
        },
        impact_avoided=hardest.impact_avoided,
        burden_minutes=dict(hardest.burden_minutes),
        opened=dict(opened),
        steps=dict(steps),
        unchecked=sum(one.unchecked for one in drills),
        unapproved=sum(one.unapproved for one in drills),
        missed=dict(missed),
    )


def _asked(one: DrillProof, objective: Objective) -> bool:
    """Whether the objective was asked of any run: nobody can acknowledge a page that never came."""
    if objective == "acknowledge" and not one.missed.get(objective, 0):
        return objective in one.minutes and one.minutes[objective].p50 is not None
    return objective in one.minutes


def slowest(several: Iterable[Quantiles]) -> Quantiles:
    """The longest of each; what too few runs reached is longer than anything."""
    found = list(several)
    longest = [_longest([getattr(one, name) for one in found]) for name in ("p50", "p90", "p95")]
    return Quantiles(*longest)


def _longest(minutes: Sequence[float | None]) -> float | None:
    longest = max((_NEVER if one is None else one for one in minutes), default=_NEVER)
    return None if longest == _NEVER else longest


def _least(shares: Iterable[Interval | None]) -> Interval | None:
    return min((one for one in shares if one is not None), key=lambda one: one.estimate, default=None)


def _most(shares: Iterable[Interval | None]) -> Interval | None:
    return max((one for one in shares if one is not None), key=lambda one: one.estimate, default=None)
