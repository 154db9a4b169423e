"""A compiled plan in, where each box, line of text and wire of its diagram stands out.

A column of boxes has a gutter to its right, in which the wires run; a wire between two columns runs in the
gutter between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Literal

from generator.model import ENDINGS, Guard, PlanNode
from generator.site.diagrams import svg
from generator.site.markup import Html
from generator.site.view import ENDING_WORDS, View
from generator.site.words import condition

NARROW = 340.0
"""What a phone shows without scaling."""
WIDE = 680.0
"""What a desk has room for beside two columns of navigation."""
LEFT = 4.0
BESIDE = 12.0
"""From a box to the first lane of a gutter, and from the last lane to the next box."""
LANE = 9.0
ROLL_BACK = "Roll back:"
LINE = 15.0
GAP = 20.0
HEADER = 30.0
INSET = 12.0
"""From the top of a box to the wire that comes in."""
CHARACTER = 6.4
"""Width of a character of the text in a box; generous, since fonts differ."""
SMALL_CHARACTER = 6.0
BOLD_CHARACTER = 7.2

ExitKind = Literal["fails", "answer", "works"]


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a box that is not simply the next box."""

    rows: list[str]
    go: str
    kind: ExitKind


@dataclass(frozen=True, slots=True)
class Box:
    """A node with its place in the drawing."""

    node: PlanNode
    column: int
    y: float
    rows: list[str]
    exits: list[Exit]
    down: bool
    """Whether the plain way on is the box below."""

    @property
    def height(self) -> float:
        """Text, one line of who and how long, and the exits."""
        return INSET + LINE * (len(self.rows) + 1 + sum(len(exit.rows) for exit in self.exits))

    def exit_y(self, index: int) -> float:
        """The base line of the first row of one exit."""
        before = sum(len(exit.rows) for exit in self.exits[:index])
        return self.y + INSET + LINE * (len(self.rows) + 1 + before) + 4


@dataclass(frozen=True, slots=True)
class Header:
    """The title of a part, and what may end it at any time."""

    column: int
    y: float
    rows: list[str]
    guards: list[Exit]

    @property
    def height(self) -> float:
        """The title and its guards."""
        return self._top + LINE * sum(len(guard.rows) for guard in self.guards)

    @property
    def _top(self) -> float:
        return HEADER + LINE * (len(self.rows) - 1)

    def guard_y(self, index: int) -> float:
        """The base line of the first row of one guard."""
        return self.y + self._top + 1 + LINE * sum(len(guard.rows) for guard in self.guards[:index])


@dataclass(frozen=True, slots=True)
class Wire:
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

    def wires(self) -> Iterator[Wire]:
        """Every line in the gutter."""
        for box in self.boxes.values():
            yield from self._wires(box.column, [(e, box.exit_y(i)) for i, e in enumerate(box.exits)])
        for header in self.headers:
            guards = [(guard, header.guard_y(i)) for i, guard in enumerate(header.guards)]
            yield from self._wires(header.column, guards)

    def _wires(self, column: int, exits: Sequence[tuple[Exit, float]]) -> Iterator[Wire]:
        for exit, y in exits:
            if exit.go in self.boxes:
                gutter = min(column, self.boxes[exit.go].column)
                yield Wire(exit.go, column, gutter, y - 4, exit.kind)

    def edge(self, column: int, gutter: int) -> float:
        """The side of a column's boxes that faces a gutter."""
        return self.columns[column] + (self.width if column == gutter else 0)

    def lane_x(self, gutter: int, lane: int) -> float:
        """Where a lane runs beside the boxes."""
        return self.columns[gutter] + self.width + BESIDE + lane * LANE

    def lanes(self) -> dict[tuple[int, str], int]:
        """For each gutter and box that is jumped to through it, the lane; short ways stay near the boxes."""
        wires = list(self.wires())
        return {
            (gutter, target): lane
            for gutter in range(len(self.columns))
            for target, lane in self._lanes([wire for wire in wires if wire.gutter == gutter]).items()
        }

    def _lanes(self, wires: Sequence[Wire]) -> dict[str, int]:
        spans: dict[str, list[float]] = {}
        for wire in wires:
            spans.setdefault(wire.go, [self.boxes[wire.go].y + INSET]).append(wire.y)
        found: dict[str, int] = {}
        taken: list[list[tuple[float, float]]] = []
        for target, ys in sorted(spans.items(), key=lambda item: max(item[1]) - min(item[1])):
            low, high = min(ys) - 4, max(ys) + 4
            free = (i for i, spots in enumerate(taken) if all(high < a or b < low for a, b in spots))
            lane = next(free, len(taken))
            if lane == len(taken):
                taken.append([])
            taken[lane].append((low, high))
            found[target] = lane
        return found


