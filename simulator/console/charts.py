"""Readings in, small and larger charts of text out."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from simulator.console.board import Reading
from simulator.console.text import shown

BARS = "▁▂▃▄▅▆▇█"
GAP = " "
FLAT = 0.25
"""A range smaller than this share of the value is widened to it, so that noise looks small."""


def sparkline(readings: Sequence[Reading], width: int, *, least: float | None = None) -> str:
    """The latest readings in one row, one column a bucket of time; a blank where there is no value.

    ``least``: the scale begins at zero and reaches at least so far.

    >>> sparkline([(0, 1.0), (15, 2.0), (30, None), (45, 4.0)], 4)
    '▁▃ █'
    >>> sparkline([(0, 0.01), (15, 0.02)], 2, least=0.2)
    '▁▁'
    """
    columns = bucketed([value for _, value in readings], width)
    low, high = _range(columns if least is None else [*columns, 0.0, least])
    return "".join(GAP if value is None else BARS[_level(value, low, high, len(BARS))] for value in columns)


def chart(readings: Sequence[Reading], *, width: int, height: int, mark: float | None = None) -> list[str]:
    """Rows of a larger chart, with its scale at the left; ``mark`` draws a threshold as a dashed line."""
    columns = bucketed([value for _, value in readings], max(width - 10, 10))
    low, high = _range([*columns, mark])
    if all(value <= 1 for value in [*columns, mark] if value is not None):
        high = min(high, 1.0)  # what may be a share has no scale beyond the whole
    rows = []
    for row in reversed(range(height)):
        level = low + (high - low) * row / max(height - 1, 1)
        dashed = mark is not None and _level(mark, low, high, height) == row
        cells = "".join(_cell(value, row, low, high, height, dashed=dashed) for value in columns)
        rows.append(f"{shown(level):>8} {'┤' if dashed else '│'}{cells}")
    return rows


def bucketed(values: Sequence[float | None], width: int) -> list[float | None]:
    """At most ``width`` values: each the last one of its bucket that is there."""
    if len(values) <= width:
        return list(values)
    edges = [round(index * len(values) / width) for index in range(width + 1)]
    return [
        next((value for value in reversed(values[start:stop]) if value is not None), None)
        for start, stop in itertools.pairwise(edges)
    ]


def _cell(value: float | None, row: int, low: float, high: float, height: int, *, dashed: bool) -> str:
    blank = "╌" if dashed else GAP
    if value is None:
        return blank
    eighths = _level(value, low, high, height * len(BARS)) - row * len(BARS)
    return blank if eighths < 0 else BARS[min(eighths, len(BARS) - 1)]


def _range(values: Sequence[float | None]) -> tuple[float, float]:
    there = [value for value in values if value is not None]
    if not there:
        return 0.0, 1.0
    low, high = min(there), max(there)
    missing = FLAT * max(abs(high), abs(low), 1e-9) - (high - low)
    if missing > 0:
        low, high = (0.0 if low == 0 else low - missing / 2), high + missing / 2
    return low, high


def _level(value: float, low: float, high: float, levels: int) -> int:
    return min(levels - 1, max(0, int((value - low) / (high - low) * levels)))
