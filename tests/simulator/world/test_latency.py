"""Shares per latency bucket, against sampled requests."""

from __future__ import annotations

import numpy as np

from simulator.world.flow import Delay
from simulator.world.latency import lognormal, mean_s, mixtures, share_within, share_within_delayed

EDGES = np.array([0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0])
SAMPLES = 200_000


def _sampled(p50: float, p99: float, rng: np.random.Generator) -> np.ndarray:
    mu, sigma = lognormal(p50, p99)
    return np.exp(rng.normal(mu, sigma, SAMPLES))


def test_a_lognormal_time_goes_through_its_two_quantiles() -> None:
    """Half lies within the median and 99 % within the 99th percentile."""
    shares = share_within(np.array([0.042, 0.15]), np.array([0.042]), np.array([0.15]))

    np.testing.assert_allclose(shares, [[0.5, 0.99]], atol=1e-6)


def test_the_sum_with_a_delay_agrees_with_sampled_requests() -> None:
    """The convolution stays within four standard errors of a simulation request by request."""
    rng = np.random.default_rng(1)
    total = _sampled(0.042, 0.15, rng) + _sampled(0.25, 0.9, rng)
    sampled = (total[:, None] <= EDGES).mean(axis=0)
    delay = Delay(np.ones((1, 1)), 0.25, 0.9)

    exact = share_within_delayed(EDGES, np.array([0.042]), np.array([0.15]), [delay])[0]

    error = 4 * np.sqrt(np.maximum(exact * (1 - exact), 1 / SAMPLES) / SAMPLES)
    assert np.all(np.abs(exact - sampled) < error + 1e-4)


def test_deadlines_of_many_seconds_are_counted_as_well() -> None:
    """A language model that takes seconds, and a delay of seconds, agree with a simulation request by request."""
    rng = np.random.default_rng(2)
    total = _sampled(1.8, 7.0, rng) + _sampled(6.0, 20.0, rng)
    edges = np.array([2.5, 5.0, 10.0, 30.0])
    sampled = (total[:, None] <= edges).mean(axis=0)
    delay = Delay(np.ones((1, 1)), 6.0, 20.0)

    exact = share_within_delayed(edges, np.array([1.8]), np.array([7.0]), [delay])[0]

    error = 4 * np.sqrt(np.maximum(exact * (1 - exact), 1 / SAMPLES) / SAMPLES)
    assert np.all(np.abs(exact - sampled) < error + 1e-4)


def test_the_mean_of_a_delay_agrees_with_sampled_requests() -> None:
    """The closed form of the lognormal mean."""
    sampled = _sampled(0.25, 0.9, np.random.default_rng(2))

    assert abs(mean_s(0.25, 0.9) - sampled.mean()) < 4 * sampled.std() / np.sqrt(SAMPLES)


def test_every_request_meets_some_subset_of_the_delays() -> None:
    """The probabilities of all subsets add up to one."""
    delays = [Delay(np.full((2, 3), 0.2), 0.1, 0.3), Delay(np.full((2, 3), 0.5), 0.1, 0.3)]

    assert len(mixtures(delays)) == 4
    np.testing.assert_allclose(sum(weight for _, weight in mixtures(delays)), 1.0)
