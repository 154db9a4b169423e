"""Counts of a live drill in, out in which of its steps users were worse off than a limit allows, beyond chance.

A measured curve is made of few requests, so a step counts as above a limit only where exact tests say so. Of n
requests in a window, k ended worse; m is the limit, the mean over the window weighted by its requests; x of N
requests that met no fault and no control ended worse as well, which is the natural share r = x / N. Two tests ask

- whether that is more than the limit allows: P(X >= k), X binomial with n trials and the share r + (1 - r) m (of all
  ways to spread the chances of n trials, equal ones have the widest tail: Hoeffding 1956);
- whether it is more than natural at all, however few requests told what is: P(Y >= k), Y binomial with k + x trials
  and the share n / (n + N), as k is distributed given k + x where both shares are equal (Przyborowski and
  Wilenski 1940).

The larger of the two probabilities is held against a level.

- Windows have 1, 2, 4, ... steps, up to ten minutes or the longest hold; each begins a quarter of its length after
  the one before. One is significant at 0.0075 / (lengths x windows of its length): Bonferroni.
- Above are the steps of those significant windows that hold no shorter one, from the first to the last whose own
  value, which is that of five steps, is above the limit. So strong harm ends at its very step.
- Steps between two of them are above as well where their own requests, pooled, are above the limit.
- What follows the last is above up to the end where all of its requests, pooled, are above the limit, and more than
  natural by the second test at 0.0025; and where it is shorter than the five steps of a value, which tells nothing:
  harm that is too weak for its windows must not be over because the drill is.

So of a hundred drills in which nothing but the natural ended worse, at most one is said to have been above its limit
anywhere. Steps that nobody measured have the value of the simulated twin, which is free of noise, and are compared
as they are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from generator.statistics import binomial_lower_tail, binomial_tail
from simulator.events import ImpactCurves, Measured
from simulator.scoring.curves import ROUNDING, Curve

FALSE_WINDOW, FALSE_REST = 0.0075, 0.0025
"""The chances of being wrong once in a drill; together one in a hundred."""
LONGEST_MINUTES = 10.0
OVERLAP = 4
"""Windows of a length that hold one and the same step."""
NEAR = 2
"""Steps on each side that a value of the curve is made of."""

Span = tuple[int, int]
"""The first step, and the one after the last."""


def area_of(impact: ImpactCurves) -> tuple[float, ...]:
    """The team's impact for integrals: where it was measured, below 0 by chance as often as above."""
    told = counts_of(impact)
    return told.net if told is not None else impact.team


def counts_of(impact: ImpactCurves) -> Measured | None:
    """What was counted, a number a step; None where nothing was, or where it cannot be true."""
    told, steps = impact.measured, len(impact.minutes)
    if told is None or {len(told.compared), len(told.worse), len(told.net)} != {steps}:
        return None
    is_true = all(0 <= k <= n for k, n in zip(told.worse, told.compared, strict=True))
    return told if is_true and 0 <= told.natural < 1 and told.natural_of >= 0 else None


