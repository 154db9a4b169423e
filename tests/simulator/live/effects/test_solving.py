"""The effect is stated, and the parameter found."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.live.effects.distributions import quantile
from simulator.live.solving import (
    factor_for_psi,
    healthy,
    p99_for_p99,
    share_for_p99,
    share_for_psi,
    shift_for_psi,
)
from simulator.world.drift import psi

RNG = np.random.default_rng(3)
MILES = RNG.lognormal(6.5, 0.7, 5000)
DELAYS = RNG.normal(10, 20, 5000)
LATENCIES = RNG.lognormal(np.log(60), 0.5, 5000)


def _psi(before: np.ndarray, after: np.ndarray) -> float:
    """Of ten bins of equal traffic, in another way."""
    edges = np.quantile(before, np.arange(1, 10) / 10)
    counts = [
        np.bincount(np.searchsorted(edges, each), minlength=10).astype(float) for each in (before, after)
    ]
    return float(psi(counts[0], counts[1], np.ones(10)))


@pytest.mark.parametrize("wanted", [0.1, 0.25, 1.0])
@pytest.mark.parametrize("down", [False, True])
def test_a_shift_gives_the_drift_that_was_asked_for(wanted: float, down: bool) -> None:
    """Up or down; a normal field has to move by about the root of it in standard deviations."""
    found = shift_for_psi(healthy(DELAYS), wanted, down=down)

    assert found.achieved == pytest.approx(wanted, abs=0.02)
    assert _psi(DELAYS, DELAYS + found.value) == pytest.approx(wanted, abs=0.03)
    assert found.value / DELAYS.std() == pytest.approx(np.sqrt(wanted) * (-1 if down else 1), rel=0.15)


@pytest.mark.parametrize("down", [False, True])
def test_a_factor_gives_the_drift_that_was_asked_for(down: bool) -> None:
    """A positive field is multiplied, by less than 1 to bring it down."""
    found = factor_for_psi(healthy(MILES), 0.25, down=down)

    assert (found.value < 1) == down
    assert _psi(MILES, MILES * found.value) == pytest.approx(0.25, abs=0.03)


def test_a_share_gives_the_drift_that_was_asked_for() -> None:
    """Kilometres in some of the requests."""
    found = share_for_psi(healthy(MILES), lambda miles: miles * 3, 0.25)
    changed = MILES.copy()
    changed[: int(found.value * len(MILES))] *= 3

    assert 0 < found.value < 1
    assert _psi(MILES, changed) == pytest.approx(0.25, abs=0.05)


def test_the_bins_are_those_of_the_service() -> None:
    """The service's own bins may be handed in, with the weights of its panel and missing values."""
    values = np.append(DELAYS, [np.nan] * 100)
    weighted = healthy(values, weight=np.linspace(0.5, 1.5, len(values)), bins=5)
    again = healthy(values, weight=np.linspace(0.5, 1.5, len(values)), bins=weighted.bins)

    assert weighted.bins.count == 5
    assert shift_for_psi(weighted, 0.25) == shift_for_psi(again, 0.25)


def test_what_cannot_be_reached_is_refused_with_what_can() -> None:
    """A field of two values jumps; a change that does little does not do more."""
    with pytest.raises(ValueError, match=r"the nearest is .* with by .*; try a share"):
        shift_for_psi(healthy(RNG.integers(0, 2, 1000)), 0.25)
    with pytest.raises(
        ValueError, match=r"0.25 cannot be reached by this change: the nearest is .* with share 1"
    ):
        share_for_psi(healthy(DELAYS), lambda values: values + 0.01, 0.25)
    with pytest.raises(ValueError, match="try a share"):
        shift_for_psi(healthy(DELAYS), 1000)


@pytest.mark.parametrize("values", [[], [1.0] * 10, [3.0] * 100, [np.nan] * 100])
def test_a_sample_that_says_nothing_is_refused(values: list[float]) -> None:
    """Too few values, or all of them equal."""
    with pytest.raises(ValueError, match="sample"):
        healthy(values)


def test_a_field_that_is_not_positive_takes_no_factor() -> None:
    """Delays can be negative."""
    with pytest.raises(ValueError, match="by a shift"):
        factor_for_psi(healthy(DELAYS), 0.25)


def test_the_share_of_a_delay_gives_the_tail_that_was_asked_for() -> None:
    """The p99 of all requests is what was wanted, drawn in another way."""
    delay = quantile("lognormal", {"p50_ms": 400, "p99_ms": 1500})
    found = share_for_p99(LATENCIES, delay, 800)
    delayed = RNG.random(200_000) < found.value
    drawn = RNG.choice(LATENCIES, 200_000) + delayed * np.array([delay(u) for u in RNG.random(200_000)])

    assert found.achieved == pytest.approx(800, rel=0.02)
    assert np.quantile(drawn, 0.99) == pytest.approx(800, rel=0.04)


def test_the_breadth_of_a_delay_gives_the_tail_that_was_asked_for() -> None:
    """For a tenth of the requests, with a median of its own."""
    found = p99_for_p99(LATENCIES, p50_ms=100, share=0.1, wanted_ms=700)
    delay = quantile("lognormal", {"p50_ms": 100, "p99_ms": found.value})
    delayed = RNG.random(200_000) < 0.1
    drawn = RNG.choice(LATENCIES, 200_000) + delayed * np.array([delay(u) for u in RNG.random(200_000)])

    assert np.quantile(drawn, 0.99) == pytest.approx(700, rel=0.04)


def test_a_tail_that_is_below_the_healthy_one_or_too_far_is_refused() -> None:
    """Delays only add."""
    delay = quantile("constant", {"ms": 100})
    for wanted in (50, 5000):
        with pytest.raises(ValueError, match="cannot be reached by this delay: the nearest is"):
            share_for_p99(LATENCIES, delay, wanted)
    with pytest.raises(ValueError, match="at least 100 latencies"):
        share_for_p99([1.0, 2.0], delay, 500)
