"""A long time takes no more memory than its signals look back."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.signals import promql
from simulator.world.drift import Recent
from simulator.world.telemetry import Telemetry, series

STEPS, WINDOW_S = 400, 300.0


def filled(keep_s: float) -> tuple[Telemetry, list[list[float]]]:
    """A counter with a reset and a gap, and its rate at every step."""
    rng = np.random.default_rng(4)
    grown = np.cumsum(rng.poisson(30, size=(STEPS, 1, 2)), axis=0).astype(float)
    grown[150:] -= grown[149]
    grown[200:203] = np.nan
    telemetry = Telemetry(
        [series("up_total")], replicas=2, times=15.0 * np.arange(STEPS, dtype=float), keep_s=keep_s
    )
    rates = []
    for sample in grown:
        telemetry.append(sample)
        rows = promql.select(telemetry, "up_total")
        rates.append([*promql.rate(telemetry, rows, WINDOW_S)[0], *promql.latest(telemetry, rows)[0]])
    return telemetry, rates


def test_dropping_old_samples_changes_no_answer() -> None:
    """Rates and newest samples are the same bit for bit, over resets and gaps, when only the window is kept."""
    whole, of_whole = filled(np.inf)
    short, of_short = filled(WINDOW_S)

    np.testing.assert_array_equal(of_short, of_whole)
    assert short.dropped > 0
    assert short.values.shape[2] < whole.values.shape[2] / 5
    np.testing.assert_array_equal(short.at(STEPS - 1), whole.at(STEPS - 1))


def test_what_is_not_kept_is_not_answered() -> None:
    """A query that looks farther back than was kept is an error, not a number from too short a window."""
    short, _ = filled(WINDOW_S)

    with pytest.raises(IndexError, match="not kept"):
        promql.rate(short, promql.select(short, "up_total"), 100 * WINDOW_S)


def test_recent_counts_are_those_of_the_window() -> None:
    """However often old totals are dropped, a window sums what came in it."""
    rng = np.random.default_rng(5)
    counts = rng.integers(0, 50, size=(100, 3))
    recent = Recent((3,), reach=8, steps=len(counts))
    for step, some in enumerate(counts):
        recent.add(some)
        start = max(0, step - 6)

        np.testing.assert_array_equal(recent.since(start), counts[start : step + 1].sum(axis=0))
