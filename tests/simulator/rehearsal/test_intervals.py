"""Intervals of proofs are the exact ones: those of scipy, and they cover what they promise to."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from generator.model import Interval
from simulator.rehearsal import intervals


@pytest.mark.parametrize("count", [0, 1, 2, 7, 60, 3_000, 50_000])
def test_a_rate_has_the_interval_of_garwood(count: int) -> None:
    """From no false page at all to one that never stops."""
    least = stats.chi2.ppf(0.025, 2 * count) / 2 / 5 if count else 0.0
    most = stats.chi2.ppf(0.975, 2 * count + 2) / 2 / 5

    found = intervals.rate(count, 5)
    assert (found.estimate, found.least, found.most) == pytest.approx((count / 5, least, most), rel=1e-3)


@pytest.mark.parametrize("trials", [1, 2, 50, 200, 7_800])
def test_a_share_has_the_interval_of_clopper_and_pearson(trials: int) -> None:
    """At the ends, beside them and in the middle."""
    for hits in sorted({0, 1, trials // 3, trials - 1, trials}):
        exact = stats.binomtest(hits, trials).proportion_ci(0.95, method="exact")

        found = intervals.share(hits, trials)
        assert (found.estimate, found.least, found.most) == pytest.approx(
            (hits / trials, exact.low, exact.high), rel=1e-3
        )


@pytest.mark.parametrize("mean", [0.5, 3.0, 11.0])
def test_a_rate_is_covered_at_least_as_often_as_promised(mean: float) -> None:
    """Summed over every count that can come, not simulated."""
    counts = range(80)
    covering = [count for count in counts if _covers(intervals.rate(count, 1), mean)]

    assert stats.poisson.pmf(covering, mean).sum() >= 0.95


@pytest.mark.parametrize("share", [0.01, 0.5, 0.975])
def test_a_share_is_covered_at_least_as_often_as_promised(share: float) -> None:
    """Of 50 runs; Wilson's interval covers a share of 1 % in nine of ten cases only."""
    hits = range(51)
    covering = [count for count in hits if _covers(intervals.share(count, 50), share)]

    assert stats.binom.pmf(covering, 50, share).sum() >= 0.95


def _covers(interval: Interval, truth: float) -> bool:
    return interval.least <= truth <= interval.most


def test_firings_in_clumps_of_four_count_for_a_quarter() -> None:
    """Forty that come by fours say as much about the rate as ten that come alone, at four times the rate."""
    alone, clumps = intervals.rate(10, 5), intervals.rate(40, 5, dispersion=4.0)

    assert (clumps.estimate, clumps.least, clumps.most) == pytest.approx(
        (4 * alone.estimate, 4 * alone.least, 4 * alone.most), rel=1e-3
    )


def test_days_tell_whether_firings_come_in_clumps() -> None:
    """Ten days with one each and ten without are no clumps; two with ten each are."""
    scattered = intervals.dispersion([1, 0] * 10)
    clumps = intervals.dispersion([10, 0, 0, 0, 0, 10, *([0] * 14)])

    assert scattered == 1.0
    assert clumps == pytest.approx(stats.describe([10] * 2 + [0] * 18).variance / 1.0)


def test_the_bound_of_a_median_holds_for_runs_that_never_end() -> None:
    """Twenty runs of which nine never got there: the sixth value is the bound, and it is finite."""
    values = [float(minute) for minute in range(11)] + [math.inf] * 9

    assert intervals.median_least(values) == 5.0
    assert stats.binom.cdf(5, 20, 0.5) <= 0.025 < stats.binom.cdf(6, 20, 0.5)
