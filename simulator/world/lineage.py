"""Nodes and edges in, an order in which to pass them out."""

from __future__ import annotations

from collections.abc import Sequence

from generator.model import Edge, Node


class LineageError(ValueError):
    """The service's lineage is not one that the world can run."""


def in_order(nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[Node, ...]:
    """Givers before takers; LineageError on a ring."""
    waiting = {node.id: {edge.feeds for edge in edges if edge.into == node.id} for node in nodes}
    by_id = {node.id: node for node in nodes}
    out: list[Node] = []
    while waiting:
        ready = [id for id, givers in waiting.items() if not givers & waiting.keys()]
        if not ready:
            raise LineageError(f"the lineage feeds itself: {', '.join(waiting)}")
        for id in ready:
            out.append(by_id[id])
            del waiting[id]
    return tuple(out)


def only(nodes: Sequence[Node], kind: str) -> Node:
    """The one node of that kind; LineageError when there are more or fewer."""
    found = [node for node in nodes if node.kind == kind]
    if len(found) != 1:
        raise LineageError(f"the world runs services with exactly one {kind}; this one has {len(found)}")
    return found[0]
