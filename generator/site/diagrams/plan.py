"""A compiled plan in, its diagram out: one column, read from top to bottom.

The plain way on is an arrow downwards. Every other way out of a step is a line of text in its box
and a wire in the gutter to the right; wires to the same place run together.
"""

from __future__ import annotations

from generator.model import PlanNode
from generator.site.diagrams import svg
from generator.site.diagrams.layout import (
    GAP,
    INSET,
    LEFT,
    LINE,
    WIDTH,
    Box,
    Exit,
    Header,
    Layout,
    lane_x,
    lay_out,
)
from generator.site.markup import Html
from generator.site.view import View
from generator.site.words import duration


def plan_diagram(view: View) -> Html:
    """The plan as inline SVG; every box leads to its step."""
    layout = lay_out(view)
    lanes = layout.lanes()
    shapes = [shape for target, lane in lanes.items() for shape in _wires(layout, target, lane)]
    shapes += [shape for header in layout.headers for shape in _header(view, header)]
    for box in layout.boxes.values():
        shapes += [_box(view, box, layout.width), *_down(box)]
    described = f"{len(layout.boxes)} steps and decisions, from detection at the top to restoration"
    right = max([LEFT + layout.width, *[lane_x(lane, layout.width) for lane in lanes.values()]]) + 4
    return svg.picture(max(right, WIDTH), layout.height, "The plan", described, shapes, "db-plan")


def _wires(layout: Layout, target: str, lane: int) -> list[Html]:
    """All wires that lead to one box, and their one arrow head."""
    x, edge, end = lane_x(lane, layout.width), LEFT + layout.width, layout.boxes[target].y + INSET
    found = [wire for wire in layout.wires() if wire.go == target]
    shapes = [
        svg.path(
            f"M{svg.n(edge)} {svg.n(wire.y)}H{svg.n(x)}V{svg.n(end)}H{svg.n(edge + 5)}",
            f"db-wire db-wire-{wire.kind}",
        )
        for wire in found
    ]
    return [*shapes, svg.arrow_head(edge, end, "left", f"db-head db-head-{found[-1].kind}")]


def _header(view: View, header: Header) -> list[Html]:
    shapes = [svg.text(LEFT, header.y + 18, header.title, "db-part")]
    return shapes + [_exit(view, guard, LEFT, header.guard_y(i)) for i, guard in enumerate(header.guards)]


def _box(view: View, box: Box, width: float) -> Html:
    node, asks = box.node, box.node.action is None
    kind = "db-ask" if asks else "db-step"
    shapes = [svg.rect(LEFT, box.y, width, box.height, f"db-box {kind}", 10 if asks else 3)]
    shapes += svg.lines(LEFT + 10, box.y + 17, box.rows, "db-words", LINE)
    shapes.append(svg.text(LEFT + 10, box.y + 17 + LINE * len(box.rows), _who(view, node), "db-small"))
    inner = _linked(view, node.id, Html("".join(shapes)))
    return Html(inner + "".join(_exit(view, e, LEFT + 10, box.exit_y(i)) for i, e in enumerate(box.exits)))


def _exit(view: View, exit: Exit, x: float, y: float) -> Html:
    rows = svg.lines(x, y, exit.rows, f"db-out db-out-{exit.kind}", LINE)
    return _linked(view, exit.go, Html("".join(rows)))


def _linked(view: View, id: str, shapes: Html) -> Html:
    target = view.targets.get(id)
    return svg.link("#" + target.anchor, shapes) if target else shapes


def _down(box: Box) -> list[Html]:
    if not box.down:
        return []
    x, y = LEFT + 18, box.y + box.height
    line = svg.path(f"M{svg.n(x)} {svg.n(y)}v{svg.n(GAP - 4)}", "db-wire db-wire-works")
    return [line, svg.arrow_head(x, y + GAP, "down", "db-head db-head-works")]


def _who(view: View, node: PlanNode) -> str:
    """Who and how long, in one short line."""
    title = next(
        (role.title for role in view.catalogue.organization.roles if role.id == node.role), node.role
    )
    return f"{title} · {duration(node.minutes)}" if node.minutes else title
