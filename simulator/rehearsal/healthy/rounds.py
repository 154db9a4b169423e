"""The healthy days that were simulated in, those that are still needed out: whole weeks, the same cut for everybody."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from generator.model import Catalogue, Interval, Traffic
from simulator.rehearsal import intervals
from simulator.rehearsal.healthy.alarms import Quiet
from simulator.rehearsal.healthy.backtest import HealthyTask, Weekday
from simulator.rehearsal.values import Healthy
from simulator.world.traffic import DAY_MINUTES, rate_per_s

WEEKS = 5
"""In a task, and in the first round: 35 days."""
MOST_WEEKS = 35
"""A rate at a budget of two a week takes 31; beyond that only one that hovers at its budget would become clearer."""

WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)

Enough = Literal["narrow", "over", "most"]
"""Why no more days are simulated: the interval is narrow; all of it is over the budget; these are the most."""


def rounds(catalogue: Catalogue, service: str, found: Sequence[Healthy] = ()) -> tuple[HealthyTask, ...]:
    """The tasks of the next round, given what all earlier ones found; none once that is enough.

    Days that are alike, with the day before them, are simulated together; every day has a seed of its own. KeyError
    for an unknown service.
    """
    quiet, budget = Quiet(tuple(found)), catalogue.organization.page_budget_per_week
    if found and enough(quiet.pages(), budget, quiet.weeks) is not None:
        return ()
    done, until = round(quiet.weeks), _weeks_needed(quiet, budget) if found else WEEKS
    return tuple(
        HealthyTask(catalogue, service, alike[0], _seeds(alike, first))
        for first in range(done, until, WEEKS)
        for alike in _alike(catalogue.service(service).profile.traffic)
    )


def enough(pages: Interval, budget: float, weeks: float) -> Enough | None:
    """Why so many weeks are enough to know how many false pages a week come; None: they are not."""
    if _is_narrow(pages, budget):
        return "narrow"
    if pages.least > budget:
        return "over"
    return "most" if weeks >= MOST_WEEKS else None


def reservation(pages: Interval, budget: float, weeks: float) -> str:
    """What has to be said where even the most days did not make the interval narrow; empty: nothing.

    >>> reservation(Interval(2.3, 1.8, 2.9), 2.0, 35)
    'No more is simulated, though the interval is 1.1 wide, more than half of the budget.'
    """
    if enough(pages, budget, weeks) != "most":
        return ""
    return (
        f"No more is simulated, though the interval is {pages.most - pages.least:.2g} wide, "
        "more than half of the budget."
    )


def _alike(traffic: Traffic) -> list[list[Weekday]]:
    """Weekdays with the same traffic, on the day and on the day before it."""
    groups: dict[bytes, list[Weekday]] = {}
    for place, weekday in enumerate(WEEKDAYS):
        minutes = (place - 1) * DAY_MINUTES + np.arange(2.0 * DAY_MINUTES)
        groups.setdefault(rate_per_s(traffic, minutes).tobytes(), []).append(weekday)
    return [*groups.values()]


def _seeds(weekdays: Sequence[Weekday], first_week: int) -> tuple[int, ...]:
    """The days of a task, counted from the first Monday of all."""
    places = [WEEKDAYS.index(weekday) for weekday in weekdays]
    return tuple(
        week * len(WEEKDAYS) + place for week in range(first_week, first_week + WEEKS) for place in places
    )


def _weeks_needed(quiet: Quiet, budget: float) -> int:
    """As many as make the interval narrow if pages go on as they came, in whole rounds."""
    rate, weeks = quiet.pages().estimate, round(quiet.weeks)
    clumps = intervals.dispersion([day for part in quiet.parts for day in part.daily_pages])
    while weeks < MOST_WEEKS:
        weeks += WEEKS
        if _is_narrow(intervals.rate(math.ceil(rate * weeks), weeks, dispersion=clumps), budget):
            break
    return min(weeks, MOST_WEEKS)


def _is_narrow(pages: Interval, budget: float) -> bool:
    return pages.most - pages.least < budget / 2
