"""The grid of a back-test lies around what the text says, and makes sense in the unit of every kind of signal."""

from __future__ import annotations

from itertools import product

import pytest

from generator import kinds
from generator.model import Signal
from simulator.rehearsal.healthy.grid import grid_of, grids, usual_means
from simulator.session.stage import runbooks_of, signals_of
from tests.generator.exports.catalogues import signal
from tests.simulator.stages import whole_catalogue


def _thresholds(one: Signal, **more: object) -> list[float]:
    return sorted({point.threshold for point in grid_of(one, **more)})  # type: ignore[arg-type]


def test_the_text_comes_first_and_the_rest_around_it() -> None:
    """A PSI of 0.2 is tried from a quarter to four times of it, with holds up to three times the text's."""
    points = grid_of(signal("drift", "psi", threshold=0.2, hold_minutes=2.0, with_={"feature": "amount"}))

    assert (points[0].threshold, points[0].hold_minutes) == (0.2, 2.0)
    assert sorted({point.threshold for point in points}) == [
        0.05, 0.063, 0.079, 0.1, 0.13, 0.16, 0.2, 0.25, 0.32, 0.4, 0.5, 0.63, 0.8,
    ]  # fmt: skip
    assert sorted({point.hold_minutes for point in points}) == [0, 1, 2, 4, 6]
    assert len(points) == len(set(points)) == 13 * 5


def test_a_ratio_near_one_stays_below_it() -> None:
    """What an accuracy of 97 % lacks is doubled and halved, not the accuracy."""
    found = _thresholds(signal("accuracy", "labelled-accuracy", compare="below", threshold=0.97))

    assert found[0] == 0.89
    assert found[-1] == 0.9923
    assert 0.985 in found
    assert 0.942 in found


def test_a_ratio_of_none_is_tried_from_a_thousandth_on() -> None:
    """A text that allows not one failure has no odds to double."""
    assert _thresholds(signal("failing", "error-ratio", threshold=0.0)) == [
        0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1,
    ]  # fmt: skip


def test_restarts_are_counted_one_by_one() -> None:
    """Two restarts may become none to eight, not one and a quarter."""
    assert _thresholds(signal("restarts", "restart-count", threshold=2)) == [0, 1, 2, 3, 4, 5, 6, 7, 8]


def test_a_mean_moves_by_its_distance_from_the_usual() -> None:
    """Of a mean that is usually 1,240 and pages above 1,560, half of the 320 is as good a step as all of it."""
    one = signal("mean", "feature-mean", threshold=1560, with_={"feature": "distance"})

    found = _thresholds(one, usual={"distance": 1240.0})
    assert found[0] == 1320
    assert 1400 in found
    assert 1880 in found
    assert found[-1] == 2500


def test_holds_of_a_value_that_is_asked_anew_are_counted_in_such_rounds() -> None:
    """With known questions every ten minutes, one minute, eleven and twenty-one differ; one and two do not."""
    one = signal("golden", "golden-accuracy", compare="below", threshold=0.83, hold_minutes=1)

    assert {point.hold_minutes for point in grid_of(one, every_minutes=10)} == {1, 11, 21, 31, 41}


@pytest.mark.parametrize("kind", sorted(kinds.load("signals")))
def test_every_kind_has_a_grid_whatever_its_text_says(kind: str) -> None:
    """It begins with the text's own point, repeats none, and stays small; ratios stay ratios."""
    for threshold, hold in product((0.0, 0.004, 0.5, 0.9995, 1.0, 3.0, 7200.0), (0.0, 0.1, 1.0, 600.0)):
        one = signal("any", kind, with_={"feature": "a"}, threshold=threshold, hold_minutes=hold)

        points = grid_of(one)
        assert (points[0].threshold, points[0].hold_minutes) == (threshold, hold)
        assert len(set(points)) == len(points) <= 13 * 5
        assert all(point.hold_minutes >= 0 for point in points)
        if kinds.load("signals")[kind].declaration["unit"] == "ratio" and threshold <= 1:
            assert all(0 <= point.threshold <= 1 for point in points)


def test_the_usual_mean_is_that_of_the_panel() -> None:
    """So a grid follows from the service, not from what one run drew."""
    catalogue = whole_catalogue()
    service, panel = catalogue.service("delay-predictor"), catalogue.panels["delay-predictor"]
    weights = panel.columns[service.profile.panel.weight]

    usual = usual_means(service, panel)
    expected = sum(map(float.__mul__, panel.columns["distance_miles"], weights)) / sum(weights)
    assert usual["distance"] == pytest.approx(expected)
    refs = signals_of(runbooks_of(catalogue, service.id))
    assert grids(refs, service, panel) == grids(refs, service, panel)
