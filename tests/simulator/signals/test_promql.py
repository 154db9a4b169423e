"""PromQL over a batch answers as Prometheus does; the numbers are worked out by hand from its rules."""

from __future__ import annotations

import re

import numpy as np
import pytest

from simulator.signals import promql
from simulator.world.telemetry import Floats, Series, Telemetry, series

GAP = np.nan
REQUESTS = series("requests_total", code="200")
EDGES = np.array([0.1, 0.2, 0.4, np.inf])


def telemetry(*samples: list[float], identities: tuple[Series, ...] = (REQUESTS,)) -> Telemetry:
    """One replica a list of samples, 15 s apart; every identity has the same."""
    values = np.array(samples)
    result = Telemetry(identities, replicas=len(values), times=np.arange(values.shape[1]) * 15.0)
    for sample in values.T:
        result.append(np.tile(sample, (len(identities), 1)))
    return result


def counts(*cumulative: float) -> Floats:
    return np.array(cumulative)[:, np.newaxis]


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        # Samples at both ends of the range: nothing to extrapolate.
        ([100, 110, 120, 130, 140], 40),
        # A restart after 120 loses nothing that had been counted.
        ([100, 110, 120, 5, 15], 35),
        # A missing first sample is near (15 s of at most 16.5): 30 in 45 s stretch to the whole minute.
        ([GAP, 100, 110, 120, 130], 40),
        # Two are not: half an interval is added, 20 in 30 s become 25.
        ([GAP, GAP, 100, 110, 120], 25),
        # A counter that was 5 cannot have begun earlier than 7.5 s before: 30 · 52.5 / 45.
        ([GAP, 5, 15, 25, 35], 35),
        # One sample says nothing.
        ([GAP, GAP, GAP, GAP, 100], GAP),
        ([GAP, GAP, GAP, GAP, GAP], GAP),
        # A counter at rest.
        ([7, 7, 7, 7, 7], 0),
    ],
)
def test_increase_follows_resets_gaps_and_edges(samples: list[float], expected: float) -> None:
    """Growth over a minute is what Prometheus' extrapolation makes of the samples."""
    batch = telemetry(samples)

    grown = promql.increase(batch, promql.select(batch, "requests_total"), 60)

    assert grown[0, 0] == pytest.approx(expected, nan_ok=True)


def test_rate_is_the_increase_a_second() -> None:
    """Forty requests in a minute are two thirds of a request a second."""
    batch = telemetry([100, 110, 120, 130, 140])

    assert promql.rate(batch, promql.select(batch, "requests_total"), 60)[0, 0] == pytest.approx(40 / 60)


def test_a_replica_is_what_it_would_be_alone() -> None:
    """A neighbour with resets and gaps changes nothing in a batch."""
    steady, torn = [1.0, 4.0, 9.0, 16.0, 30.0], [50.0, GAP, 3.0, 2.0, 8.0]
    together, alone = telemetry(steady, torn), [telemetry(steady), telemetry(torn)]

    grown = promql.increase(together, promql.select(together, "requests_total"), 60)

    each = [promql.increase(one, promql.select(one, "requests_total"), 60)[0, 0] for one in alone]
    assert grown[0].tolist() == each


def test_version_3_leaves_the_oldest_sample_of_a_range_out() -> None:
    """Open on the left, a range of 60 s has four samples 15 s apart, and the fifth is extrapolated."""
    batch = telemetry([0, 100, 110, 120, 130])
    rows = promql.select(batch, "requests_total")

    assert promql.increase(batch, rows, 60, closed=True)[0, 0] == pytest.approx(130)
    assert promql.increase(batch, rows, 60, closed=False)[0, 0] == pytest.approx(40)


def test_version_3_stretches_half_an_interval_before_it_looks_for_the_zero() -> None:
    """A zero within the near limit, but not within half an interval, tells the versions apart."""
    batch = telemetry([GAP, GAP, 7, 17, 27])
    rows = promql.select(batch, "requests_total")

    assert promql.increase(batch, rows, 60, closed=True)[0, 0] == pytest.approx(20 * (30 + 10.5) / 30)
    assert promql.increase(batch, rows, 60, closed=False)[0, 0] == pytest.approx(20 * (30 + 7.5) / 30)


