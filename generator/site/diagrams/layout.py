"""A plan in its words in, where each box, line of text and wire of its diagram stands out.

A column of boxes has a gutter to its right, in which the wires run; a wire between two columns runs in the
gutter between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from generator.model import PlanNode
from generator.site.diagrams import svg
from generator.site.diagrams.told import ROLL_BACK, ExitKind, Told, Way

NARROW = 340.0
"""What a phone shows without scaling."""
WIDE = 680.0
"""What a desk has room for beside two columns of navigation."""
LEFT = 4.0
BESIDE = 12.0
"""From a box to the first lane of a gutter, and from the last lane to the next box."""
LANE = 9.0
LINE = 15.0
GAP = 20.0
HEADER = 30.0
INSET = 12.0
"""From the top of a box to the wire that comes in."""
CHARACTER = 6.4
"""Width of a character of the text in a box; generous, since fonts differ."""
SMALL_CHARACTER = 6.0
BOLD_CHARACTER = 7.2


class Exit(NamedTuple):
    """A way out of a box that is not simply the next box."""

    rows: Sequence[str]
    go: str
    kind: ExitKind
    y: float
    """The base line of its first row."""


class Box(NamedTuple):
    """A node with its place in the drawing."""

    node: PlanNode
    column: int
    y: float
    rows: Sequence[str]
    who: str
    exits: Sequence[Exit]
    down: bool
    """Whether the plain way on is the box below."""
    height: float
    """Text, one line of who and how long, and the exits."""


class Header(NamedTuple):
    """The title of a part, and what may end it at any time."""

    column: int
    y: float
    rows: Sequence[str]
    guards: Sequence[Exit]
    height: float
    """The title and its guards."""


class Wire(NamedTuple):
    """A line from an exit to another box."""

    go: str
    column: int
    """Where it begins."""
    gutter: int
    y: float
    kind: ExitKind


@dataclass(slots=True)
class Layout:
    """Everything that has a place; grows while it is laid out."""

    width: float
    """Of a box."""
    columns: tuple[float, ...]
    """The left edge of each column."""
    boxes: dict[str, Box] = field(default_factory=dict)
    headers: list[Header] = field(default_factory=list)
    height: float = 0.0

    def wires(self) -> dict[tuple[int, str], list[Wire]]:
        """Every line in a gutter, by the gutter and the box that it leads to."""
        found: dict[tuple[int, str], list[Wire]] = {}
        places = [(box.column, box.exits) for box in self.boxes.values()]
        places += [(header.column, header.guards) for header in self.headers]
        for column, exits in places:
            for exit in exits:
                if exit.go in self.boxes:
                    gutter = min(column, self.boxes[exit.go].column)
                    wire = Wire(exit.go, column, gutter, exit.y - 4, exit.kind)
                    found.setdefault((gutter, exit.go), []).append(wire)
        return found

    def edge(self, column: int, gutter: int) -> float:
        """The side of a column's boxes that faces a gutter."""
        return self.columns[column] + (self.width if column == gutter else 0)

    def lane_x(self, gutter: int, lane: int) -> float:
        """Where a lane runs beside the boxes."""
        return self.columns[gutter] + self.width + BESIDE + lane * LANE

    def lanes(self, wires: Mapping[tuple[int, str], Sequence[Wire]]) -> dict[tuple[int, str], int]:
        """For each gutter and box that is jumped to through it, the lane; short ways stay near the boxes."""
        return {
            (gutter, target): lane
            for gutter in range(len(self.columns))
            for target, lane in self._lanes({go: found for (g, go), found in wires.items() if g == gutter})
        }

    def _lanes(self, wires: Mapping[str, Sequence[Wire]]) -> Iterator[tuple[str, int]]:
        spans = []
        for target, found in wires.items():
            ys = [self.boxes[target].y + INSET, *[wire.y for wire in found]]
            spans.append((target, min(ys), max(ys)))
        taken: list[list[tuple[float, float]]] = []
        for target, first, last in sorted(spans, key=lambda span: span[2] - span[1]):
            low, high = first - 4, last + 4
            free = (i for i, spots in enumerate(taken) if all(high < a or b < low for a, b in spots))
            lane = next(free, len(taken))
            if lane == len(taken):
                taken.append([])
            taken[lane].append((low, high))
            yield target, lane


