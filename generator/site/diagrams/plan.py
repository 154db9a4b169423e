"""A compiled plan in, its diagram out: one column for a phone, two for a desk, read from top to bottom.

The plain way on is an arrow downwards. Every other way out of a step is a line of text in its box
and a wire in the gutter beside it; wires to the same place run together.
"""

from __future__ import annotations

from collections.abc import Sequence

from generator.site.diagrams import svg
from generator.site.diagrams.layout import (
    GAP,
    INSET,
    LINE,
    NARROW,
    WIDE,
    Box,
    Exit,
    Header,
    Layout,
    Wire,
    lay_out,
    lay_out_wide,
)
from generator.site.diagrams.told import told
from generator.site.markup import Html
from generator.site.view import View


def plan_diagram(view: View) -> Html:
    """The plan as inline SVG; every box leads to its step. The page shows the drawing that fits."""
    words = told(view)
    narrow = _drawing(view, lay_out(words), NARROW, "db-narrow")
    wide = _drawing(view, lay_out_wide(words), WIDE, "db-wide")
    return svg.picture("db-plan", narrow, wide)


def _drawing(view: View, layout: Layout, width: float, class_: str) -> Html:
    wires = layout.wires()
    lanes = layout.lanes(wires)
    shapes = [
        shape
        for (gutter, go), lane in lanes.items()
        for shape in _wires(layout, gutter, go, lane, wires[gutter, go])
    ]
    shapes += [shape for header in layout.headers for shape in _header(view, layout, header)]
    for box in layout.boxes.values():
        shapes += [_box(view, layout, box), *_down(layout, box)]
    described = f"{len(layout.boxes)} steps and decisions, from detection at the top to restoration"
    last = len(layout.columns) - 1
    right = max(
        [layout.edge(last, last), *[layout.lane_x(gutter, lane) for (gutter, _), lane in lanes.items()]]
    )
    return svg.drawing(max(right + 4, width), layout.height, "The plan", described, shapes, class_)


def _wires(layout: Layout, gutter: int, target: str, lane: int, found: Sequence[Wire]) -> list[Html]:
    """All wires that lead to one box through a gutter, and their one arrow head."""
    box = layout.boxes[target]
    x, edge, end = layout.lane_x(gutter, lane), layout.edge(box.column, gutter), box.y + INSET
    back = box.column == gutter
    tip = edge + 5 if back else edge - 5
    shapes = [
        svg.path(
            f"M{svg.n(layout.edge(wire.column, gutter))} {svg.n(wire.y)}H{svg.n(x)}V{svg.n(end)}H{svg.n(tip)}",
            f"db-wire db-wire-{wire.kind}",
        )
        for wire in found
    ]
    return [
        *shapes,
        svg.arrow_head(edge, end, "left" if back else "right", f"db-head db-head-{found[-1].kind}"),
    ]


def _header(view: View, layout: Layout, header: Header) -> list[Html]:
    x = layout.columns[header.column]
    shapes = svg.lines(x, header.y + 18, header.rows, "db-part", LINE)
    return shapes + [_exit(view, guard, x) for guard in header.guards]


def _box(view: View, layout: Layout, box: Box) -> Html:
    node, asks, x = box.node, box.node.action is None, layout.columns[box.column]
    kind = "db-ask" if asks else "db-step"
    shapes = [svg.rect(x, box.y, layout.width, box.height, f"db-box {kind}", 10 if asks else 3)]
    shapes += svg.lines(x + 10, box.y + 17, box.rows, "db-words", LINE)
    shapes.append(svg.text(x + 10, box.y + 17 + LINE * len(box.rows), box.who, "db-small"))
    inner = _linked(view, node.id, Html("".join(shapes)))
    return Html(inner + "".join([_exit(view, exit, x + 10) for exit in box.exits]))


def _exit(view: View, exit: Exit, x: float) -> Html:
    rows = svg.lines(x, exit.y, exit.rows, f"db-out db-out-{exit.kind}", LINE)
    return _linked(view, exit.go, Html("".join(rows)))


def _linked(view: View, id: str, shapes: Html) -> Html:
    target = view.targets.get(id)
    return svg.link("#" + target.anchor, shapes) if target else shapes


def _down(layout: Layout, box: Box) -> list[Html]:
    if not box.down:
        return []
    x, y = layout.columns[box.column] + 18, box.y + box.height
    line = svg.path(f"M{svg.n(x)} {svg.n(y)}v{svg.n(GAP - 4)}", "db-wire db-wire-works")
    return [line, svg.arrow_head(x, y + GAP, "down", "db-head db-head-works")]
