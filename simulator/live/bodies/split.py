"""A table of columns and rows in, a document out: fields are names of columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from simulator.live.bodies.document import Change, Value, converted, edit_places
from simulator.live.bodies.fields import columns, renamed
from simulator.live.bodies.reading import Body
from simulator.live.bodies.tree import Tree


def split(body: Body, table: Any) -> Split | None:
    """None where the columns do not say what stands in the rows."""
    if not isinstance(table, dict):
        return None
    names, rows = table.get("columns"), table.get("data")
    if not isinstance(names, list) or not isinstance(rows, list):
        return None
    if not all(type(row) is list and len(row) == len(names) for row in rows):
        return None
    return Split(body, names, rows)


class Split:
    __slots__ = ("_body", "_names", "_rows")
    unheld = ""

    def __init__(self, body: Body, names: list[Any], rows: list[list[Any]]) -> None:
        self._body, self._names, self._rows = body, names, rows

    @property
    def rows(self) -> int:
        return len(self._rows)

    def dump(self) -> bytes:
        return orjson.dumps(self._body)

    def get(self, field: str) -> Sequence[Value] | None:
        place = self._place(field)
        if place is None:
            return Tree(self._body, [self._body]).get(field)
        return [row[place] for row in self._rows] or None

    def edit(self, field: str, change: Change) -> int:
        place = self._place(field)
        return 0 if place is None else edit_places(((row, place) for row in self._rows), change)

    def rename(self, field: str, to: str) -> int:
        place = self._place(field)
        if place is None:
            return 0
        name = renamed(field, self._names[place], to)
        if name in self._names:
            return 0
        self._names[place] = name
        return 1

    def drop(self, field: str) -> int:
        place = self._place(field)
        if place is None:
            return 0
        for holder in (self._names, *self._rows):
            del holder[place]
        return 1

    def retype(self, field: str, to: str) -> int:
        return self.edit(field, lambda value: converted(value, to))

    def _place(self, field: str) -> int | None:
        for name, of_axis in columns(field):
            if of_axis is None and name in self._names:
                return self._names.index(name)
        return None
