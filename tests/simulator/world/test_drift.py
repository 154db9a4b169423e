"""The population stability index and its bins."""

from __future__ import annotations

import numpy as np

from simulator.world.drift import psi, quantile_bins

BINS, REFERENCE, WINDOW, WORLDS = 10, 10_000, 3_000, 4_000


def test_without_drift_psi_follows_its_null_distribution() -> None:
    """PSI is about (1/N + 1/M) times chi-square with B - 1 degrees of freedom: mean and variance agree."""
    rng = np.random.default_rng(3)
    reference = rng.multinomial(REFERENCE, np.full(BINS, 1 / BINS), size=WORLDS)
    window = rng.multinomial(WINDOW, np.full(BINS, 1 / BINS), size=WORLDS)

    found = psi(reference, window, np.ones(BINS))

    scale = 1 / REFERENCE + 1 / WINDOW
    expected, spread = scale * (BINS - 1), scale * np.sqrt(2 * (BINS - 1))
    assert abs(found.mean() - expected) < 4 * spread / np.sqrt(WORLDS) + 0.02 * expected
    assert abs(found.std() / spread - 1) < 0.1


def test_a_normal_shift_of_half_a_standard_deviation_gives_about_a_quarter() -> None:
    """PSI is about the square of the shift in standard deviations, a little less in ten bins."""
    rng = np.random.default_rng(4)
    healthy = rng.normal(size=200_000)
    weight = np.ones(len(healthy))
    bins = quantile_bins(healthy, weight, BINS)
    counts = bins.shares(np.stack([healthy, healthy + 0.5]), weight)[:, :-1] * len(healthy)

    assert 0.2 < psi(counts[0], counts[1], np.ones(BINS)) < 0.25


def test_bins_are_fewer_where_values_are_equal() -> None:
    """A flag has two bins, and missing values are counted apart."""
    flag = np.array([0.0, 0.0, 0.0, 1.0])
    bins = quantile_bins(flag, np.ones(4), BINS)

    shares = bins.shares(np.array([[0.0, 1.0, np.nan, 1.0]]), np.ones(4))

    assert bins.count == 2
    np.testing.assert_allclose(shares, [[0.25, 0.5, 0.25]])


def test_an_empty_window_has_no_psi() -> None:
    """Nothing measured is not the same as nothing drifted."""
    assert np.isnan(psi(np.full(BINS, 100.0), np.zeros(BINS), np.ones(BINS)))
