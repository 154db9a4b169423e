"""Healthy days are simulated in whole weeks, until false pages are known well enough, or told not to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from simulator.rehearsal.healthy.alarms import Quiet
from simulator.rehearsal.healthy.rounds import MOST_WEEKS, Enough, enough, reservation, rounds
from simulator.rehearsal.values import Healthy, Point
from tests.simulator.stages import catalogue

SERVICE, BUDGET = "fraud-scorer", 2.0
WHOLE = replace(catalogue(), organization=replace(catalogue().organization, page_budget_per_week=BUDGET))


def _found(weeks: int, pages: int, *, at_once: bool = False) -> list[Healthy]:
    """So many pages, spread evenly over the days; or all on one day."""
    days = weeks * 7
    daily = [pages if at_once and not day else 0 for day in range(days)]
    if not at_once:
        daily = [pages * (day + 1) // days - pages * day // days for day in range(days)]
    points = {"one": (Point(0.2, 5.0),)}
    return [Healthy(SERVICE, days, points, {"one": (pages,)}, pages, {"one": (tuple(daily),)}, tuple(daily))]


def _enough(weeks: int, pages: int) -> Enough | None:
    return enough(Quiet(tuple(_found(weeks, pages))).pages(), BUDGET, weeks)


def _days(found: Sequence[Healthy] = ()) -> int:
    return sum(len(task.seeds) for task in rounds(WHOLE, SERVICE, found))


def test_it_begins_with_five_weeks() -> None:
    """35 days, each with a seed of its own, or they would be alike; Tuesday to Friday have the same traffic."""
    tasks = rounds(WHOLE, SERVICE)

    assert [(task.weekday, len(task.seeds)) for task in tasks] == [
        ("monday", 5),
        ("tuesday", 20),
        ("saturday", 5),
        ("sunday", 5),
    ]
    assert sorted(seed for task in tasks for seed in task.seeds) == list(range(35))


def test_a_week_without_a_weekend_has_one_kind_of_day() -> None:
    """Days are simulated together where their traffic is the same, and the day's before it."""
    (service,) = (one for one in WHOLE.services if one.id == SERVICE)
    even = replace(service.profile, traffic=replace(service.profile.traffic, weekend_factor=1.0))
    whole = replace(WHOLE, services=(replace(service, profile=even),))

    (task,) = rounds(whole, SERVICE)
    assert sorted(task.seeds) == list(range(35))


def test_five_weeks_without_a_page_are_enough() -> None:
    """Then at most 0.74 a week come, with 97.5 % confidence: less than half of a budget of two."""
    assert rounds(WHOLE, SERVICE, _found(5, 0)) == ()
    assert _enough(5, 0) == "narrow"


@pytest.mark.parametrize(("pages", "days"), [(1, 35), (3, 70), (8, 175)])
def test_more_pages_take_more_days(pages: int, days: int) -> None:
    """As many as make the interval narrow if pages go on as they came; never a day twice."""
    tasks = rounds(WHOLE, SERVICE, _found(5, pages))

    seeds = sorted(seed for task in tasks for seed in task.seeds)
    assert seeds == list(range(35, 35 + days))
    assert {len(task.seeds) for task in tasks} == {5, 20}
    assert rounds(WHOLE, SERVICE, _found(5, pages)) == tasks


def test_it_goes_on_until_the_interval_is_narrow() -> None:
    """Told anew after every round, whatever was expected."""
    assert _enough(15, 3) == "narrow"
    assert _enough(15, 15) is None
    assert _days(_found(15, 15)) > 0


def test_pages_that_come_all_at_once_tell_less() -> None:
    """Three in one night may be one that cannot make up its mind: that takes more days than three that come alone."""
    assert _days(_found(5, 3, at_once=True)) > _days(_found(5, 3))


def test_what_is_over_the_budget_beyond_doubt_takes_no_more_days() -> None:
    """Fifty in five weeks are never two a week."""
    assert rounds(WHOLE, SERVICE, _found(5, 50)) == ()
    assert _enough(5, 50) == "over"


def test_the_end_is_told_as_what_it_is() -> None:
    """Two a week cannot be told from a budget of two in as many weeks as there are."""
    found = _found(MOST_WEEKS, 2 * MOST_WEEKS + 10)

    assert rounds(WHOLE, SERVICE, found) == ()
    assert reservation(Quiet(tuple(found)).pages(), BUDGET, MOST_WEEKS) == (
        "No more is simulated, though the interval is 1 wide, more than half of the budget."
    )
    assert reservation(Quiet(tuple(_found(5, 0))).pages(), BUDGET, 5) == ""
