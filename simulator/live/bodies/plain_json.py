"""Plain JSON: whatever no other format covers."""

from __future__ import annotations

from simulator.live.bodies.document import Document
from simulator.live.bodies.reading import Body
from simulator.live.bodies.tree import Tree

KEYS = frozenset[str]()


def is_path(path: str) -> bool:
    return True


def covers(path: str, body: Body) -> bool:
    return True


def document(body: Body) -> Document | None:
    if isinstance(body, list):
        return Tree(body, body, [body])
    inputs = body.get("inputs")
    return Tree(body, [body], inputs if isinstance(inputs, list) else [inputs])
