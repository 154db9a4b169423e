"""A compiled plan in, where each box, line of text and wire of its diagram stands out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Literal

from generator.model import ENDINGS, Guard, PlanNode
from generator.site.diagrams import svg
from generator.site.markup import Html
from generator.site.view import ENDING_WORDS, View, short
from generator.site.words import condition

WIDTH = 340.0
LEFT = 4.0
LANE = 9.0
LINE = 15.0
GAP = 20.0
HEADER = 30.0
INSET = 12.0
"""From the top of a box to the wire that comes in."""
CHARACTER = 6.4
"""Width of a character of the text in a box; generous, since fonts differ."""
SMALL_CHARACTER = 6.0

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

    y: float
    title: str
    guards: list[Exit]

    @property
    def height(self) -> float:
        """The title and its guards."""
        return HEADER + LINE * sum(len(guard.rows) for guard in self.guards)

    def guard_y(self, index: int) -> float:
        """The base line of the first row of one guard."""
        return self.y + HEADER + 1 + LINE * sum(len(guard.rows) for guard in self.guards[:index])


@dataclass(frozen=True, slots=True)
class Wire:
    """A line from an exit to another box."""

    go: str
    y: float
    kind: ExitKind


@dataclass(slots=True)
class Layout:
    """Everything that has a place; grows while it is laid out."""

    width: float
    """Of a box."""
    boxes: dict[str, Box] = field(default_factory=dict)
    headers: list[Header] = field(default_factory=list)
    height: float = 0.0

    def wires(self) -> Iterator[Wire]:
        """Every line in the gutter."""
        for box in self.boxes.values():
            for index, exit in enumerate(box.exits):
                if exit.go in self.boxes:
                    yield Wire(exit.go, box.exit_y(index) - 4, exit.kind)
        for header in self.headers:
            for index, guard in enumerate(header.guards):
                if guard.go in self.boxes:
                    yield Wire(guard.go, header.guard_y(index) - 4, guard.kind)

    def lanes(self) -> dict[str, int]:
        """For each box that is jumped to, its lane of the gutter; short ways stay near the boxes."""
        spans: dict[str, list[float]] = {}
        for wire in self.wires():
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
    """Boxes as wide as the lanes leave room for; a first try tells how many lanes there are."""
    lanes = len(set(_laid_out(view, 240.0).lanes().values()))
    return _laid_out(view, max(WIDTH - LEFT - 12 - lanes * LANE, 180.0))


def lane_x(lane: int, width: float) -> float:
    """Where a lane runs beside boxes of that width."""
    return LEFT + width + 12 + lane * LANE


def _laid_out(view: View, width: float) -> Layout:
    nodes, titles = view.compiled.plan.nodes, _part_titles(view)
    room = int((width - 20) / SMALL_CHARACTER)
    layout, y, part = Layout(width), 0.0, None
    for node, following in zip(nodes, [*nodes[1:], None], strict=True):
        if node.part != part:
            part = node.part
            header = Header(y, short(titles.get(part, part), 46), list(_guards(view, part, room)))
            layout.headers.append(header)
            y += header.height
        next_id = following.id if following else None
        rows = svg.wrapped(view.plain(node.text), int((width - 20) / CHARACTER), 3)
        down = node.action is not None and next_id is not None and node.on_success == next_id
        layout.boxes[node.id] = box = Box(node, y, rows, list(_exits(view, node, next_id, room)), down)
        y += box.height + GAP
    layout.height = y
    return layout


def _exits(view: View, node: PlanNode, next_id: str | None, room: int) -> Iterator[Exit]:
    for answer in node.answers:
        words = view.plain(answer.answer)
        if answer.go in ENDINGS:
            words += f" → {ENDING_WORDS[answer.go]}"
        yield Exit(svg.wrapped(words, room, 2), answer.go, "answer")
    if node.on_success and node.on_success != next_id:
        yield Exit([short(f"then → {_place(view, node.on_success)}", room)], node.on_success, "works")
    if node.on_failure and node.on_failure != node.on_success:
        yield Exit([short(f"fails → {_place(view, node.on_failure)}", room)], node.on_failure, "fails")


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
        titles[f"{path.id}-rollback"] = f"Roll back: {path.title}"
    for remedy in runbook.mitigation.remedies:
        titles[remedy.id] = f"Mitigate: {remedy.title}"
    return titles
