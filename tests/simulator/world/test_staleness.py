"""Values as they were some time ago."""

from __future__ import annotations

import numpy as np

from simulator.world.staleness import aged

COUNT = 1000
RNG = np.random.default_rng(5)
VALUES = RNG.gamma(2.0, size=(1, COUNT))
WEIGHT = np.full(COUNT, 1 / COUNT)
RANK = RNG.permutation(COUNT) / COUNT
EVERYBODY = np.ones(COUNT, dtype=bool)


def _aged(values: np.ndarray, *hours: float, inside: np.ndarray = EVERYBODY) -> np.ndarray:
    return aged(values, np.array(hours), memory_hours=24, weight=WEIGHT, rank=RANK, inside=inside)


def test_values_of_this_moment_are_the_values() -> None:
    """An age of nothing changes nothing, ties and gaps included."""
    rough = np.where(VALUES > 4, np.nan, np.round(VALUES))

    np.testing.assert_array_equal(_aged(rough, 0.0), rough)


def test_old_values_are_distributed_as_the_new_ones() -> None:
    """Whatever the age: where all weigh alike, the very same values come in another order."""
    old = _aged(VALUES, 1.0, 24.0, 1e6)

    for row in old:
        np.testing.assert_array_equal(np.sort(row), np.sort(VALUES[0]))


def test_the_correlation_fades_with_the_age() -> None:
    """By rank it is about exp(-age / memory): one at once, 0.37 after the memory, none after a long time."""
    places = np.argsort(np.argsort(_aged(VALUES, 0.0, 24.0, 1e6), axis=1), axis=1)
    correlation = [np.corrcoef(places[0], row)[0, 1] for row in places]

    np.testing.assert_allclose(correlation, [1.0, np.exp(-1), 0.0], atol=0.06)


def test_values_change_places_inside_alone() -> None:
    """A slice keeps its own values, and the others theirs."""
    inside = VALUES[0] > 2
    old = _aged(VALUES, 100.0, inside=inside)

    np.testing.assert_array_equal(old[:, ~inside], VALUES[:, ~inside])
    np.testing.assert_array_equal(np.sort(old[0, inside]), np.sort(VALUES[0, inside]))
