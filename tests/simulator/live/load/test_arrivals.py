"""Requests come as a Poisson process at the rate of the hour, the very same ones for the same seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from simulator.live.load.arrivals import GOLDEN_SHARE, Schedule
from simulator.world.traffic import rate_per_s
from tests.simulator.live.load.targets import schedule


def plan(*, steps: int = 400, most_per_s: float | None = None, seed: int = 7) -> Schedule:
    return schedule(steps=steps, most_per_s=most_per_s, seed=seed)


def test_the_rate_is_that_of_the_moment_times_the_compression() -> None:
    """Twelve a second on average, more at noon, a hundred and fifty times as fast."""
    one = plan()
    wanted = rate_per_s(one.traffic, np.array([one.week_minute + 0.125]))[0] * 150

    assert one.rate(0) == pytest.approx(wanted)
    assert one.rate(2880) < one.rate(0)  # twelve hours later


def test_a_cap_is_not_passed() -> None:
    """A laptop has its limits."""
    assert plan(most_per_s=50.0).rate(0) == 50.0
    assert plan(most_per_s=1e9).rate(0) == plan().rate(0)


def test_gaps_between_requests_are_exponential() -> None:
    """Judged by a Kolmogorov-Smirnov test at 1 %, over some hundred thousand of them."""
    one = plan()
    at_s = np.concatenate([one.step(step).at_s for step in range(one.steps)])

    gaps = np.diff(at_s)
    assert len(gaps) > 50_000
    assert np.all(gaps >= 0)
    some = gaps[:2000] * one.rate(0)
    assert stats.kstest(some, "expon").pvalue > 0.01


def test_counts_of_steps_vary_as_a_poisson_count_does() -> None:
    """Variance over mean is 1; a generator that waits between requests would have less."""
    one = replace(plan(), traffic=replace(plan().traffic, daily_swing=0.0))
    counts = np.array([len(one.step(step)) for step in range(one.steps)])

    assert counts.mean() == pytest.approx(one.rate(0) * one.step_wall_s, rel=0.01)
    assert 0.8 < counts.var() / counts.mean() < 1.2


def test_the_same_seed_has_the_same_requests_from_whatever_step_on() -> None:
    """A generator that is started anew in the middle goes on with them."""
    one, other = plan(), plan(steps=30)

    for step in (0, 17, 29):
        assert one.step(step).first == other.step(step).first
        assert np.array_equal(one.step(step).at_s, other.step(step).at_s)
        assert np.array_equal(one.step(step).case, other.step(step).case)
    assert not np.array_equal(one.step(3).case[:50], plan(seed=8).step(3).case[:50])


def test_requests_are_numbered_without_gaps() -> None:
    """The number is the request's name in every log."""
    one = plan(steps=20)
    arrivals = [one.step(step) for step in range(20)]

    assert [each.first for each in arrivals] == np.cumsum([0, *(len(each) for each in arrivals)])[
        :-1
    ].tolist()


def test_cases_come_by_their_weight() -> None:
    """A case that stands for half of the traffic is every second request."""
    weight = np.array([0.5, 0.25, 0.25, 0.0])
    one = replace(plan(), weight=weight)
    cases = np.concatenate([one.step(step).case for step in range(one.steps)])

    assert np.bincount(cases, minlength=4) / len(cases) == pytest.approx(weight, abs=0.01)
    assert one.cases().tolist() == [0, 1, 2]


def test_labels_and_goldens_have_their_shares() -> None:
    """Drawn apart from the rest, so that one changes nothing of the other."""
    one = replace(plan(), labels=replace(plan().labels, share=0.3))
    steps = [one.step(step) for step in range(one.steps)]

    assert np.mean(np.concatenate([each.is_labelled for each in steps])) == pytest.approx(0.3, abs=0.01)
    assert np.mean(np.concatenate([each.is_golden for each in steps])) == pytest.approx(
        GOLDEN_SHARE, abs=0.002
    )
    assert np.array_equal(one.step(5).is_golden, plan().step(5).is_golden)
