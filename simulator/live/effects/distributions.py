"""A draw in [0, 1) in, milliseconds of delay out: inverses of distribution functions, one table of shapes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import NormalDist
from typing import Any, TypeAlias

from simulator.live.effects.chance import SMALLEST
from simulator.live.effects.parameters import Number, Numbers, Parameter, checked

LONGEST_MS = 600_000.0
"""No single delay is longer, whatever its distribution says."""
Q99 = NormalDist().inv_cdf(0.99)
_NORMAL = NormalDist().inv_cdf

Quantile: TypeAlias = Callable[[float], float]
"""The milliseconds that the share of requests stays below."""


def lognormal(p50_ms: float, p99_ms: float) -> Quantile:
    """Lognormal through both quantiles; where they are equal, a constant."""
    if p99_ms < p50_ms:
        raise ValueError(f"p99_ms is {p99_ms:g}, and has to be at least p50_ms, which is {p50_ms:g}")
    if p50_ms == p99_ms:
        return lambda _: p50_ms
    if p50_ms <= 0:
        raise ValueError("p50_ms has to be above 0 where p99_ms is another")
    mu, sigma = math.log(p50_ms), math.log(p99_ms / p50_ms) / Q99
    return lambda u: math.exp(mu + sigma * _NORMAL(max(u, SMALLEST)))


def pareto(scale_ms: float, shape: float, cap_ms: float) -> Quantile:
    """Pareto of the first kind: P(delay > t) = (scale / t) ** shape; what is longer than the cap is as long as it."""
    if cap_ms < scale_ms:
        raise ValueError(f"cap_ms is {cap_ms:g}, and has to be at least scale_ms, which is {scale_ms:g}")
    return lambda u: min(scale_ms * (1 - u) ** (-1 / shape), cap_ms)


def bimodal(share: float, usual: Quantile, slow: Quantile) -> Quantile:
    """The slow one for a share of the requests; not an inverse, but the draw of the mixture by one number."""
    return lambda u: slow(u / share) if u < share else usual((u - share) / (1 - share))


def empirical(ms: Sequence[float]) -> Quantile:
    """One of the values, all equally likely."""
    values = sorted(float(value) for value in ms)
    return lambda u: values[int(u * len(values))]


_P50 = Number("p50_ms", 0, 60_000, "milliseconds", above=True)
_P99 = Number("p99_ms", 0, 120_000, "milliseconds", above=True)

PARAMETERS: Mapping[str, tuple[Parameter, ...]] = {
    "bimodal": (
        Number("share", 0, 1, "of the requests, that take the slow one", above=True),
        Number("p50_ms", 0, 60_000, "milliseconds"),
        Number("p99_ms", 0, 120_000, "milliseconds", default=None),
        Number("slow_p50_ms", 0, 60_000, "milliseconds"),
        Number("slow_p99_ms", 0, 120_000, "milliseconds", default=None),
    ),
    "constant": (Number("ms", 0, 120_000, "milliseconds"),),
    "empirical": (Numbers("values_ms", 0, 120_000, "milliseconds"),),
    "lognormal": (_P50, _P99),
    "pareto": (
        Number("scale_ms", 0, 60_000, "milliseconds", above=True),
        Number("shape", 0.1, 100),
        Number("cap_ms", 0, LONGEST_MS, "milliseconds", default=60_000, above=True),
    ),
}


def quantile(distribution: str, given: Mapping[str, Any]) -> Quantile:
    """The delays of a distribution with its parameters; ValueError with a sentence."""
    found = checked(PARAMETERS[distribution], given)
    match distribution:
        case "bimodal":
            ends = {name: found[name] for name in ("p50_ms", "p99_ms", "slow_p50_ms", "slow_p99_ms")}
            usual = lognormal(ends["p50_ms"], _or(ends["p99_ms"], ends["p50_ms"]))
            slow = lognormal(ends["slow_p50_ms"], _or(ends["slow_p99_ms"], ends["slow_p50_ms"]))
            return bimodal(found["share"], usual, slow)
        case "constant":
            return lognormal(found["ms"], found["ms"])
        case "empirical":
            return empirical(found["values_ms"])
        case "lognormal":
            return lognormal(found["p50_ms"], found["p99_ms"])
        case _:
            return pareto(found["scale_ms"], found["shape"], found["cap_ms"])


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
