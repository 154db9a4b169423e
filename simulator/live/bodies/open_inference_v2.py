"""Open Inference Protocol v2: named tensors with a type, ``inputs`` there and ``outputs`` back.

With the extension for binary tensors the values stand behind the JSON: that is not understood.
"""

from __future__ import annotations

from typing import Any

from simulator.live.bodies.document import Document
from simulator.live.bodies.reading import Body
from simulator.live.bodies.tensors import Tensors

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
    if not isinstance(tensors, list) or not all(map(_tensor, tensors)):
        return None
    return Tensors(body, tensors)


def _named(tensors: Any) -> bool:
    """Whether it looks like tensors, complete or not."""
    return (
        isinstance(tensors, list)
        and bool(tensors)
        and all(isinstance(tensor, dict) and "datatype" in tensor and "name" in tensor for tensor in tensors)
    )


def _tensor(tensor: Any) -> bool:
    """Whether its values are here; what else it says of itself is looked at where it is needed."""
    return type(tensor) is dict and type(tensor.get("data")) is list