def lay_out(told: Told) -> Layout:
    """One column, for a phone; a first try tells how many lanes there are."""
    (lanes,) = _counts(_stacked(told, Layout(240.0, (LEFT,)), {}))
    return _stacked(told, Layout(max(NARROW - LEFT - BESIDE - lanes * LANE, 180.0), (LEFT,)), {})


def lay_out_wide(told: Told) -> Layout:
    """Two columns of parts, about equally long."""
    between, after = _counts(_in_columns(told, 250.0, (LEFT, WIDE / 2)))
    width = max((WIDE - LEFT - 3 * BESIDE - (between + after) * LANE) / 2, 180.0)
    return _in_columns(told, width, (LEFT, LEFT + width + 2 * BESIDE + between * LANE))


def _counts(layout: Layout) -> list[int]:
    """How many lanes each gutter has."""
    lanes = layout.lanes(layout.wires())
    return [
        len({lane for (side, _), lane in lanes.items() if side == gutter})
        for gutter in range(len(layout.columns))
    ]


def _in_columns(told: Told, width: float, columns: tuple[float, ...]) -> Layout:
    """Part by part from the top of the first column; the last column takes what comes after half of it."""
    single = _stacked(told, Layout(width, columns[:1]), {})
    # A way back stays below the way that it takes back.
    starts = [header.y for header in single.headers if not header.rows[0].startswith(ROLL_BACK)]
    cut = min(starts, key=lambda y: (max(y, single.height - y), y), default=0.0)
    later = {box.node.part: 1 for box in single.boxes.values() if box.y > cut}
    return _stacked(told, Layout(width, columns), later)


def _stacked(told: Told, layout: Layout, column_of: Mapping[str, int]) -> Layout:
    room, letters = int((layout.width - 20) / SMALL_CHARACTER), int((layout.width - 20) / CHARACTER)
    ys, part = [0.0] * len(layout.columns), None
    for said, following in zip(told.nodes, [*told.nodes[1:], None], strict=True):
        node = said.node
        column = column_of.get(node.part, 0)
        if node.part != part:
            part = node.part
            header = _header(told, part, column, ys[column], layout.width)
            layout.headers.append(header)
            ys[column] += header.height
        below = following is not None and column_of.get(following.node.part, 0) == column
        next_id = following.node.id if following and below else None
        rows, y = svg.wrapped(said.words, letters, 3), ys[column]
        down = node.action is not None and next_id is not None and node.on_success == next_id
        exits = _exits(said.ways(next_id), room, 2, y + INSET + LINE * (len(rows) + 1) + 4)
        height = INSET + LINE * (len(rows) + 1 + _count(exits))
        layout.boxes[node.id] = Box(node, column, y, rows, said.who, exits, down, height)
        ys[column] += height + GAP
    layout.height = max(ys)
    return layout


def _header(told: Told, part: str, column: int, y: float, width: float) -> Header:
    rows = svg.wrapped(told.titles.get(part, part), int(width / BOLD_CHARACTER), 2)
    top = HEADER + LINE * (len(rows) - 1)
    guards = _exits(told.guards.get(part, ()), int((width - 20) / SMALL_CHARACTER), 3, y + top + 1)
    return Header(column, y, rows, guards, top + LINE * _count(guards))


def _exits(ways: Sequence[Way], room: int, most: int, y: float) -> list[Exit]:
    """Ways out below each other; ``y`` is the base line of the first row."""
    found = []
    for way in ways:
        rows = svg.wrapped(way.words, room, most)
        found.append(Exit(rows, way.go, way.kind, y))
        y += LINE * len(rows)
    return found


def _count(exits: Sequence[Exit]) -> int:
    return sum(len(exit.rows) for exit in exits)