@dataclass(frozen=True, slots=True)
class Trial:
    """Counts by step, with the limit of each; from ``first`` on."""

    compared: tuple[int, ...]
    worse: tuple[int, ...]
    values: tuple[float, ...]
    """Of five steps each, without what is natural; where nothing was measured, the twin's."""
    limits: tuple[float, ...]
    natural: float
    natural_of: int
    first: int
    longest: int
    """Steps of the longest window."""

    def above(self) -> tuple[bool, ...]:
        """Of each step, whether it is above its limit beyond chance."""
        found = [self._is_twins(step) and self._exceeds(step) for step in range(len(self.values))]
        for start, end in _smallest(self._significant(self._is_more)):
            _mark(found, self._trimmed(start, end))
        for span in list(self._between(found)):
            if self._excess(span) > 0:
                _mark(found, span)
        rest = self._rest(found)
        is_short = any(found) and rest[1] - rest[0] <= 2 * NEAR
        if is_short or (self._excess(rest) > 0 and self._beyond_natural(rest) <= FALSE_REST):
            _mark(found, rest)
        return tuple(found)

    def anywhere(self) -> tuple[bool, ...]:
        """Of each step, whether any significant window holds it: for the area of what is above."""
        found = [self._is_twins(step) and self._exceeds(step) for step in range(len(self.values))]
        for span in self._significant(self._is_more):
            _mark(found, span)
        return tuple(found)

    def is_below(self, until: int) -> bool:
        """Whether users were better off than the limits in a window that begins before that step, beyond chance."""
        twins = range(self.first, min(until, len(self.values)))
        if any(self._is_twins(step) and self.values[step] < self.limits[step] - ROUNDING for step in twins):
            return True
        return any(start < until for start, _ in self._significant(self._is_less))

    def _is_twins(self, step: int) -> bool:
        """Whether nobody measured anything at a step or beside it."""
        return not any(self.compared[max(0, step - NEAR) : step + NEAR + 1])

    def _exceeds(self, step: int) -> bool:
        return self.values[step] > self.limits[step] + ROUNDING

    def _significant(self, test: Callable[[Span, float], bool]) -> Iterator[Span]:
        """Windows, the short ones first."""
        lengths = list(self._lengths())
        counted = [0, *accumulate(self.compared)]
        for length in lengths:
            spans = [(a, b) for a, b in self._windows(length) if counted[b] > counted[a]]
            for span in spans:
                if test(span, FALSE_WINDOW / len(lengths) / len(spans)):
                    yield span

    def _lengths(self) -> Iterator[int]:
        length = 1
        while length < self.longest:
            yield length
            length *= 2
        yield self.longest

    def _windows(self, length: int) -> Iterator[Span]:
        """From a quarter to a quarter of their length, and one that ends at the end."""
        last = len(self.values) - length
        for start in range(self.first, last, max(1, length // OVERLAP)):
            yield start, start + length
        if last >= self.first:
            yield last, last + length

    def _is_more(self, span: Span, level: float) -> bool:
        return self._excess(span) > 0 and self._tail(span) <= level

    def _is_less(self, span: Span, level: float) -> bool:
        """What is natural is left out: it would only make more of them worse."""
        k, n, limit = self._counts(span)
        return k < n * limit and binomial_lower_tail(k, n, limit) <= level

    def _tail(self, span: Span) -> float:
        """The probability of as many where users bear no more than the limit, or than is natural."""
        k, n, limit = self._counts(span)
        return max(binomial_tail(k, n, self._chance(limit)), self._beyond_natural(span))

    def _beyond_natural(self, span: Span) -> float:
        """The probability of as many where no more end worse than is natural; 0 where nobody knows what is."""
        k, n, _ = self._counts(span)
        of = self.natural_of
        return binomial_tail(k, k + round(self.natural * of), n / (n + of)) if of > 0 else 0.0

    def _excess(self, span: Span) -> float:
        """Requests that ended worse beyond those that the limit allows for."""
        k, n, limit = self._counts(span)
        return k - n * self._chance(limit)

    def _counts(self, span: Span) -> tuple[int, int, float]:
        """Worse, compared, and the mean limit."""
        here = slice(*span)
        n = sum(self.compared[here])
        weighted = sum(a * b for a, b in zip(self.compared[here], self.limits[here], strict=True))
        return sum(self.worse[here]), n, weighted / n if n else 0.0

    def _chance(self, limit: float) -> float:
        return self.natural + (1 - self.natural) * min(1.0, max(0.0, limit))

    def _trimmed(self, start: int, end: int) -> Span:
        while start < end and not self._exceeds(start):
            start += 1
        while start < end and not self._exceeds(end - 1):
            end -= 1
        return start, end

    def _between(self, found: Sequence[bool]) -> Iterator[Span]:
        """The gaps before and between steps that are above."""
        start = self.first
        for step in range(self.first, len(found)):
            if found[step]:
                if start < step:
                    yield start, step
                start = step + 1

    def _rest(self, found: Sequence[bool]) -> Span:
        """What was measured after the last step that is above."""
        last = max((step for step, is_above in enumerate(found) if is_above), default=-1)
        end = max((step + 1 for step, n in enumerate(self.compared) if n), default=0)
        start = max(self.first, last + 1)
        return start, max(start, end)


def trial(impact: ImpactCurves, limits: Sequence[float], *, since: float, hold: float) -> Trial | None:
    """The measured counts from that minute on against limits, one a step; None where nothing was counted.

    ``hold``: the longest hold in minutes; windows are at least as long.
    """
    told, minutes = counts_of(impact), impact.minutes
    if told is None or len(limits) != len(minutes):
        return None
    step = minutes[1] - minutes[0] if len(minutes) > 1 else 1.0
    longest = round(max(LONGEST_MINUTES, hold) / step) if step > 0 else 1
    first = bisect_left(minutes, since - ROUNDING)
    return Trial(
        compared=told.compared,
        worse=told.worse,
        values=told.net,
        limits=tuple(limits),
        natural=told.natural,
        natural_of=told.natural_of,
        first=first,
        longest=max(1, min(longest, len(minutes) - first)),
    )


def judged(curve: Curve, trial: Trial) -> Curve:
    """The curve, on that side of each limit on which the trial has it."""
    rows = zip(curve.values, trial.limits, trial.above(), strict=True)
    values = (
        max(value, limit + 2 * ROUNDING) if is_above else min(value, limit - 2 * ROUNDING)
        for value, limit, is_above in rows
    )
    return Curve(curve.minutes, tuple(values), curve.horizon)


def _smallest(spans: Iterator[Span]) -> Iterator[Span]:
    """Those that hold no other; the short ones come first."""
    ends: dict[int, int] = {}
    for start, end in spans:
        if all(ends.get(step, end + 1) > end for step in range(start, end)):
            yield start, end
        ends[start] = min(end, ends.get(start, end))


def _mark(found: list[bool], span: Span) -> None:
    found[slice(*span)] = [True] * (span[1] - span[0])
