"""Sizes, shares and thresholds in, probabilities and rates out: closed forms, standard library only.

Checks judge signals with them; the simulator measures with the same.
Each function names its source: DLMF is the NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import NormalDist

SMOOTHING = 0.5
"""Added to the count of every bin of both samples, so that an empty bin costs much but not everything."""
OVERSHOOT = 0.5826
"""-zeta(1/2) / sqrt(2 pi): how far a walk of unit steps passes a boundary (Siegmund 1985, chapter X)."""
_STANDARD = NormalDist()
_LARGE = 1e6
"""Variance from which on a count is as good as normal."""
_TINY = 1e-300
_PRECISION = 1e-14
_MOST_TERMS = 100_000


def normal_tail(z: float) -> float:
    """P(Z > z) of the standard normal distribution (DLMF 7.2.2).

    >>> round(normal_tail(3), 5)
    0.00135
    """
    return math.erfc(z / math.sqrt(2)) / 2


def normal_density(z: float) -> float:
    """The density of the standard normal distribution."""
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def normal_level(tail: float) -> float:
    """The level that a standard normal variable passes with that probability (Wichura 1988, AS 241).

    >>> round(normal_level(0.00135), 2)
    3.0
    """
    if tail <= _TINY:
        return math.inf
    return -_STANDARD.inv_cdf(tail) if tail < 1 else -math.inf


def gamma_tail(shape: float, x: float) -> float:
    """P(X > x) of the gamma distribution with scale 1: the series of DLMF 8.7.1, the fraction of DLMF 8.9.2.

    >>> round(gamma_tail(1, 2), 6), round(math.exp(-2), 6)
    (0.135335, 0.135335)
    """
    return _gamma(shape, x)[1]


def chi_square_level(tail: float, degrees: float) -> float:
    """The level that a chi-square variable passes with that probability; found by halving.

    >>> round(chi_square_level(0.05, 1), 3)
    3.841
    """
    most = max(degrees, 1.0)
    while chi_square_tail(most, degrees) > tail:
        most *= 2
    return _crossing(lambda share: tail - chi_square_tail(share * most, degrees), 0.0) * most


def chi_square_tail(x: float, degrees: float) -> float:
    """P(X > x) of the chi-square distribution (DLMF 8.11.1 names the function; this is gamma with scale 2).

    >>> round(chi_square_tail(3.841, 1), 4)
    0.05
    """
    return gamma_tail(degrees / 2, x / 2)


def poisson_tail(least: float, mean: float) -> float:
    """P(X >= least) of a Poisson count (DLMF 8.4.10), normal where it is very large; ``least`` is rounded up.

    >>> round(poisson_tail(1, 2), 6), round(1 - math.exp(-2), 6)
    (0.864665, 0.864665)
    """
    count = math.ceil(least)
    if mean > _LARGE:
        return normal_tail((count - 0.5 - mean) / math.sqrt(mean))
    return 1.0 if count <= 0 else _gamma(count, mean)[0]


def binomial_tail(least: float, n: float, share: float) -> float:
    """P(X >= least) among ``n`` trials (DLMF 8.17.5, by the fraction 8.17.22), normal where they are very many.

    Both counts are rounded up.

    >>> round(binomial_tail(2, 3, 0.5), 6)
    0.5
    """
    count, n = math.ceil(least), math.ceil(n)
    if count <= 0:
        return 1.0
    if count > n or share <= 0:
        return 0.0
    variance = n * share * (1 - share)
    if variance > _LARGE:
        return normal_tail((count - 0.5 - n * share) / math.sqrt(variance))
    return 1.0 if share >= 1 else _beta(count, n - count + 1, share)


def binomial_lower_tail(most: float, n: float, share: float) -> float:
    """P(X <= most) among ``n`` trials; ``most`` is rounded down, ``n`` up.

    >>> round(binomial_lower_tail(1, 3, 0.5), 6)
    0.5
    """
    return binomial_tail(math.ceil(n) - math.floor(most), n, 1 - share)


def lognormal_tail(x: float, *, p50: float, p99: float) -> float:
    """P(X > x) of a lognormal time through its median and its 99th percentile (Johnson and Kotz 1970, chapter 14)."""
    if x <= 0:
        return 1.0
    sigma = math.log(p99 / p50) / normal_level(0.01)
    return normal_tail(math.log(x / p50) / sigma)


def psi(reference: Sequence[float], window: Sequence[float]) -> float:
    """Population stability index of two samples' counts by bin: the sum of (q - p) ln(q / p) of smoothed shares.

    It is Jeffreys' divergence (Jeffreys 1946); the name is from credit scoring (Siddiqi 2006).

    >>> psi([50, 50], [50, 50])
    0.0
    """
    before = sum(reference) + SMOOTHING * len(reference)
    after = sum(window) + SMOOTHING * len(window)
    pairs = [
        ((p + SMOOTHING) / before, (q + SMOOTHING) / after) for p, q in zip(reference, window, strict=True)
    ]
    return sum((q - p) * math.log(q / p) for p, q in pairs)


def psi_null_tail(threshold: float, *, bins: int, reference: float, window: float) -> float:
    """P(PSI > threshold) when nothing has moved: PSI ~ (1/N + 1/M) chi-square(B - 1) (Yurdakul 2018).

    ``reference`` and ``window`` are the sizes N and M of the samples.
    """
    if window <= 0:
        return 1.0
    return chi_square_tail(threshold / (1 / reference + 1 / window), bins - 1)


def psi_share(threshold: float, *, bins: int, reference: float, window: float) -> float:
    """The share of a window that lifts PSI to the threshold when all of it lands in one bin of ``bins`` equal ones.

    Solved by halving, since PSI rises with the share; infinite when even the whole window is not enough.
    """

    def moved(share: float) -> float:
        even = (1 - share) * window / bins
        return psi([reference / bins] * bins, [even + share * window] + [even] * (bins - 1))

    return _crossing(moved, threshold)


def clump_rate(level: float, window: float, *, step: float = 0.0) -> float:
    """How often a day, an hour or a minute (the unit of ``window``) a sliding window passes ``level`` by chance.

    A standard Gaussian process whose correlation falls as 1 - |lag| / window passes a high level in clumps, at the
    rate b phi(b) / W (Aldous 1989, chapter D; Pickands 1969); looked at every ``step`` only, that times nu(b
    sqrt(2 step / W)) (Siegmund 1985, in the form of Siegmund and Yakir 2007). For levels above about 2.
    """
    if level == math.inf or window <= 0:
        return 0.0
    level = max(level, 0.5)
    return level * normal_density(level) / window * _nu(level * math.sqrt(2 * step / window))


def held_rate(level: float, window: float, *, hold: float, step: float = 0.0) -> float:
    """How often it passes ``level`` and stays above it for ``hold``, in the unit of ``window``.

    Near a high level such a process is a Brownian motion that drifts down (Aldous 1989, chapter D; Berman 1982 on
    sojourns), so by the reflection principle runs of at least h begin at the rate b phi(b) / W times
    phi(a) / a - Phi(-a), with a = b sqrt(h / 2W). Looked at every ``step`` only, a run outlasts short dips:
    the level is lowered by ``OVERSHOOT`` steps (Siegmund 1985). Never more than ``clump_rate``: one clump is one page.
    Windows further than W apart are independent, so a hold of k windows multiplies by the tail to the power k - 1.

    Against simulation: without a hold within a tenth; with one of up to half a window 1.1 to 2.2 times too many;
    with one near the window, ten times too many. It errs towards more alarms.
    """
    most = clump_rate(level, window, step=step)
    if hold <= 0 or most == 0:
        return most
    lowered = max(level - OVERSHOOT * math.sqrt(2 * step / window), 0.5)
    a = lowered * math.sqrt(min(hold, window) / (2 * window))
    staying = normal_density(a) / a - normal_tail(a)
    further = normal_tail(level) ** max(math.floor(hold / window) - 1, 0)
    return min(most, lowered * normal_density(lowered) / window * staying) * further


def run_rate(tail: float, in_a_row: int) -> float:
    """Per value, how often ``in_a_row`` independent ones pass together: (1 - p) p^k / (1 - p^k) (Feller 1968, XIII.7).

    >>> run_rate(0.5, 1)
    0.5
    """
    return 1.0 if tail >= 1 else (1 - tail) * tail**in_a_row / (1 - tail**in_a_row)


def _nu(x: float) -> float:
    """What looking at steps leaves of the rate of a continuous process; 1 at 0."""
    if x < 1e-6:
        return 1.0
    half = 1 - normal_tail(x / 2)
    return (2 / x) * (half - 0.5) / ((x / 2) * half + normal_density(x / 2))


def _crossing(rising: Callable[[float], float], threshold: float) -> float:
    """Where in [0, 1] a function that rises with its argument passes the threshold; infinite when it does not."""
    if rising(1.0) <= threshold:
        return math.inf
    least, most = 0.0, 1.0
    while most - least > 1e-9:
        middle = (least + most) / 2
        least, most = (least, middle) if rising(middle) > threshold else (middle, most)
    return most


def _gamma(shape: float, x: float) -> tuple[float, float]:
    """P(X <= x) and P(X > x) of the gamma distribution, each without loss where it is small."""
    if x <= 0:
        return 0.0, 1.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1:
        lower = front * _series(shape, x)
        return lower, 1 - lower
    parts = ((-n * (n - shape) if n else 1.0, x + 2 * n + 1 - shape) for n in range(_MOST_TERMS))
    upper = front * _fraction(parts)
    return 1 - upper, upper


def _series(shape: float, x: float) -> float:
    term = total = 1 / shape
    for n in range(1, _MOST_TERMS):
        term *= x / (shape + n)
        total += term
        if term < total * _PRECISION:
            break
    return total


def _beta(a: float, b: float, x: float) -> float:
    """The regularized incomplete beta function I_x(a, b), 0 < x < 1."""
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(b, a, 1 - x)
    logarithm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(logarithm) / a * _fraction((part, 1.0) for part in _beta_parts(a, b, x))


def _beta_parts(a: float, b: float, x: float) -> Iterator[float]:
    yield 1.0
    for m in range(_MOST_TERMS):
        yield -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        yield (m + 1) * (b - m - 1) * x / ((a + 2 * m + 1) * (a + 2 * m + 2))


def _fraction(parts: Iterable[tuple[float, float]]) -> float:
    """The continued fraction a1 / (b1 + a2 / (b2 + ...)), by the way of Lentz (DLMF 3.10(iii))."""
    value, above, below = _TINY, _TINY, 0.0
    for a, b in parts:
        below = 1 / ((b + a * below) or _TINY)
        above = (b + a / above) or _TINY
        value *= above * below
        if abs(above * below - 1) < _PRECISION:
            break
    return value
