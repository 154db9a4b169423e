"""The points of a signal's back-test in, a drawing of delay against false pages out, and the best of the points."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.model import CurvePoint
from generator.site.diagrams.svg import drawing, n, path, text
from generator.site.markup import Html, tag
from generator.site.words import number

WIDTH, HEIGHT = 340, 216
LEFT, RIGHT, TOP, BOTTOM = 40, 14, 30, 38
SLEEPS = 26
"""Height of the band above the longest delay, for points that mostly never fire."""
_FINEST = 0.05
"""False pages a week below which the scale is even; above, each tenfold takes the same room."""
_TICKS = (0.0, 0.1, 1.0, 10.0, 100.0, 1000.0, 10_000.0)
_STEPS = (1, 2, 5)


def front(points: Sequence[CurvePoint]) -> list[CurvePoint]:
    """The points that no other beats both in delay and in false pages; from the quietest on."""
    awake = [point for point in points if point.delay_minutes is not None]
    found: list[CurvePoint] = []
    for point in sorted(awake, key=lambda one: (one.false_pages_per_week, _delay(one), one.missed)):
        if not found or _delay(point) < _delay(found[-1]):
            found.append(point)
    return found


def curve(
    signal: str,
    points: Sequence[CurvePoint],
    *,
    own: CurvePoint | None,
    suggested: CurvePoint | None,
    budget: float,
) -> Html:
    """The drawing; ``own`` is the point of the text, ``budget`` in false pages a week."""
    scale = _Scale.of(points, budget)
    best = front(points)
    shapes = [*_axes(scale), *_budget(scale, budget)]
    shapes.append(path("".join(f"M{scale.at(one)}h0" for one in points), "db-curve-dots"))
    if best:
        shapes.append(path("M" + "L".join(scale.at(one) for one in best), "db-curve-front"))
    if suggested is not None:
        x, y = scale.x(suggested.false_pages_per_week), scale.y(suggested.delay_minutes)
        shapes.append(path(f"M{n(x)} {n(y - 6)}l6 6l-6 6l-6 -6z", "db-curve-suggested"))
    if own is not None:
        x, y = scale.x(own.false_pages_per_week), scale.y(own.delay_minutes)
        shapes.append(tag("circle", cx=n(x), cy=n(y), r="6", class_="db-curve-own"))
    title = f"Delay of {signal} against its false pages"
    return drawing(WIDTH, HEIGHT, title, _told(points, best, own, suggested, budget), shapes)


def point_words(point: CurvePoint) -> str:
    """What a point does, as part of a sentence."""
    delay = "mostly never" if point.delay_minutes is None else f"after {number(round(_delay(point), 1))} min"
    return f"{number(round(point.false_pages_per_week, 2))} false pages a week, fires {delay}"


def _told(
    points: Sequence[CurvePoint],
    best: Sequence[CurvePoint],
    own: CurvePoint | None,
    suggested: CurvePoint | None,
    budget: float,
) -> str:
    words = [f"{len(points)} thresholds and holds, of which {len(best)} are beaten by no other."]
    words += [f"The text's own: {point_words(own)}."] if own is not None else []
    words += [f"Suggested: {point_words(suggested)}."] if suggested is not None else []
    return " ".join(
        [*words, f"{number(budget)} false pages a week are allowed. The table below has the best."]
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where values lie on the drawing."""

    most_pages: float
    most_minutes: float

    @classmethod
    def of(cls, points: Sequence[CurvePoint], budget: float) -> _Scale:
        pages = max([budget, *(one.false_pages_per_week for one in points)])
        minutes = max([1.0, *(_delay(one) for one in points if one.delay_minutes is not None)])
        return cls(max(pages, 1.0), minutes)

    def x(self, pages: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * _stretched(pages) / _stretched(self.most_pages)

    def y(self, minutes: float | None) -> float:
        if minutes is None:
            return TOP + SLEEPS / 2
        room = HEIGHT - TOP - SLEEPS - BOTTOM
        return HEIGHT - BOTTOM - room * minutes / self.most_minutes

    def at(self, point: CurvePoint) -> str:
        return f"{n(self.x(point.false_pages_per_week))} {n(self.y(point.delay_minutes))}"


def _stretched(pages: float) -> float:
    return math.log10(1 + pages / _FINEST)


def _axes(scale: _Scale) -> Iterator[Html]:
    floor = HEIGHT - BOTTOM
    yield path(f"M{LEFT} {TOP}V{floor}H{WIDTH - RIGHT}", "db-curve-axis")
    yield text(2, 12, "minutes until it fires", "db-small")
    yield text(WIDTH - RIGHT, HEIGHT - 4, "false pages a week", "db-small", "end")
    for minutes in _ticks(scale.most_minutes):
        y = scale.y(minutes)
        yield path(f"M{LEFT} {n(y)}H{WIDTH - RIGHT}", "db-curve-grid")
        yield text(LEFT - 5, y + 3, number(minutes), "db-small", "end")
    yield text(LEFT - 5, scale.y(None) + 3, "never", "db-small", "end")
    for pages in (one for one in _TICKS if one <= scale.most_pages):
        x = scale.x(pages)
        yield path(f"M{n(x)} {floor}v4", "db-curve-axis")
        yield text(x, floor + 15, number(pages), "db-small", "middle")


def _budget(scale: _Scale, budget: float) -> Iterator[Html]:
    x = scale.x(budget)
    at_left = x > (WIDTH + LEFT) / 2
    yield path(f"M{n(x)} {TOP - 8}V{HEIGHT - BOTTOM}", "db-curve-budget")
    words = f"allowed: {number(budget)}"
    yield text(x - 4 if at_left else x + 4, TOP - 2, words, "db-small", "end" if at_left else None)


def _ticks(most: float) -> list[float]:
    """Round numbers from zero on, four or five of them."""
    power = 10 ** math.floor(math.log10(most / 4))
    step = next((power * one for one in _STEPS if power * one * 5 >= most), power * 10)
    return [step * number for number in range(int(most / step) + 1)]


def _delay(point: CurvePoint) -> float:
    return math.inf if point.delay_minutes is None else point.delay_minutes
