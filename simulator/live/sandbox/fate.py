"""A seed and a request's id in, what chance has in store for it out: the same whenever it comes."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from hashlib import blake2b
from statistics import NormalDist

from generator.model import RouteLatency

_Z99 = NormalDist().inv_cdf(0.99)
_quantile = NormalDist().inv_cdf
_FOUR = struct.Struct("<4Q")
_STEP = 2.0**-53


@dataclass(frozen=True, slots=True)
class Fate:
    """Each in (0, 1), uniform over ids, one independent of the others."""

    route: float
    """Who asks again with the same id takes the same route."""
    refused: float
    failed: float
    time: float


def fate_of(seed: int, request: str) -> Fate:
    """
    >>> fate_of(7, "r-1") == fate_of(7, "r-1"), fate_of(7, "r-1") == fate_of(8, "r-1")
    (True, False)
    """
    digest = blake2b(f"{seed}:{request}".encode("utf-8", "surrogatepass"), digest_size=32).digest()
    route, refused, failed, time = _FOUR.unpack(digest)
    return Fate(_unit(route), _unit(refused), _unit(failed), _unit(time))


def _unit(bits: int) -> float:
    return ((bits >> 12) + 0.5) * 2 * _STEP


class Lognormal:
    """Times through a median and a 99th percentile, in seconds."""

    def __init__(self, route: RouteLatency) -> None:
        self._mu = math.log(route.p50_ms / 1000)
        self._sigma = max((math.log(route.p99_ms / 1000) - self._mu) / _Z99, 1e-6)
        self.mean_s = math.exp(self._mu + self._sigma**2 / 2)

    def at(self, share: float) -> float:
        """The time that so large a share of requests stays under."""
        return math.exp(self._mu + self._sigma * _quantile(share))
