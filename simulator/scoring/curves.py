"""Impact curves in, integrals and instants out.

A value holds from its instant to the next one; the last holds to the horizon: a drill that ends early goes on
with its state frozen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Impacts are sums of shares: what differs by less than this differs by rounding alone.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Curve:
    """Impact over time; ``minutes`` ascend, and ``values`` are as many."""

    minutes: tuple[float, ...]
    values: tuple[float, ...]
    horizon: float

    def spans(self) -> Iterator[tuple[float, float, float]]:
        """``(from, to, value)``, in order, up to the horizon."""
        ends = (*self.minutes[1:], self.horizon)
        for start, end, value in zip(self.minutes, ends, self.values, strict=False):
            if start < self.horizon:
                yield start, max(start, min(end, self.horizon)), value

    def at(self, minutes: float) -> float:
        """The value that holds at an instant; 0 before the first."""
        past = [value for start, value in zip(self.minutes, self.values, strict=False) if start <= minutes]
        return past[-1] if past else 0.0

    def integral(self, since: float = 0.0, until: float | None = None) -> float:
        """Minutes of total outage that the curve amounts to between two instants."""
        last = self.horizon if until is None else until
        return sum(max(0.0, min(end, last) - max(start, since)) * value for start, end, value in self.spans())

    def returns(self, below: Sequence[float], *, since: float, hold: float) -> float | None:
        """The first instant from ``since`` on of a stay under ``below`` that lasts ``hold`` minutes."""
        good_since: float | None = None
        for (start, end, value), most in zip(self.spans(), below, strict=False):
            if end <= since:
                continue
            if value > most + ROUNDING:
                good_since = None
                continue
            good_since = max(start, since) if good_since is None else good_since
            if end - good_since >= hold - ROUNDING:
                return good_since
        return None

    def stays(self, below: Sequence[float], *, since: float) -> float | None:
        """The first instant from ``since`` on after which the curve is under ``below`` up to the horizon."""
        good_since: float | None = None
        for (start, end, value), most in zip(self.spans(), below, strict=False):
            if end <= since:
                continue
            if value > most + ROUNDING:
                good_since = None
            elif good_since is None:
                good_since = max(start, since)
        return good_since


def worse(curve: Curve, other: Curve) -> Curve:
    """The larger of two curves at each instant."""
    highest = tuple(max(pair) for pair in zip(curve.values, other.values, strict=False))
    return Curve(curve.minutes, highest, curve.horizon)


def excess(curve: Curve, other: Curve, *, since: float = 0.0, until: float | None = None) -> float:
    """The integral of what one curve has over another, where it has more."""
    above = tuple(max(0.0, a - b) for a, b in zip(curve.values, other.values, strict=False))
    return Curve(curve.minutes, above, curve.horizon).integral(since, until)
