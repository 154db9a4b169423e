"""Training the model again."""

from __future__ import annotations

import numpy as np

from simulator.world.training import fit_logistic

RNG = np.random.default_rng(3)
INPUTS = RNG.standard_normal((4000, 2))
WEIGHT = np.full(4000, 1 / 4000)


def test_a_fit_finds_the_model_that_made_the_labels() -> None:
    """With enough traffic the coefficients come back, the ridge aside."""
    chance = 1 / (1 + np.exp(-(-1.0 + 1.5 * INPUTS[:, 0] - 0.5 * INPUTS[:, 1])))
    fit = fit_logistic(INPUTS, chance, WEIGHT)

    assert abs(fit.intercept + 1.0) < 0.05
    np.testing.assert_allclose(fit.slopes, [1.5, -0.5], atol=0.05)


def test_labels_that_a_line_separates_have_a_fit() -> None:
    """The ridge keeps slopes finite, and on the right side."""
    fit = fit_logistic(INPUTS, (INPUTS[:, 0] > 0).astype(float), WEIGHT)

    assert 3 < fit.slopes[0] < 100


def test_labels_of_one_kind_have_a_fit() -> None:
    """Where all are right the model says so, and no division fails."""
    fit = fit_logistic(INPUTS, np.ones(4000), WEIGHT)

    assert fit.intercept > 5
