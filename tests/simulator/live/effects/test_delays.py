"""Delays have the distribution that was asked for, and are those of the request's id."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np
import pytest
from scipy import stats

from simulator.live.effects import prepared
from simulator.live.effects.distributions import LONGEST_MS, Q99, quantile
from simulator.live.lease import Effect, Lease
from tests.simulator.live.effects.leases import SEED, lease

EMPIRICAL = [float(value) for value in range(10, 1010, 10)]


def _lognormal(p50: float, p99: float) -> Any:
    return stats.lognorm(s=np.log(p99 / p50) / Q99, scale=p50)


def _mixed(milliseconds: Any) -> Any:
    return 0.8 * _lognormal(20, 40).cdf(milliseconds) + 0.2 * _lognormal(400, 700).cdf(milliseconds)


CASES: dict[str, tuple[dict[str, Any], Callable[[Any], Any]]] = {
    "lognormal": ({"p50_ms": 250, "p99_ms": 900}, _lognormal(250, 900).cdf),
    "pareto": ({"scale_ms": 100, "shape": 3}, stats.pareto(3, scale=100).cdf),
    "bimodal": (
        {"share": 0.2, "p50_ms": 20, "p99_ms": 40, "slow_p50_ms": 400, "slow_p99_ms": 700},
        _mixed,
    ),
    "empirical": ({"values_ms": EMPIRICAL}, stats.uniform(0, 1000).cdf),
}


def _delays_ms(distribution: str, parameters: dict[str, Any], **rest: Any) -> np.ndarray:
    """Those of the first 2,000 requests that are delayed."""
    ready = lease("delay", {"distribution": distribution, **parameters}, **rest)
    fates = (ready.fate(f"r-{number}", None, {}, 1.0) for number in range(2000, 20_000))
    return np.array([fate.delay_s * 1000 for fate in islice(filter(None, fates), 2000)])


def _quantile_of(cdf: Callable[[Any], Any], share: float) -> float:
    grid = np.linspace(1, 5000, 500_000)
    return float(grid[np.searchsorted(cdf(grid), share)])


@pytest.mark.parametrize(("share", "position"), [(1.0, 0), (0.3, 0), (0.3, 1), (0.3, 2), (0.3, 3)])
@pytest.mark.parametrize("distribution", CASES)
def test_two_thousand_delays_have_the_distribution_asked_for(
    distribution: str, share: float, position: int
) -> None:
    """Kolmogorov and Smirnov at 1 %, and three quantiles within 5 %, of all requests or of a share."""
    parameters, cdf = CASES[distribution]
    delays = _delays_ms(distribution, parameters, share=share, position=position)
    assert len(delays) == 2000

    if distribution == "empirical":  # of steps of 10 ms: compared in the middle of each
        delays = delays - 10 * np.random.default_rng(1).random(len(delays))
    assert stats.kstest(delays, cdf).pvalue > 0.01
    for part in (0.5, 0.9, 0.99):
        assert np.quantile(delays, part) == pytest.approx(_quantile_of(cdf, part), rel=0.05)


def test_a_constant_delay_is_constant() -> None:
    """Every request waits as long."""
    assert set(_delays_ms("constant", {"ms": 120})) == {120.0}


def test_a_capped_pareto_has_no_longer_delay() -> None:
    """What would be longer than the cap is as long as it."""
    delays = _delays_ms("pareto", {"scale_ms": 100, "shape": 1, "cap_ms": 900})

    assert delays.max() == 900
    assert np.mean(delays == 900) == pytest.approx(1 / 9, rel=0.2)


def test_a_bimodal_delay_can_be_nothing_or_much() -> None:
    """Two constants: most are served at once, some time out."""
    delays = _delays_ms("bimodal", {"share": 0.25, "p50_ms": 0, "slow_p50_ms": 2000})

    assert set(delays) == {0.0, 2000.0}
    assert np.mean(delays) == pytest.approx(500, rel=0.1)


def test_a_delay_is_the_same_whatever_else_happens() -> None:
    """Other effects behind it, the share and the strength shift no delay; another seed does."""
    alone = Effect("delay", {"p50_ms": 200, "p99_ms": 900})
    many = (alone, Effect("refuse"), Effect("noise", {"field": "a", "sd": 1}))
    first = prepared(Lease("a", (alone,), SEED)).fate("r-1", None, {}, 1.0)
    again = prepared(Lease("b", many, SEED, share=0.9999)).fate("r-1", None, {}, 0.99)
    other = prepared(Lease("a", (alone,), SEED + 1)).fate("r-1", None, {}, 1.0)

    assert first is not None
    assert again is not None
    assert other is not None
    assert first.delay_s == again.delay_s != other.delay_s


def test_two_delays_add_up_and_are_drawn_apart() -> None:
    """Each effect has a stream of its own."""
    one = Effect("delay", {"p50_ms": 200, "p99_ms": 900})
    both = prepared(Lease("a", (one, one), SEED)).fate("r-1", None, {}, 1.0)
    alone = prepared(Lease("a", (one,), SEED)).fate("r-1", None, {}, 1.0)

    assert both is not None
    assert alone is not None
    assert both.delay_s > alone.delay_s
    assert both.delay_s != 2 * alone.delay_s


def test_two_faults_do_not_draw_the_same_delay() -> None:
    """Who waits long for one waits for the other as anybody does, and so for both together."""
    parameters = {"p50_ms": 200, "p99_ms": 900}
    each = [_delays_ms("lognormal", parameters, position=position) for position in range(4)]

    assert np.abs(np.corrcoef(np.log(each)) - np.eye(4)).max() < 0.1


@pytest.mark.parametrize("distribution", CASES)
def test_the_ends_of_a_distribution_are_finite(distribution: str) -> None:
    """Not even the smallest and the largest draw give an endless delay."""
    found = quantile(distribution, CASES[distribution][0])

    assert 0 <= found(0.0) <= LONGEST_MS
    assert 0 <= found(1 - 2**-53) <= LONGEST_MS
