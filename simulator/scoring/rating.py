"""A total and what happened in, a rating of the exercise-evaluation scale (HSEEP) and its reason out.

P performed without challenges, S with some, M with major ones, U unable to be performed.
The bounds 80, 66 and 50 are those of the Dragos 2022 year in review. The observer's rating is final.
"""

from __future__ import annotations

from simulator.scoring.tasks import broken, missed
from simulator.scoring.values import ObjectiveResult, Rating, TaskResult

PERFORMED, SOME, MAJOR = 80.0, 66.0, 50.0


def rating(
    total: float,
    results: tuple[TaskResult, ...],
    objectives: tuple[ObjectiveResult, ...],
    *,
    collateral: str,
    breach: str = "",
) -> tuple[Rating, str]:
    """P, S, M or U; a task left undone, or an objective missed, is a miss that keeps from P.

    ``collateral``: since when the team had done more harm than the fault; empty: it had not.
    """
    if total < MAJOR:
        return "U", "below 50"
    if done := broken(results):
        return "M", f"a must-not was done: {done[0].title}"
    if collateral:
        return "M", f"the team's controls did more harm than the fault, from {collateral} on"
    if breach:
        return "M", f"a breach of policy: {breach} was turned without the leave that it needs"
    if total < SOME:
        return "M", "50 and above, below 66"
    if total < PERFORMED:
        return "S", "66 and above, below 80"
    if left := missed(results):
        return "S", f"80 and above, but not every critical task was done: {left[0].title}"
    if late := [objective for objective in objectives if objective.met is False]:
        return "S", f"80 and above, but an objective was missed: {late[0].title.lower()}"
    return "P", "80 and above, with every critical task done and every objective met"
