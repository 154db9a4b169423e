"""Closed forms agree with scipy, with the simulated world, and with chance itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from generator import statistics
from simulator.world import drift

Floats = NDArray[np.float64]
ALLOWED_SE = 4.5
"""Standard errors of a simulation that chance may take: 1 in 150,000."""


@pytest.mark.parametrize("n", [1, 20, 2_304, 250_000])
@pytest.mark.parametrize("share", [1e-4, 0.02, 0.5, 0.97])
def test_binomial_tails_are_those_of_scipy(n: int, share: float) -> None:
    """Both tails, from the middle far out, whatever the size."""
    spread = math.sqrt(n * share * (1 - share))
    counts = sorted({min(max(round(n * share + z * spread), 0), n) for z in (-9, -3, -1, 0, 1, 3, 9)})

    upper = [statistics.binomial_tail(count, n, share) for count in counts]
    lower = [statistics.binomial_lower_tail(count, n, share) for count in counts]
    assert upper == pytest.approx([stats.binom.sf(count - 1, n, share) for count in counts], rel=1e-7)
    assert lower == pytest.approx([stats.binom.cdf(count, n, share) for count in counts], rel=1e-7)


@pytest.mark.parametrize("mean", [0.3, 12.0, 4_608.0, 1e6])
def test_poisson_tails_are_those_of_scipy(mean: float) -> None:
    """From the middle far out."""
    counts = [max(round(mean + z * math.sqrt(mean)), 0) for z in (-6, -1, 0, 1, 6, 12)]

    tails = [statistics.poisson_tail(count, mean) for count in counts]
    assert tails == pytest.approx([stats.poisson.sf(count - 1, mean) for count in counts], rel=1e-6)


@pytest.mark.parametrize("degrees", [1, 9, 99, 999])
def test_chi_square_tails_and_levels_are_those_of_scipy(degrees: int) -> None:
    """A level is where its tail is."""
    levels = [degrees * factor for factor in (0.2, 0.9, 1.1, 3.0)]

    tails = [statistics.chi_square_tail(level, degrees) for level in levels]
    assert tails == pytest.approx([stats.chi2.sf(level, degrees) for level in levels], rel=1e-8, abs=1e-300)
    assert statistics.chi_square_level(1e-4, degrees) == pytest.approx(
        stats.chi2.isf(1e-4, degrees), rel=1e-6
    )


def test_a_lognormal_time_goes_through_its_quantiles() -> None:
    """Half of the times are above the median, one in a hundred above the 99th percentile."""
    beyond = [statistics.lognormal_tail(x, p50=42, p99=150) for x in (0, 42, 150, 300)]

    sigma = math.log(150 / 42) / stats.norm.isf(0.01)
    assert beyond == pytest.approx([1.0, 0.5, 0.01, stats.lognorm.sf(300, sigma, scale=42)])


def test_a_normal_level_is_where_its_tail_is() -> None:
    """From 1 in 2 to 1 in 10 to the 200; what never happens has no level."""
    tails = [0.5, 1e-3, 1e-20, 1e-200]

    assert [statistics.normal_tail(statistics.normal_level(tail)) for tail in tails] == pytest.approx(tails)
    assert statistics.normal_level(0.0) == math.inf
    assert statistics.normal_level(1.0) == -math.inf


def test_psi_is_what_the_simulated_service_publishes() -> None:
    """One definition, with the same smoothing, on both sides."""
    reference, window = [1000.0, 990.0, 0.0, 1010.0], [40.0, 0.0, 3.0, 57.0]

    published = drift.psi(np.array(reference), np.array(window), np.ones(4))
    assert statistics.psi(reference, window) == pytest.approx(float(published))


def test_psi_without_drift_is_chi_square() -> None:
    """The share of 20,000 windows above a threshold is the closed form's, as near as chance allows."""
    bins, reference, window, threshold, trials = 10, 10_000, 2_000, 0.012, 20_000
    rng = np.random.default_rng(20)
    even = np.full(bins, 1 / bins)
    before = rng.multinomial(reference, even, trials).astype(float)
    after = rng.multinomial(window, even, trials).astype(float)

    expected = statistics.psi_null_tail(threshold, bins=bins, reference=reference, window=window)
    seen = np.mean(drift.psi(before, after, np.ones(bins)) > threshold)
    assert abs(seen - expected) < ALLOWED_SE * math.sqrt(expected * (1 - expected) / trials)


