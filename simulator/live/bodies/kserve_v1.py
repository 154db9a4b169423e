"""KServe V1, as TensorFlow Serving has it: ``instances``, a row each; the answer has ``predictions``."""

from __future__ import annotations

from simulator.live.bodies.document import Document
from simulator.live.bodies.reading import Body
from simulator.live.bodies.tree import Tree

KEYS = frozenset({"instances", "predictions"})


def is_path(path: str) -> bool:
    return False


def covers(path: str, body: Body) -> bool:
    if not isinstance(body, dict) or path.endswith("/invocations"):
        return False
    return isinstance(body.get("instances"), list) or isinstance(body.get("predictions"), list)


def document(body: Body) -> Document | None:
    assert isinstance(body, dict)
    rows = body["instances"] if isinstance(body.get("instances"), list) else body["predictions"]
    return Tree(body, rows, [body])
