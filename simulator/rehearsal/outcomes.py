"""The robot's trials of one drill in, what they come to out: shares with intervals, percentiles, burdens."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import get_args

from generator.model import Drill, DrillProof, Interval, Objective, Objectives, Quantiles, Unfollowed
from simulator.rehearsal import intervals
from simulator.rehearsal.values import Trial
from simulator.scoring.rubric import EPSILON_MINUTES

OBJECTIVES: tuple[Objective, ...] = get_args(Objective)
MOST_SEEDS = MOST_TEXTS = 100
LONGEST_WHY = 400
DIGITS = 4


def limits(objectives: Objectives) -> Mapping[Objective, float]:
    """The minutes that a runbook promises."""
    return {
        "detect": objectives.detect_minutes,
        "acknowledge": objectives.acknowledge_minutes,
        "contain": objectives.contain_minutes,
        "mitigate": objectives.mitigate_minutes,
    }


def quantiles(minutes: Iterable[float | None]) -> Quantiles:
    """Order statistics: the least time that so many of 100 runs stay within; None: it never came.

    A run that never got there took forever. Nothing is interpolated, least of all into forever.

    >>> quantiles([3.0, None, 1.0, 2.0])
    Quantiles(p50=2.0, p90=None, p95=None)
    """
    known = list(minutes)
    order = sorted(math.inf if one is None else one for one in known)
    return Quantiles(*(_order_statistic(order, share) for share in (50, 90, 95)))


def _order_statistic(order: Sequence[float], share: int) -> float | None:
    if not order:
        return None
    value = order[-(-share * len(order) // 100) - 1]
    return None if math.isinf(value) else round(value, DIGITS)


def drill_proof(
    drill: Drill, hash: str, trials: Sequence[Trial], *, runbook: str, objectives: Objectives | None
) -> DrillProof:
    """What the robot showed in a drill; ``objectives`` are those of the runbook that it should open, if any.

    ``trials`` are all of them, in the order of their seeds.
    """
    harmful = [trial for trial in trials if trial.t0_minutes is not None]
    harmless = [trial for trial in trials if trial.t0_minutes is None]
    missed = _missed(harmful, objectives)
    cried = {trial.seed for trial in harmless if trial.pages}
    misled = {
        trial.seed
        for trial in trials
        if drill.truth.runbook and trial.opened not in ("", drill.truth.runbook)
    }
    return DrillProof(
        drill=drill.id,
        hash=hash,
        runs=len(trials),
        harmful=len(harmful),
        detected=_reached(harmful, "detect"),
        contained=_reached(harmful, "contain"),
        mitigated=_reached(harmful, "mitigate"),
        false_alarms=intervals.share(len(cried), len(harmless)) if harmless else None,
        minutes={id: quantiles(trial.minutes.get(id) for trial in _asked(harmful, id)) for id in OBJECTIVES}
        if harmful
        else {},
        impact_avoided=_avoided(harmful),
        burden_minutes=_burdens(harmful or trials),
        opened=_counted([trial.opened] for trial in trials),
        steps=_counted(_own(trial.steps, runbook) for trial in trials),
        unchecked=sum(any(_own(trial.unchecked, runbook)) for trial in trials),
        unapproved=sum(any(_own(trial.unapproved, runbook)) for trial in trials),
        unfollowed=_unfollowed(trials, runbook),
        failed_seeds=tuple(sorted(cried.union(misled, *missed.values())))[:MOST_SEEDS],
        missed={id: len(seeds) for id, seeds in missed.items()},
        misled=min(misled, default=None),
    )


def _asked(harmful: Sequence[Trial], id: Objective) -> Sequence[Trial]:
    """The runs that an objective is asked of: nobody can acknowledge a page that never came since harm began."""
    return [trial for trial in harmful if trial.page_minutes is not None] if id == "acknowledge" else harmful


def _missed(harmful: Sequence[Trial], objectives: Objectives | None) -> dict[Objective, set[int]]:
    """The seeds that missed each objective."""
    if objectives is None or not harmful:
        return {}
    return {
        id: {trial.seed for trial in _asked(harmful, id) if not _within(trial.minutes.get(id), most)}
        for id, most in limits(objectives).items()
    }


def _within(minutes: float | None, most: float) -> bool:
    return minutes is not None and minutes <= most


def _reached(harmful: Sequence[Trial], id: Objective) -> Interval | None:
    if not harmful:
        return None
    return intervals.share(sum(trial.minutes.get(id) is not None for trial in harmful), len(harmful))


def _avoided(harmful: Sequence[Trial]) -> float | None:
    """The mean over the runs in which doing nothing costs users anything worth a word, as a score has it."""
    burdens = [(trial.burden_minutes["none"], trial.burden_minutes["robot"]) for trial in harmful]
    shares = [(none - robot) / none for none, robot in burdens if none > EPSILON_MINUTES]
    return _mean(shares) if shares else None


def _burdens(trials: Sequence[Trial]) -> Mapping[str, float]:
    return {who: _mean([trial.burden_minutes[who] for trial in trials]) for who in ("robot", "none")}


def _mean(values: Sequence[float]) -> float:
    return round(math.fsum(values) / len(values), DIGITS)


def _own(names: Iterable[str], runbook: str) -> Iterator[str]:
    """The nodes of this runbook among ``<runbook>/<node>``."""
    return (name.removeprefix(f"{runbook}/") for name in names if name.startswith(f"{runbook}/"))


def _counted(names: Iterable[Iterable[str]]) -> Mapping[str, int]:
    """In how many runs each name comes, by name."""
    found = Counter(name for run in names for name in set(run))
    return dict(sorted(found.items()))


def _unfollowed(trials: Sequence[Trial], runbook: str) -> tuple[Unfollowed, ...]:
    """What stopped the robot most often comes first, and its first seed replays it."""
    seeds: dict[tuple[str, str], list[int]] = {}
    for trial in trials:
        for name, why in trial.unfollowed.items():
            owner, _, node = name.partition("/")
            said = why if owner == runbook else f"{why} (a step of {owner})"
            seeds.setdefault((node, said[:LONGEST_WHY]), []).append(trial.seed)
    ordered = sorted(seeds.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(Unfollowed(node, why, len(runs), min(runs)) for (node, why), runs in ordered)[:MOST_TEXTS]
