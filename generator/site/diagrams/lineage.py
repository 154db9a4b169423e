"""A lineage graph in, its diagram out: layers from the sources at the top to the consumers below."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import pairwise

from generator.model import Lineage
from generator.site.diagrams import svg
from generator.site.markup import Html, anchor

SIZES = (("db-narrow", 340.0, 3), ("db-wide", 660.0, 6))
"""For a phone and for a desk: class, width, and how many boxes stand side by side."""
HEIGHT = 58.0
GAP = 30.0
BETWEEN = 8.0
PASSING = 12.0
"""Room that a line takes where it passes a layer."""

Slot = tuple[str, float, float]
"""Of a layer: node id (or the id of a passing line), left edge, width."""


def lineage_diagram(
    lineage: Lineage,
    title: str,
    *,
    suspects: Collection[str] = (),
    cascade: Collection[str] = (),
    href: str = "",
) -> Html:
    """The graph; ``suspects`` may be the cause, ``cascade`` suffers with them; ``href`` explains nodes."""
    titles = {node.id: node.title for node in lineage.nodes}
    fed = "; ".join(
        f"{titles.get(e.feeds, e.feeds)} feeds {titles.get(e.into, e.into)}" for e in lineage.edges
    )
    marks = dict.fromkeys(cascade, "db-cascade") | dict.fromkeys(suspects, "db-suspect")
    drawings = [_drawing(lineage, title, fed, marks, href, *size) for size in SIZES]
    return svg.picture("db-lineage", *drawings)


def _drawing(
    lineage: Lineage,
    title: str,
    described: str,
    marks: Mapping[str, str],
    href: str,
    class_: str,
    width: float,
    most: int,
) -> Html:
    layers = _spread(lineage, _layers(lineage), most)
    chains = _chains(lineage, layers)
    rows = _rows(lineage, layers, chains)
    places = _places(rows, width)
    shapes = [shape for chain in chains for shape in _edge(chain, places)]
    for node in lineage.nodes:
        mark, leads = marks.get(node.id, "db-calm"), f"{href}#{anchor('node', node.id)}"
        shapes.append(_node(node.title, node.kind, places[node.id], mark, leads))
    height = len(rows) * (HEIGHT + GAP) - GAP + 4
    return svg.drawing(width, height, title, described, shapes, class_)


def _layers(lineage: Lineage) -> dict[str, int]:
    """The longest way from a source; edges that close a loop are left out of account."""
    into: dict[str, list[str]] = {node.id: [] for node in lineage.nodes}
    for edge in lineage.edges:
        if edge.feeds in into and edge.into in into:
            into[edge.into].append(edge.feeds)
    depth: dict[str, int] = {}

    def measured(id: str, above: frozenset[str]) -> int:
        if id not in depth:
            givers = [giver for giver in into[id] if giver not in above]
            depth[id] = max((measured(giver, above | {giver}) + 1 for giver in givers), default=0)
        return depth[id]

    return {node.id: measured(node.id, frozenset({node.id})) for node in lineage.nodes}


def _spread(lineage: Lineage, layers: dict[str, int], most: int) -> dict[str, int]:
    """Crowded layers as several; what feeds least stands highest, since its lines pass the others."""
    feeds = {node.id: sum(edge.feeds == node.id for edge in lineage.edges) for node in lineage.nodes}
    spread: dict[str, int] = {}
    top = 0
    for depth in range(max(layers.values(), default=0) + 1):
        row = sorted(
            (node.id for node in lineage.nodes if layers[node.id] == depth), key=lambda id: feeds[id]
        )
        parts = max(-(-len(row) // most), 1)
        size = -(-len(row) // parts)
        spread |= {id: top + index // size for index, id in enumerate(row)}
        top += parts
    return spread


def _chains(lineage: Lineage, layers: dict[str, int]) -> list[list[str]]:
    """Each edge as the slots it runs through, one a layer."""
    chains = []
    for edge in lineage.edges:
        if edge.feeds in layers and edge.into in layers and layers[edge.feeds] < layers[edge.into]:
            between = range(layers[edge.feeds] + 1, layers[edge.into])
            chains.append([edge.feeds, *[f"{edge.feeds}>{edge.into}@{i}" for i in between], edge.into])
    return chains


def _rows(lineage: Lineage, layers: dict[str, int], chains: list[list[str]]) -> list[list[str]]:
    """The slots of each layer, ordered so that few lines cross (one sweep of barycenters)."""
    rows: list[list[str]] = [[] for _ in range(max(layers.values(), default=0) + 1)]
    for node in lineage.nodes:
        rows[layers[node.id]].append(node.id)
    givers: dict[str, list[str]] = {}
    for chain in chains:
        for offset, slot in enumerate(chain[1:], 1):
            givers.setdefault(slot, []).append(chain[offset - 1])
            if ">" in slot:
                rows[layers[chain[0]] + offset].append(slot)
    for above, row in pairwise(rows):
        spot = {slot: i / max(len(above) - 1, 1) if len(above) > 1 else 0.5 for i, slot in enumerate(above)}
        center = {slot: _mean([spot[g] for g in givers.get(slot, []) if g in spot]) for slot in row}
        row.sort(key=lambda slot: center[slot])
    return rows


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.5


def _places(rows: list[list[str]], whole: float) -> dict[str, tuple[float, float, float]]:
    """Left edge, top and width of every slot."""
    places = {}
    for depth, row in enumerate(rows):
        passing = sum(1 for slot in row if ">" in slot)
        boxes = len(row) - passing
        room = whole - 4 - passing * PASSING - BETWEEN * (len(row) - 1)
        width = min(room / boxes, 170.0) if boxes else 0.0
        used = boxes * width + passing * PASSING + BETWEEN * (len(row) - 1)
        x = (whole - used) / 2
        for slot in row:
            size = PASSING if ">" in slot else width
            places[slot] = (x, depth * (HEIGHT + GAP) + 2, size)
            x += size + BETWEEN
    return places


def _edge(chain: list[str], places: dict[str, tuple[float, float, float]]) -> list[Html]:
    x, y, width = places[chain[0]]
    here, level = x + width / 2, y + HEIGHT
    points = f"M{svg.n(here)} {svg.n(level)}"
    for slot in chain[1:]:
        x, top, width = places[slot]
        there, middle = x + width / 2, (level + top) / 2
        points += f"C{svg.n(here)} {svg.n(middle)} {svg.n(there)} {svg.n(middle)} {svg.n(there)} {svg.n(top)}"
        here, level = there, top
        if ">" in slot:
            level = top + HEIGHT
            points += f"V{svg.n(level)}"
    return [
        svg.path(points, "db-wire db-wire-works"),
        svg.arrow_head(here, level, "down", "db-head db-head-works"),
    ]


def _node(title: str, kind: str, place: tuple[float, float, float], mark: str, href: str) -> Html:
    x, y, width = place
    rows = svg.wrapped(title, int((width - 6) / 6.5), 3)
    first = y + 27 - 6 * (len(rows) - 1)
    shapes = [svg.rect(x, y, width, HEIGHT, f"db-box {mark}")]
    shapes += svg.lines(x + width / 2, first, rows, "db-words", 13, "middle")
    shapes.append(svg.text(x + width / 2, y + HEIGHT - 6, kind.replace("_", " "), "db-small", "middle"))
    return svg.link(href, *shapes)
