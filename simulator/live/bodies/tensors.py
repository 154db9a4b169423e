"""Named tensors in, a document out: fields are their names, with ``[3]`` behind it for a place on the last axis."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson

from simulator.live.bodies.document import Change, Place, Value, converted, edit_places, inside
from simulator.live.bodies.fields import columns, renamed
from simulator.live.bodies.reading import Body
from simulator.live.bodies.tree import Tree

_FLOATS = {"FP16": 65504.0, "BF16": 3.3895e38, "FP32": 3.4028234663852886e38, "FP64": 1.7976931348623157e308}
_WHOLE = {
    f"{sign}INT{bits}": (0, 2**bits - 1) if sign else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    for sign in ("", "U")
    for bits in (8, 16, 32, 64)
}
_KNOWN = frozenset({*_FLOATS, *_WHOLE, "BOOL", "BYTES"})
_TYPES = {"string": "BYTES", "number": "FP64", "boolean": "BOOL"}


class Tensors:
    __slots__ = ("_body", "_tensors", "unheld")

    def __init__(self, body: Body, tensors: list[dict[str, Any]]) -> None:
        self._body, self._tensors = body, tensors
        self.unheld = ""

    @property
    def rows(self) -> int:
        shape = self._tensors[0].get("shape") if self._tensors else None
        return shape[0] if isinstance(shape, list) and shape and type(shape[0]) is int else 1

    def dump(self) -> bytes:
        return orjson.dumps(self._body)

    def get(self, field: str) -> Sequence[Value] | None:
        found = self._found(field)
        if found is None:
            return self._beside(field)
        return [holder[key] for holder, key in _places(*found)] or None

    def edit(self, field: str, change: Change) -> int:
        found = self._found(field)
        if found is None:
            return 0
        keep = _keeper(found[0]["datatype"])

        def held(new: Value, old: Value) -> Value:
            kept = keep(new, old)
            if kept is old and new != old:
                self._miss(found[0]["datatype"])
            return kept

        return edit_places(_places(*found), change, held)

    def rename(self, field: str, to: str) -> int:
        found = self._found(field)
        if found is None or found[1] is not None:
            return 0
        name = renamed(field, found[0]["name"], to)
        if any(tensor.get("name") == name for tensor in self._tensors):
            return 0
        found[0]["name"] = name
        return 1

    def drop(self, field: str) -> int:
        found = self._found(field)
        if found is None or found[1] is not None:
            return 0
        self._tensors[:] = [tensor for tensor in self._tensors if tensor is not found[0]]
        return 1

    def retype(self, field: str, to: str) -> int:
        found = self._found(field)
        if found is None or found[1] is not None:
            return 0
        tensor = found[0]
        wanted = [converted(holder[key], to) for holder, key in _places(tensor, None)]
        keep = _keeper(_TYPES[to])
        if any(keep(value, _NOTHING) is _NOTHING for value in wanted):
            self._miss(_TYPES[to])
            return 0  # all of it or nothing: a tensor has one type
        tensor["datatype"] = _TYPES[to]
        values = iter(wanted)
        return edit_places(_places(tensor, None), lambda _: next(values), keep)

    def _found(self, field: str) -> tuple[dict[str, Any], int | None] | None:
        """The tensor, and the place on its last axis; None: all of it."""
        for name, place in columns(field):
            for tensor in self._tensors:
                if tensor.get("name") == name:
                    if _is_whole(tensor):
                        return tensor, place
                    self.unheld = "a tensor whose values are elsewhere"
                    return None
        return None

    def _miss(self, datatype: str) -> None:
        # Whoever sends the request writes the type: of those that nobody knows, there are not many names.
        self.unheld = datatype if datatype in _KNOWN else "a type that is not known"

    def _beside(self, field: str) -> Sequence[Value] | None:
        """What stands beside the tensors, such as the request's id."""
        found = Tree(self._body, [self._body]).get(field)
        return found if found is not None and len(found) == 1 else None


_NOTHING: Any = object()


def is_here(tensor: dict[str, Any]) -> bool:
    """Whether its values are; what else it says of itself is looked at where it is needed."""
    return type(tensor.get("data")) is list


def _is_whole(tensor: dict[str, Any]) -> bool:
    """Whether its values are here, and it says what they are."""
    return (
        is_here(tensor) and isinstance(tensor.get("datatype"), str) and isinstance(tensor.get("shape"), list)
    )


def _places(tensor: dict[str, Any], of_axis: int | None) -> Iterator[Place]:
    """Where its values stand, nested or flat, in order."""
    data = tensor["data"]
    if of_axis is None:
        return inside(data)
    if any(type(item) is list for item in data):
        return ((holder, key) for holder, key in inside(data) if key == of_axis and holder is not data)
    width = tensor["shape"][-1] if tensor["shape"] else 0
    if type(width) is not int or of_axis >= width:
        return iter(())
    return ((data, place) for place in range(of_axis, len(data), width))


def _keeper(datatype: str) -> Callable[[Value, Value], Value]:
    """What a tensor of that type can hold of a new value, else the old one."""
    if datatype in _FLOATS:
        most = _FLOATS[datatype]
        return lambda new, old: _float(new, old, most)
    if datatype in _WHOLE:
        least, largest = _WHOLE[datatype]
        return lambda new, old: _whole(new, old, least, largest)
    type_ = {"BOOL": bool, "BYTES": str}.get(datatype)
    return lambda new, old: new if type_ is not None and isinstance(new, type_) else old


def _float(new: Value, old: Value, most: float) -> Value:
    if new is None:
        return None
    if isinstance(new, (bool, str)) or not -most <= new <= most:
        return old
    return float(new)


def _whole(new: Value, old: Value, least: int, most: int) -> Value:
    """Rounded, and at the end of the range where it lies beyond."""
    if new is None or isinstance(new, (bool, str)) or new != new or new in (float("inf"), float("-inf")):
        return old
    return min(max(round(new), least), most)