@pytest.mark.parametrize(("closed", "oldest"), [(True, 20), (False, 19)])
def test_an_instant_vector_looks_back_five_minutes(closed: bool, oldest: int) -> None:
    """The newest sample counts until it is five minutes old, or, in version 3, younger than that."""
    batch = telemetry([1, 3, *[GAP] * oldest], [3, GAP, *[GAP] * oldest])

    newest = promql.latest(batch, promql.select(batch, "requests_total"), closed=closed)

    assert newest[0].tolist() == pytest.approx([3, GAP], nan_ok=True)


def test_a_selector_finds_series_by_some_of_their_labels() -> None:
    """Text must be equal, a pattern must match the whole value, other labels do not matter."""
    codes = ("200", "429", "4290", "503")
    identities = tuple(series("requests_total", code=code, version="7") for code in codes)
    batch = telemetry([1.0], identities=(*identities, series("other", code="503")))

    def found(**labels: str | re.Pattern[str]) -> list[str]:
        rows = promql.select(batch, "requests_total", **labels)
        return [codes[row] for row in np.arange(5)[rows]]

    assert found(version="7") == list(codes)
    assert found(code=re.compile("5..|429")) == ["429", "503"]
    assert found(code="200", version="8") == []


@pytest.mark.parametrize(
    ("quantile", "cumulative", "expected"),
    [
        (0.5, (0, 10, 20, 20), 0.2),
        # Linear within the bucket, from zero in the first.
        (0.25, (10, 10, 20, 20), 0.05),
        (0.75, (0, 10, 20, 20), 0.3),
        # Beyond the last finite edge there is nothing to interpolate.
        (0.99, (0, 0, 10, 20), 0.4),
        # A torn scrape: the second bucket has less than the first.
        (0.5, (10, 4, 10, 20), 0.1),
        # No observations; no +Inf bucket; a bucket missing.
        (0.5, (0, 0, 0, 0), GAP),
        (0.5, (0, 10, 20, GAP), GAP),
        (0.75, (0, GAP, 20, 20), 0.1 + 0.3 * 0.75),
        (0.5, (GAP, GAP, 20, 20), 0.2),
        (0.5, (GAP, GAP, GAP, 20), GAP),
    ],
)
def test_histogram_quantile_follows_the_rules_of_prometheus(
    quantile: float, cumulative: tuple[float, ...], expected: float
) -> None:
    """Interpolation, the overflow bucket, repair of torn scrapes and the cases without an answer."""
    found = promql.histogram_quantile(quantile, EDGES, counts(*cumulative))

    assert found.tolist() == pytest.approx([expected], nan_ok=True)


def test_a_histogram_without_an_overflow_bucket_has_no_quantile() -> None:
    """The highest edge must be +Inf."""
    assert np.isnan(promql.histogram_quantile(0.5, EDGES[:-1], counts(1, 2, 3))).all()


def test_buckets_of_several_series_are_added_by_edge() -> None:
    """Edges are ordered as numbers, whatever the order of the series."""
    labels = (("+Inf", "a"), ("0.5", "a"), ("+Inf", "b"), ("0.25", "b"), ("0.5", "b"))
    identities = tuple(series("seconds_bucket", le=le, version=version) for le, version in labels)
    batch = telemetry([0, 15, 30, 45, 60], identities=identities)

    edges, rates = promql.bucket_rates(batch, "seconds_bucket", 60)

    assert edges.tolist() == [0.25, 0.5, np.inf]
    assert rates[:, 0].tolist() == pytest.approx([1, 2, 2])


def test_aggregations_skip_what_has_no_result() -> None:
    """Sum, mean, most and least are over the series that answer; without one there is no result."""
    vector = np.array([[1.0, GAP, GAP], [5.0, 2.0, GAP]])

    assert promql.total(vector).tolist() == pytest.approx([6, 2, GAP], nan_ok=True)
    assert promql.average(vector).tolist() == pytest.approx([3, 2, GAP], nan_ok=True)
    assert promql.highest(vector).tolist() == pytest.approx([5, 2, GAP], nan_ok=True)
    assert promql.lowest(vector).tolist() == pytest.approx([1, 2, GAP], nan_ok=True)