def test_the_share_that_lifts_psi_to_a_threshold_does() -> None:
    """A window with that share of its requests in one bin stands at the threshold; some cannot be reached."""
    share = statistics.psi_share(0.2, bins=10, reference=10_000, window=4_608)

    even = (1 - share) * 460.8
    moved = statistics.psi([1000.0] * 10, [even + share * 4_608] + [even] * 9)
    assert moved == pytest.approx(0.2, abs=1e-6)
    assert statistics.psi_share(50, bins=10, reference=10_000, window=4_608) == math.inf


def sliding(width: int, steps: int, seed: int) -> Floats:
    """A standard normal value for each position of a sliding window over white noise."""
    total = np.cumsum(np.random.default_rng(seed).standard_normal(steps + width))
    found: Floats = (total[width:] - total[:-width]) / math.sqrt(width)
    return found


def clumps(above: NDArray[np.bool_], *, least: int, apart: int) -> int:
    """Runs of at least ``least`` values; those that begin within ``apart`` of the one before count with it."""
    edges = np.diff(above.astype(np.int8), prepend=0, append=0)
    begin, end = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    begin = begin[end - begin >= least]
    return int(len(begin) > 0) + int(np.count_nonzero(np.diff(begin) > apart))


@pytest.mark.parametrize(("width", "level"), [(40, 2.5), (40, 3.0), (240, 2.5)])
def test_a_sliding_window_passes_a_level_as_often_as_the_clumping_heuristic_says(
    width: int, level: float
) -> None:
    """Within a tenth, which is what the heuristic leaves out at such levels, and the error of the simulation."""
    steps = 2_000_000
    seen = clumps(sliding(width, steps, 7) > level, least=1, apart=width)

    expected = statistics.clump_rate(level, width, step=1) * steps
    assert abs(seen - expected) < 0.1 * expected + ALLOWED_SE * math.sqrt(expected)


@pytest.mark.parametrize("hold", [4, 8, 20])
def test_a_hold_makes_false_alarms_rarer_and_the_closed_form_errs_upwards(hold: int) -> None:
    """At most 2.2 times too many for holds of up to half a window, never too few."""
    width, level, steps = 40, 2.5, 2_000_000
    seen = clumps(sliding(width, steps, 11) > level, least=hold + 1, apart=width)

    expected = statistics.held_rate(level, width, hold=hold, step=1) * steps
    assert seen - ALLOWED_SE * math.sqrt(seen) < expected < 2.2 * (seen + ALLOWED_SE * math.sqrt(seen))
    assert expected < statistics.clump_rate(level, width, step=1) * steps


def test_a_longer_hold_is_never_more_alarms() -> None:
    """From nothing to several windows; what always crosses still counts."""
    rates = [statistics.held_rate(2.0, 10, hold=hold, step=0.25) for hold in (0, 0.5, 2, 5, 10, 20, 30, 40)]

    assert rates == sorted(rates, reverse=True)
    assert statistics.held_rate(math.inf, 10, hold=0, step=0.25) == 0
    assert statistics.held_rate(-math.inf, 10, hold=0, step=0.25) > 0


@pytest.mark.parametrize(("tail", "in_a_row"), [(0.3, 1), (0.3, 3), (0.01, 2)])
def test_independent_values_in_a_row_come_as_rarely_as_a_recurrence_says(tail: float, in_a_row: int) -> None:
    """The mean wait for k in a row is (the wait for k - 1, plus one) / p."""
    wait = 0.0
    for _ in range(in_a_row):
        wait = (wait + 1) / tail

    assert 1 / statistics.run_rate(tail, in_a_row) == pytest.approx(wait)


def test_very_large_counts_are_as_good_as_normal() -> None:
    """Ten million requests a second are counted in no time; the tails differ by little, far out too."""
    n, share = 10**9, 0.01
    counts = [round(n * share + z * math.sqrt(n * share * (1 - share))) for z in (-3, 0, 3, 6)]

    tails = [statistics.binomial_tail(count, n, share) for count in counts]
    assert tails == pytest.approx([stats.binom.sf(count - 1, n, share) for count in counts], rel=0.02)
    tails = [statistics.poisson_tail(count, n * share) for count in counts]
    assert tails == pytest.approx([stats.poisson.sf(count - 1, n * share) for count in counts], rel=0.02)
