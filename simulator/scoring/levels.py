"""Dimensions, and what an observer said of them in, the same with a level each out.

The machine's level follows from the share of the points; the observer's is final, and both stay visible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from simulator.events import Rated
from simulator.scoring.case import Case
from simulator.scoring.rating import MAJOR, PERFORMED, SOME
from simulator.scoring.response import collateral, without_leave
from simulator.scoring.tasks import broken, missed
from simulator.scoring.values import Dimension, Rating, TaskResult

LADDER = "UMSP"
"""The worst first."""


def levelled(
    case: Case, dimensions: tuple[Dimension, ...], results: tuple[TaskResult, ...]
) -> tuple[Dimension, ...]:
    """Each with the machine's level, and the last rating that an observer gave it."""
    said = {rated.dimension: rated for _, rated in case.record.of(Rated)}
    capped = _capped(case, results)
    return tuple(_with(one, capped.get(one.id, "P"), said.get(one.id)) for one in dimensions)


def apart(machine: str | None, observer: str | None) -> bool:
    """Whether two levels, None where there is none, are more than one apart, which asks for a note."""
    if machine is None or observer is None:
        return False
    return abs(LADDER.index(machine) - LADDER.index(observer)) > 1


def _with(dimension: Dimension, most: Rating, said: Rated | None) -> Dimension:
    level = _level(dimension)
    if level is not None and LADDER.index(level) > LADDER.index(most):
        level = most
    if said is None:
        return replace(dimension, level=level)
    return replace(
        dimension,
        level=level,
        observed=said.rating,
        observed_why=said.why,
        note_wanted=apart(level, said.rating) and not said.why.strip(),
    )


def _level(dimension: Dimension) -> Rating | None:
    if dimension.evaluated <= 0:
        return None
    share = 100 * dimension.points / dimension.weight
    return "P" if share >= PERFORMED else "S" if share >= SOME else "M" if share >= MAJOR else "U"


def _capped(case: Case, results: tuple[TaskResult, ...]) -> Mapping[str, Rating]:
    """The best that a dimension can be: a must-not, harm elsewhere or a breach of policy leave M; a miss, S."""
    most: dict[str, Rating] = {}
    if collateral(case) is not None or without_leave(case):
        most["response"] = "M"
    if broken(results):
        most["tasks"] = "M"
    elif missed(results):
        most["tasks"] = "S"
    return most
