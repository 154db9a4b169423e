"""Healthy traffic and delays in, what each signal of a runbook is worth out: false pages, delays, its curve."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low

from generator.model import CurvePoint, Interval, SignalProof
from simulator.rehearsal import intervals
from simulator.rehearsal.outcomes import quantiles
from simulator.rehearsal.values import Delays, Healthy, Point

DAYS_A_WEEK = 7
DIGITS = 4
QUIET_A_WEEK = 1.0
SEES = 0.5
"""A signal sees a drill when it fires in more than that share of its harmful runs, at some point that is quiet."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Healthy traffic of one service, all that was simulated of it."""

    parts: tuple[Healthy, ...]

    @property
    def weeks(self) -> float:
        return math.fsum(part.days for part in self.parts) / DAYS_A_WEEK

    def pages(self) -> Interval:
        """False pages a week of all signals that page together."""
        daily = [count for part in self.parts for count in part.daily_pages]
        return self._rate(sum(part.pages for part in self.parts), daily)

    def points(self, key: str) -> tuple[Point, ...]:
        """The points at which a signal was watched; the first is the text's own."""
        return self.parts[0].points[key]

    def fired(self, key: str, point: Point) -> int:
        """How often a signal fired."""
        return sum(part.fired[key][part.points[key].index(point)] for part in self.parts)

    def rate(self, key: str, point: Point) -> Interval:
        """How often that is a week; firings that come in clumps count for less."""
        place = self.points(key).index(point)
        daily = [count for part in self.parts if part.daily for count in part.daily[key][place]]
        return self._rate(self.fired(key, point), daily)

    def _rate(self, count: int, daily: Sequence[int]) -> Interval:
        return intervals.rate(count, self.weeks, dispersion=intervals.dispersion(daily))


def signal_proof(
    signal: str,
    key: str,
    *,
    quiet: Quiet,
    delays: Sequence[Delays],
    severity: str = "",
    suggested: CurvePoint | None = None,
) -> SignalProof:
    """The back-test of a signal, under the key that its service knows it by."""
    own, *_ = points = quiet.points(key)
    found = seen(key, quiet, delays)
    return SignalProof(
        signal=signal,
        healthy_weeks=round(quiet.weeks, DIGITS),
        false_pages=quiet.fired(key, own),
        false_pages_per_week=quiet.rate(key, own),
        delays={
            drill: quantiles(runs) for drill, runs in sorted(_by_drill(key, own, delays).items()) if runs
        },
        curve=tuple(curve_point(key, point, quiet, found) for point in points) if found else (),
        suggested=suggested,
        severity=severity,
    )


def seen(key: str, quiet: Quiet, delays: Sequence[Delays]) -> tuple[Delays, ...]:
    """The drills that a signal sees: what watches one feature is not blamed for a fault in another.

    All that do harm, if it sees none of them.
    """
    tried = [point for point in quiet.points(key) if quiet.rate(key, point).estimate <= QUIET_A_WEEK]
    fires = [_by_drill(key, point, delays) for point in tried]
    drills = {
        drill
        for found in fires
        for drill, runs in found.items()
        if sum(at is not None for at in runs) > SEES * len(runs)
    }
    harmful = tuple(part for part in delays if any(t0 is not None for t0 in part.t0_minutes))
    return tuple(part for part in harmful if part.drill in drills) or harmful


def _by_drill(key: str, point: Point, delays: Sequence[Delays]) -> Mapping[str, list[float | None]]:
    """Minutes from the start of harm to the alert in every harmful run, by drill."""
    found: dict[str, list[float | None]] = {}
    for part in (part for part in delays if point in part.points[key]):
        fired = part.fired[key][part.points[key].index(point)]
        harmful = [at for at, t0 in zip(fired, part.t0_minutes, strict=True) if t0 is not None]
        found.setdefault(part.drill, []).extend(harmful)
    return found


def curve_point(key: str, point: Point, quiet: Quiet, delays: Sequence[Delays]) -> CurvePoint:
    """What a signal would do at that point, over all harmful runs of these drills."""
    runs = [at for found in _by_drill(key, point, delays).values() for at in found]
    delay = median_low([math.inf if at is None else at for at in runs]) if runs else math.inf
    return CurvePoint(
        threshold=point.threshold,
        hold_minutes=point.hold_minutes,
        false_pages_per_week=quiet.rate(key, point).estimate,
        delay_minutes=None if math.isinf(delay) else round(delay, DIGITS),
        missed=round(sum(at is None for at in runs) / len(runs), DIGITS) if runs else 1.0,
    )
