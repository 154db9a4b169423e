"""MLflow ``/invocations``: a table split or by records, ``instances`` or ``inputs``; the answer has ``predictions``."""

from __future__ import annotations

from simulator.live.bodies.document import Document
from simulator.live.bodies.reading import Body
from simulator.live.bodies.split import split
from simulator.live.bodies.tree import Tree

TABLES = ("dataframe_split", "dataframe_records")
KEYS = frozenset(TABLES)
_ROWS = ("dataframe_records", "instances", "inputs", "predictions")


def is_path(path: str) -> bool:
    return path.endswith("/invocations")


def covers(path: str, body: Body) -> bool:
    return isinstance(body, dict) and (is_path(path) or not KEYS.isdisjoint(body))


def document(body: Body) -> Document | None:
    assert isinstance(body, dict)
    if "dataframe_split" in body:
        return split(body, body["dataframe_split"])
    for key in _ROWS:
        held = body.get(key)
        if isinstance(held, list):
            return Tree(body, held, [body])
        if isinstance(held, dict):
            return Tree(body, [held], [body])
    return Tree(body, [body])
