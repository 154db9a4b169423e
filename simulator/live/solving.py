"""A healthy sample and the effect that is wanted in, the parameter that has it and what it achieves out.

An author says "PSI 0.25" or "p99 of 800 ms"; how far a field has to move for that, or in how many requests, follows
from what is healthy. What cannot be reached is refused with what can.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from simulator.live.effects.distributions import Quantile, lognormal
from simulator.world.drift import Bins, psi, quantile_bins
from simulator.world.flow import Floats

FARTHEST_SD = 10.0
"""No field is moved farther."""
SLOWEST_MS = 120_000.0
_GRID = 200
_HALVINGS = 50
_QUANTILES = 1000
_LATENCIES = 2000

Transform: TypeAlias = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Solved:
    """A parameter and the effect that it has on the sample, beside the effect that was asked for."""

    parameter: str
    value: float
    wanted: float
    achieved: float


@dataclass(frozen=True, slots=True)
class Healthy:
    """Values of a field while all is well, in the bins on which its drift is measured. NaN: missing."""

    values: Floats
    """Axes (row,)."""
    weight: Floats
    """Share of the traffic, axes (row,)."""
    bins: Bins

    def psi(self, changed: Floats, share: float = 1.0) -> float:
        """Population stability index where a share of the requests has those values instead, axes (row,).

        Without the sampling noise of a window: a window of M requests and a reference of N add about
        (bins - 1) (1 / N + 1 / M).
        """
        shares = self.bins.shares(np.stack([self.values, changed]), self.weight)[:, :-1]
        before, after = shares * len(self.values)
        mixed = (1 - share) * before + share * after
        return float(psi(before, mixed, np.ones(self.bins.count)))


def healthy(values: ArrayLike, *, weight: ArrayLike | None = None, bins: Bins | int = 10) -> Healthy:
    """A sample of healthy values, axes (row,); ``bins``: how many, or the very ones of the service's own measure.

    ValueError with a sentence where nothing can drift.
    """
    sample = np.asarray(values, dtype=float)
    weights = np.ones(len(sample)) if weight is None else np.asarray(weight, dtype=float)
    there = ~np.isnan(sample)
    if there.sum() < 20:
        raise ValueError(f"the sample has {there.sum()} values, and needs at least 20 for a distribution")
    found = bins if isinstance(bins, Bins) else quantile_bins(sample[there], weights[there], bins)
    if found.count < 2:
        raise ValueError(
            "nearly all values of the sample are equal: they fall into one bin, and none can drift"
        )
    return Healthy(sample, weights, found)


def shift_for_psi(of: Healthy, wanted: float, *, tolerance: float = 0.02, down: bool = False) -> Solved:
    """How far the field has to move, in its own unit, for that PSI; the least that does.

    ValueError with a sentence where no shift comes within the tolerance, as in a field of few different values.
    """
    sd = _spread(of.values, down=down)
    found = _first_crossing(lambda by: of.psi(of.values + by * sd), wanted, 0.0, FARTHEST_SD)
    found = replace(found, value=found.value * sd)
    return _within("by", found, wanted, tolerance, "a shift", "a share of the requests")


def factor_for_psi(of: Healthy, wanted: float, *, tolerance: float = 0.02, down: bool = False) -> Solved:
    """What a positive field has to be multiplied by for that PSI; the factor nearest to 1 that does.

    ValueError with a sentence, as with ``shift_for_psi``.
    """
    if not np.nanmin(of.values) > 0:
        raise ValueError(
            "some values of the sample are not above 0: move the field by a shift, not by a factor"
        )
    sd = _spread(np.log(of.values), down=down)
    found = _first_crossing(lambda by: of.psi(of.values * np.exp(by * sd)), wanted, 0.0, FARTHEST_SD)
    found = replace(found, value=float(np.exp(found.value * sd)))
    return _within("factor", found, wanted, tolerance, "a factor", "a share of the requests")


def share_for_psi(of: Healthy, change: Transform, wanted: float, *, tolerance: float = 0.02) -> Solved:
    """In what share of the requests the change has to happen for that PSI. ``change``: axes (row,) to (row,)."""
    changed = change(of.values)
    found = _first_crossing(lambda share: of.psi(changed, share), wanted, 0.0, 1.0)
    return _within("share", found, wanted, tolerance, "this change", "a stronger change")


def share_for_p99(
    healthy_ms: ArrayLike, delay: Quantile, wanted_ms: float, *, tolerance: float = 0.02
) -> Solved:
    """In what share of the requests the delay has to happen for that p99 of them all; tolerance as a share of it."""
    mixture = _Mixture(healthy_ms, delay)
    found = _growing(mixture.p99, wanted_ms, 0.0, 1.0)
    return _within(
        "share", found, wanted_ms, tolerance * wanted_ms, "this delay", "a longer or a broader one"
    )


def p99_for_p99(
    healthy_ms: ArrayLike, *, p50_ms: float, share: float, wanted_ms: float, tolerance: float = 0.02
) -> Solved:
    """The p99 of a lognormal delay in a share of the requests, for that p99 of them all."""

    def effect(p99_ms: float) -> float:
        return _Mixture(healthy_ms, lognormal(p50_ms, p99_ms)).p99(share)

    found = _growing(effect, wanted_ms, p50_ms, SLOWEST_MS)
    return _within("p99_ms", found, wanted_ms, tolerance * wanted_ms, "this delay", "another share or median")


class _Mixture:
    """Latencies of which a share is delayed; the delays do not depend on the latencies."""

    def __init__(self, healthy_ms: ArrayLike, delay: Quantile) -> None:
        sample = np.sort(np.asarray(healthy_ms, dtype=float))
        if len(sample) < 100 or not np.isfinite(sample).all():
            raise ValueError(
                f"a p99 needs at least 100 latencies, all of them numbers: there are {len(sample)}"
            )
        places = np.linspace(0, len(sample) - 1, min(len(sample), _LATENCIES)).round().astype(int)
        self._healthy = sample[places]
        delays = np.array([delay((place + 0.5) / _QUANTILES) for place in range(_QUANTILES)])
        self._delays = np.sort(delays)

    def below(self, ms: float, share: float) -> float:
        """The share of requests that take at most so long."""
        usual = np.searchsorted(self._healthy, ms, side="right") / len(self._healthy)
        slow = np.searchsorted(self._delays, ms - self._healthy, side="right").mean() / len(self._delays)
        return float((1 - share) * usual + share * slow)

    def p99(self, share: float) -> float:
        low, high = 0.0, float(self._healthy[-1] + self._delays[-1])
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (low, middle) if self.below(middle, share) >= 0.99 else (middle, high)
        return high


@dataclass(frozen=True, slots=True)
class _Found:
    value: float
    achieved: float


def _first_crossing(effect: Callable[[float], float], wanted: float, least: float, most: float) -> _Found:
    """The least value whose effect is as wanted; where it jumps over it, the nearer side; else the most there is."""
    grid = least + (most - least) * (np.arange(_GRID + 1) / _GRID) ** 2
    low, best = float(grid[0]), _Found(float(grid[0]), effect(float(grid[0])))
    if best.achieved >= wanted:
        return best
    for place in grid[1:].tolist():
        achieved = effect(place)
        if achieved >= wanted:
            return _bisected(effect, wanted, low, place)
        low, best = place, max(best, _Found(place, achieved), key=lambda found: found.achieved)
    return best


def _bisected(effect: Callable[[float], float], wanted: float, low: float, high: float) -> _Found:
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if effect(middle) >= wanted else (middle, high)
    sides = (_Found(low, effect(low)), _Found(high, effect(high)))
    return min(sides, key=lambda found: abs(found.achieved - wanted))


def _growing(effect: Callable[[float], float], wanted: float, least: float, most: float) -> _Found:
    """The same where the effect never falls: the ends are enough to begin with."""
    ends = (_Found(least, effect(least)), _Found(most, effect(most)))
    if ends[0].achieved < wanted <= ends[1].achieved:
        return _bisected(effect, wanted, least, most)
    return min(ends, key=lambda found: abs(found.achieved - wanted))


def _spread(values: Floats, *, down: bool) -> float:
    sd = float(np.nanstd(values))
    if sd == 0:
        raise ValueError("all values of the sample are equal: there is no scale on which to move them")
    return -sd if down else sd


def _within(parameter: str, found: _Found, wanted: float, tolerance: float, this: str, other: str) -> Solved:
    if not abs(found.achieved - wanted) <= tolerance:
        raise ValueError(
            f"{wanted:g} cannot be reached by {this}: the nearest is {found.achieved:.3g}, "
            f"with {parameter} {found.value:.4g}; try {other}"
        )
    return Solved(parameter, found.value, wanted, found.achieved)
