"""Open Inference Protocol v2: named tensors with a type, ``inputs`` there and ``outputs`` back.

With the extension for binary tensors the values stand behind the JSON: a body with such a tail is no JSON, and not
understood. Tensors whose values are somewhere else, as in shared memory, stay as they are among others.
"""

from __future__ import annotations

from typing import Any

from simulator.live.bodies.document import Document
from simulator.live.bodies.reading import Body
from simulator.live.bodies.tensors import Tensors, is_here

KEYS = frozenset({"inputs", "outputs"})


def is_path(path: str) -> bool:
    return path.startswith("/v2/models/")


def covers(path: str, body: Body) -> bool:
    if not isinstance(body, dict):
        return False
    return is_path(path) or _named(body.get("inputs")) or _named(body.get("outputs"))


def document(body: Body) -> Document | None:
    assert isinstance(body, dict)
    tensors = body.get("inputs", body.get("outputs"))
    if not isinstance(tensors, list) or not all(type(tensor) is dict for tensor in tensors):
        return None
    if tensors and not any(map(is_here, tensors)):
        return None
    return Tensors(body, tensors)


def _named(tensors: Any) -> bool:
    """Whether it looks like tensors, complete or not."""
    return (
        isinstance(tensors, list)
        and bool(tensors)
        and all(isinstance(tensor, dict) and "datatype" in tensor and "name" in tensor for tensor in tensors)
    )
