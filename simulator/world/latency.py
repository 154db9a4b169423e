"""Quantiles of service times and delays in, the share of requests at or under each bucket edge out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from statistics import NormalDist
from typing import TypeVar

import numpy as np

from simulator.world.flow import Delay, Floats, Pace

Met = TypeVar("Met", Delay, Pace)
Z99 = NormalDist().inv_cdf(0.99)
FINEST_GRID_S = 0.0025
GRID_POINTS = 2048
"""Up to 5.12 s, or a little beyond the last edge where that is longer; what is slower lies beyond."""


def lognormal(p50: Floats | float, p99: Floats | float) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the logarithm, from median and 99th percentile."""
    mu = np.log(np.asarray(p50, dtype=float))
    return mu, np.maximum((np.log(np.asarray(p99, dtype=float)) - mu) / Z99, 1e-6)


def normal_cdf(z: Floats) -> Floats:
    """The standard normal distribution function; Abramowitz and Stegun 7.1.26, absolute error under 1e-7."""
    x = np.abs(z) / np.sqrt(2)
    t = 1 / (1 + 0.3275911 * x)
    tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = 1 - tail * np.exp(-x * x)
    cdf: Floats = 0.5 * (1 + np.sign(z) * erf)
    return cdf


def share_within(edges_s: Floats, p50_s: Floats, p99_s: Floats) -> Floats:
    """Of lognormal times, the share at or under each edge; axes (state, edge)."""
    mu, sigma = lognormal(p50_s, p99_s)
    shares: Floats = normal_cdf((np.log(edges_s)[None, :] - mu[:, None]) / sigma[:, None])
    return shares


def mean_s(p50_s: float, p99_s: float) -> float:
    """The mean of a lognormal time through both quantiles."""
    mu, sigma = lognormal(p50_s, p99_s)
    return float(np.exp(mu + sigma**2 / 2))


def share_within_delayed(edges_s: Floats, p50_s: Floats, p99_s: Floats, delays: Sequence[Delay]) -> Floats:
    """Like ``share_within`` for the sum of a service time and all of these delays; axes (state, edge)."""
    cell = max(FINEST_GRID_S, float(edges_s[-1]) * 1.024 / GRID_POINTS)
    grid = cell * np.arange(1, GRID_POINTS + 1, dtype=np.float64)
    spectrum = np.fft.rfft(_masses(share_within(grid, p50_s, p99_s)), 2 * GRID_POINTS)
    for delay in delays:
        one = _masses(share_within(grid, np.array([delay.p50_s]), np.array([delay.p99_s])))
        spectrum = spectrum * np.fft.rfft(one, 2 * GRID_POINTS)
    total = np.cumsum(np.fft.irfft(spectrum, 2 * GRID_POINTS)[:, :GRID_POINTS], axis=1)
    # A cell's mass stands at its upper end, half a cell too high on average; and the sum of two places counts
    # from two cells, not from one. Together: half a cell too low for each delay.
    where = edges_s - len(delays) * cell / 2
    return np.stack([np.interp(where, grid, row, left=0.0) for row in np.clip(total, 0.0, 1.0)])


def _masses(cumulative: Floats) -> Floats:
    return np.diff(cumulative, axis=1, prepend=0.0)


def mixtures(delays: Sequence[Met]) -> list[tuple[tuple[Met, ...], Floats]]:
    """Every subset of the delays or paces, with the probability that exactly these are met; (state, prototype)."""
    out = []
    for chosen in product((False, True), repeat=len(delays)):
        weight: Floats = np.ones((1, 1))
        for taken, delay in zip(chosen, delays, strict=True):
            weight = weight * (delay.probability if taken else 1 - delay.probability)
        out.append((tuple(d for taken, d in zip(chosen, delays, strict=True) if taken), weight))
    return out
