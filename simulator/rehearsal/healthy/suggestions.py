"""Healthy days and delays in, the points out that detect faster, within the budget, than what the texts say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from generator.model import Catalogue, CurvePoint
from generator.statistics import binomial_tail
from simulator.rehearsal import intervals
from simulator.rehearsal.healthy.alarms import Quiet, curve_point, seen
from simulator.rehearsal.healthy.backtest import pages_of
from simulator.rehearsal.values import Delays, Healthy, Point
from simulator.responders.view import SignalRef
from simulator.session.stage import runbooks_of, signals_of

LEAST_MINUTES = 0.5
"""A smaller gain than from one scrape to the next evaluation is lost between them."""
WORTH = 0.25
"""Of the minutes that the text promises for detection: a smaller gain is not worth a line nearer to what is usual."""
LEAST_HOLD_MINUTES = 1.0
"""Healthy days know no restart that gives a few odd samples; a hold of the text that outlasts them is left to do so."""


def suggested(
    catalogue: Catalogue, runbook: str, healthy: Sequence[Healthy], delays: Sequence[Delays]
) -> Mapping[str, CurvePoint]:
    """By id of a signal of the runbook, the point that it had better have; those that are best as they are lack.

    A page may use what the other pages of its service leave of the organization's budget, and has to keep to it with
    97.5 % confidence; a ticket may fire no oftener than it does now; what only informs is left alone. A point is
    better when it detects faster by more than a quarter of what the text promises for detection, or sees more of the
    harm, both beyond chance; misses no more of the harm than the text does, fires in no more of the drills in
    which nothing does harm, and holds for a minute if the text holds at all. Where the text's own is over the budget
    beyond doubt, one within it is better. Of points that are as good as equally fast, the calmest is.

    Each supposes that all other signals stay as they are. None has been played: ``playing`` does that.
    """
    text = catalogue.runbook(runbook).runbook
    refs = signals_of(runbooks_of(catalogue, text.service))
    quiet, budget = Quiet(tuple(healthy)), catalogue.organization.page_budget_per_week
    worth = max(LEAST_MINUTES, WORTH * text.objectives.detect_minutes)
    found = {}
    for ref in refs:
        if ref.runbook == runbook and ref.signal.severity != "info":
            sees, most = seen(ref.key, quiet, delays), _most(ref, refs, quiet, budget)
            best = _Search(ref, quiet, tuple(delays), sees, most, worth).best()
            if best is not None:
                found[ref.signal.id] = curve_point(ref.key, best, quiet, sees)
    return found


def _most(ref: SignalRef, refs: Sequence[SignalRef], quiet: Quiet, budget: float) -> float:
    """False alarms a week that the signal may cause; infinite for one that is judged by how often it fires now."""
    if ref.signal.severity != "page":
        return math.inf
    others = pages_of([other for other in refs if other.key != ref.key])
    return budget - sum(quiet.fired(key, quiet.points(key)[0]) for key in others) / quiet.weeks


@dataclass(frozen=True, slots=True)
class _Search:
    ref: SignalRef
    quiet: Quiet
    delays: tuple[Delays, ...]
    sees: tuple[Delays, ...]
    """Those of the drills that the signal sees."""
    most: float
    worth: float
    """Minutes; more have to be gained."""

    @property
    def key(self) -> str:
        return self.ref.key

    @property
    def points(self) -> tuple[Point, ...]:
        return self.quiet.points(self.key)

    def best(self) -> Point | None:
        own, ranks = self.points[0], {point: self._rank(point) for point in self._affordable()}
        if not ranks:
            return None
        best = _calmest(ranks)
        before, after = self._minutes(own), self._minutes(best)
        if _missed(after) > _missed(before):
            return None
        is_better = _sees_more(before, after) or _gained(before, after) > self.worth
        return best if self._is_over(own) or is_better else None

    def _affordable(self) -> Iterator[Point]:
        own, *others = self.points
        least_hold, alarms = min(own.hold_minutes, LEAST_HOLD_MINUTES), self._harmless(own)
        for point in others:
            if point.hold_minutes >= least_hold and self._affords(point) and self._harmless(point) <= alarms:
                yield point

    def _affords(self, point: Point) -> bool:
        """Whether it keeps to the budget, as must all that are less sensitive: one that hardly ever falls silent
        fires less often than one that comes and goes, and is no better."""
        return all(self._is_quiet(calmer) for calmer in self.points if self._is_calmer(calmer, point))

    def _is_quiet(self, point: Point) -> bool:
        if math.isinf(self.most):
            return self.quiet.fired(self.key, point) <= self.quiet.fired(self.key, self.points[0])
        return self.quiet.rate(self.key, point).most <= self.most

    def _is_calmer(self, one: Point, other: Point) -> bool:
        """Whether a point fires in no case in which the other does not; a point itself among them."""
        further = one.threshold - other.threshold
        if self.ref.signal.compare == "below":
            further = -further
        return further >= 0 and one.hold_minutes >= other.hold_minutes

    def _is_over(self, own: Point) -> bool:
        return self.quiet.rate(self.key, own).least > self.most

    def _minutes(self, point: Point) -> list[float]:
        """Of every harmful run of the drills that the signal sees, in the same order for every point."""
        played = self._played(point, self.sees)
        return [math.inf if at is None else at for t0, at in played if t0 is not None]

    def _harmless(self, point: Point) -> int:
        """Runs in which it fires though nothing does harm."""
        return sum(t0 is None and at is not None for t0, at in self._played(point, self.delays))

    def _played(self, point: Point, delays: Sequence[Delays]) -> Iterator[tuple[float | None, float | None]]:
        """Of every run that tells of the point, when the harm began and how late the alarm was."""
        # A drill of another runbook tries the text's own point alone.
        for part in (part for part in delays if part.points.get(self.key) == self.points):
            yield from zip(part.t0_minutes, part.fired[self.key][self.points.index(point)], strict=True)

    def _rank(self, point: Point) -> tuple[float, ...]:
        """What comes first is best: few misses, a short delay, few false alarms, a small change."""
        own, minutes = self.points[0], self._minutes(point)
        return (
            _missed(minutes),
            median(minutes) if minutes else math.inf,
            self.quiet.fired(self.key, point),
            abs(point.threshold - own.threshold),
            abs(point.hold_minutes - own.hold_minutes),
        )


def _calmest(ranks: Mapping[Point, tuple[float, ...]]) -> Point:
    """Of the points that are hardly slower than the fastest, and miss no more, the one that changes least."""
    misses, delay, *_ = min(ranks.values())
    even = [at for at, rank in ranks.items() if rank[0] == misses and rank[1] <= delay + LEAST_MINUTES]
    return min(even, key=lambda point: ranks[point][2:])


def _gained(before: Sequence[float], after: Sequence[float]) -> float:
    """Minutes, run by run, beyond chance: the same seed and drill is compared with itself."""
    gains = [0.0 if was == now else was - now for was, now in zip(before, after, strict=True)]
    return intervals.median_least(gains)


def _sees_more(before: Sequence[float], after: Sequence[float]) -> bool:
    """Whether more runs are seen that were missed than the other way round, beyond chance (McNemar 1947, exact)."""
    pairs = [(math.isinf(was), math.isinf(now)) for was, now in zip(before, after, strict=True)]
    caught, lost = pairs.count((True, False)), pairs.count((False, True))
    return binomial_tail(caught, caught + lost, 0.5) <= intervals.TAIL


def _missed(minutes: Sequence[float]) -> int:
    return sum(map(math.isinf, minutes))