def lay_out(view: View) -> Layout:
    """One column, for a phone; a first try tells how many lanes there are."""
    lanes = _count(_laid_out(view, 240.0, (LEFT,)), 0)
    return _laid_out(view, max(NARROW - LEFT - BESIDE - lanes * LANE, 180.0), (LEFT,))


def lay_out_wide(view: View) -> Layout:
    """Two columns of parts, about equally long."""
    first = _laid_out(view, 250.0, (LEFT, WIDE / 2))
    between, after = _count(first, 0), _count(first, 1)
    width = max((WIDE - LEFT - 3 * BESIDE - (between + after) * LANE) / 2, 180.0)
    return _laid_out(view, width, (LEFT, LEFT + width + 2 * BESIDE + between * LANE))


def _count(layout: Layout, gutter: int) -> int:
    return len({lane for (side, _), lane in layout.lanes().items() if side == gutter})


def _laid_out(view: View, width: float, columns: tuple[float, ...]) -> Layout:
    """Part by part from the top of the first column; the last column takes what comes after half of it."""
    nodes = view.compiled.plan.nodes
    single = _stacked(view, Layout(width, columns[:1]), {})
    if len(columns) == 1:
        return single
    # A way back stays below the way that it takes back.
    starts = [header.y for header in single.headers if not header.rows[0].startswith(ROLL_BACK)]
    cut = min(starts, key=lambda y: (max(y, single.height - y), y), default=0.0)
    later = {node.part: 1 for node in nodes if single.boxes[node.id].y > cut}
    return _stacked(view, Layout(width, columns), later)


def _stacked(view: View, layout: Layout, column_of: Mapping[str, int]) -> Layout:
    nodes, titles = view.compiled.plan.nodes, _part_titles(view)
    room, letters = int((layout.width - 20) / SMALL_CHARACTER), int((layout.width - 20) / CHARACTER)
    ys, part = [0.0] * len(layout.columns), None
    for node, following in zip(nodes, [*nodes[1:], None], strict=True):
        column = column_of.get(node.part, 0)
        if node.part != part:
            part = node.part
            guards = list(_guards(view, part, room))
            title = svg.wrapped(titles.get(part, part), int(layout.width / BOLD_CHARACTER), 2)
            header = Header(column, ys[column], title, guards)
            layout.headers.append(header)
            ys[column] += header.height
        next_id = following.id if following and column_of.get(following.part, 0) == column else None
        rows = svg.wrapped(view.plain(node.text), letters, 3)
        down = node.action is not None and next_id is not None and node.on_success == next_id
        box = Box(node, column, ys[column], rows, list(_exits(view, node, next_id, room)), down)
        layout.boxes[node.id] = box
        ys[column] += box.height + GAP
    layout.height = max(ys)
    return layout


def _exits(view: View, node: PlanNode, next_id: str | None, room: int) -> Iterator[Exit]:
    for answer in node.answers:
        words = view.plain(answer.answer)
        if answer.go in ENDINGS:
            words += f" → {ENDING_WORDS[answer.go]}"
        yield Exit(svg.wrapped(words, room, 2), answer.go, "answer")
    if node.on_success and node.on_success != next_id:
        yield Exit(svg.wrapped(f"then → {_place(view, node.on_success)}", room, 2), node.on_success, "works")
    if node.on_failure and node.on_failure != node.on_success:
        yield Exit(svg.wrapped(f"fails → {_place(view, node.on_failure)}", room, 2), node.on_failure, "fails")


def _guards(view: View, part: str, room: int) -> Iterator[Exit]:
    parts = {node.id: node.part for node in view.compiled.plan.nodes}
    for guard in view.compiled.plan.guards:
        if guard.nodes and parts.get(guard.nodes[0]) == part:
            yield Exit(svg.wrapped(_guard_words(guard), room, 3), guard.go, "fails")


def _guard_words(guard: Guard) -> str:
    words = condition(guard.when, lambda _, id: Html(id))
    return "Roll back if " + unescape(re.sub(r"<[^>]*>", "", words))


def _place(view: View, id: str) -> str:
    """Where a way leads: a part by its title when it enters at the top, else the step's own words."""
    if id in ENDING_WORDS:
        return ENDING_WORDS[id]
    first = {node.part: node.id for node in reversed(view.compiled.plan.nodes)}
    titles = _part_titles(view)
    entered = next((part for part, start in first.items() if start == id), None)
    if entered in titles:
        return titles[entered].split(": ", 1)[-1]
    return view.plain(next((node.text for node in view.compiled.plan.nodes if node.id == id), id))


def _part_titles(view: View) -> dict[str, str]:
    runbook = view.runbook
    titles = {"detection": "Detection", "restoration": "Restoration"}
    for path in runbook.containment.paths:
        titles[path.id] = f"Contain: {path.title}"
        titles[f"{path.id}-rollback"] = f"{ROLL_BACK} {path.title}"
    for remedy in runbook.mitigation.remedies:
        titles[remedy.id] = f"Mitigate: {remedy.title}"
    return titles
