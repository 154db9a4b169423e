"""Numbers in, pieces of SVG out. Colours are classes, which the page's style fills for light and dark."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from simulator.report.phrases import clean

GLYPH = 6.2
"""Width of a character of small text, on average."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from ``low`` to ``high`` on pixels from ``start`` to ``end``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low
        place = 0.0 if span <= 0 else (min(max(value, self.low), self.high) - self.low) / span
        return self.start + place * (self.end - self.start)


def text(x: float, y: float, words: str, kind: str = "", *, anchor: str = "start") -> str:
    """Words at a place; hostile text is escaped here."""
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{safe(words)}</text>'


def safe(words: str) -> str:
    """Cleaned and escaped for HTML and SVG."""
    return escape(clean(words), quote=True)


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def rect(
    x: float, y: float, width: float, height: float, kind: str, *, title: str = "", round_: float = 3
) -> str:
    """A bar; never thinner than a hair, so that what happened in an instant is seen."""
    body = f"<title>{safe(title)}</title>" if title else ""
    size = f'width="{max(2.0, width):.1f}" height="{height:.1f}" rx="{round_}"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" {size} class="{kind}">{body}</rect>'


def dot(x: float, y: float, radius: float, kind: str, *, title: str) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" class="{kind}"><title>{safe(title)}</title></circle>'
    )


def steps(points: Sequence[tuple[float, float]], until: float) -> str:
    """Path data of values that hold to the next one, the last up to ``until``."""
    if not points:
        return ""
    path = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (_, before), (x, y) in pairwise(points):
        path.append(f"H{x:.1f}" if y == before else f"H{x:.1f}V{y:.1f}")
    return "".join([*path, f"H{until:.1f}"])


def path(data: str, kind: str) -> str:
    return f'<path d="{data}" class="{kind}"/>'


def ticks(high: float, *, about: int = 5) -> list[float]:
    """Round values from 0 up to ``high``.

    >>> ticks(90)
    [0.0, 20.0, 40.0, 60.0, 80.0]
    """
    if high <= 0:
        return [0.0]
    rough = high / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    return [index * step for index in range(int(high / step + 1e-9) + 1)]


def rows(spans: Iterable[tuple[float, float]]) -> list[int]:
    """For spans in order, the first row in which each overlaps none before it.

    >>> rows([(0, 10), (5, 15), (12, 20)])
    [0, 1, 0]
    """
    ends: list[float] = []
    found = []
    for start, end in spans:
        free = next((row for row, taken in enumerate(ends) if taken <= start), len(ends))
        ends[free : free + 1] = [end]
        found.append(free)
    return found


def figure(width: float, height: float, body: Iterable[str], *, label: str) -> str:
    """A drawing with a name for those who cannot see it."""
    size = f'viewBox="0 0 {width:.0f} {height:.0f}"'
    return f'<svg {size} role="img" aria-label="{safe(label)}">{"".join(body)}</svg>'
