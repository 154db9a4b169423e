"""Counts in, estimates with their 95 % intervals out: exact ones, on the standard library.

Exact means that the interval covers the truth at least as often as it says, for any truth and any number of runs.
Proofs live at the ends (no false page in five weeks, 200 of 200 runs), where approximations cover less.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from generator.model import Interval
from generator.statistics import binomial_lower_tail, binomial_tail, chi_square_level

TAIL = 0.025
"""Left out at each side of a 95 % interval."""
_HALVINGS = 60


def rate(count: int, time: float, *, dispersion: float = 1.0) -> Interval:
    """Events a unit of time (Garwood 1936, Biometrika 28); ``time`` is positive.

    Events that come in clumps say less than as many that come one by one: with a ``dispersion`` above 1, the
    variance of counts over their mean, the interval is that of so many times fewer events in so much less time.

    >>> rate(0, 5)
    Interval(estimate=0.0, least=0.0, most=0.7378)
    """
    clumps = max(dispersion, 1.0)
    least = chi_square_level(1 - TAIL, 2 * count / clumps) / 2 if count else 0.0
    most = chi_square_level(TAIL, 2 * count / clumps + 2) / 2
    return Interval(_told(count / time), _told(least * clumps / time), _told(most * clumps / time))


def share(hits: int, trials: int) -> Interval:
    """Of so many trials, the share that hit (Clopper and Pearson 1934, Biometrika 26); ``trials`` is positive.

    Wilson's interval is narrower, but at shares near 0 and 1 it covers less than it says, and that is where a
    runbook that works is.

    >>> share(200, 200)
    Interval(estimate=1.0, least=0.9817, most=1.0)
    """
    least = _crossing(lambda p: binomial_tail(hits, trials, p)) if hits else 0.0
    most = 1 - _crossing(lambda p: binomial_lower_tail(hits, trials, 1 - p)) if hits < trials else 1.0
    return Interval(_told(hits / trials), _told(least), _told(most))


def dispersion(counts: Sequence[int]) -> float:
    """The variance of counts over their mean (Fisher 1925, section 16): 1 for events that come one by one, at random.

    Never less than 1: an interval is not made narrower by it. Fewer than two counts, or none above 0, tell nothing.

    >>> dispersion([0, 4, 0, 4]), dispersion([1, 1, 1]), dispersion([])
    (2.6666666666666665, 1.0, 1.0)
    """
    if len(counts) < 2 or not any(counts):
        return 1.0
    mean = sum(counts) / len(counts)
    variance = sum((count - mean) ** 2 for count in counts) / (len(counts) - 1)
    return max(1.0, variance / mean)


def median_least(values: Sequence[float]) -> float:
    """A bound that the median lies above with 97.5 % confidence, for any distribution, infinite values included.

    It is the smallest of the values that a sign test does not reject (Thompson 1936, Annals of Mathematical
    Statistics 7); minus infinity where there are too few of them to tell.

    >>> median_least(range(20)), median_least([1, 2, 3])
    (5.0, -inf)
    """
    rank = 0
    while binomial_lower_tail(rank, len(values), 0.5) <= TAIL and rank < len(values):
        rank += 1
    return float(sorted(values)[rank - 1]) if rank else -math.inf


def _crossing(rising: Callable[[float], float]) -> float:
    """Where in [0, 1] a probability that rises from 0 to 1 passes ``TAIL``."""
    least, most = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        least, most = (least, middle) if rising(middle) > TAIL else (middle, most)
    return most


def _told(value: float) -> float:
    """Four significant digits are more than a simulation knows, and the same on every machine."""
    return float(f"{value:.4g}")
