"""Mappings and lists in, a document out: fields are paths."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from simulator.live.bodies.document import Change, Place, Value, converted, edit_places, inside
from simulator.live.bodies.fields import ALL, Step, Steps, renamed, ways
from simulator.live.bodies.reading import Body


class Tree:
    """A document whose fields stand in the rows of its first base, or else in the next one."""

    __slots__ = ("_bases", "_body")
    unheld = ""

    def __init__(self, body: Body, *bases: Sequence[Any]) -> None:
        self._body, self._bases = body, bases

    @property
    def rows(self) -> int:
        return len(self._bases[0])

    def dump(self) -> bytes:
        return orjson.dumps(self._body)

    def get(self, field: str) -> Sequence[Value] | None:
        places = _values(self._places(field))
        return [value for holder, key in places if type(value := holder[key]) is not dict] or None

    def edit(self, field: str, change: Change) -> int:
        return edit_places(_values(self._places(field)), change)

    def rename(self, field: str, to: str) -> int:
        count = 0
        for holder, key in self._places(field):
            if type(holder) is dict and (name := renamed(field, key, to)) not in holder:
                members = [(name if held == key else held, value) for held, value in holder.items()]
                holder.clear()
                holder.update(members)
                count += 1
        return count

    def drop(self, field: str) -> int:
        places = self._places(field)
        for holder, key in reversed(places):  # from behind: places in a list stay what they were
            del holder[key]
        return len(places)

    def retype(self, field: str, to: str) -> int:
        return self.edit(field, lambda value: converted(value, to))

    def _places(self, field: str) -> list[Place]:
        found: list[Place] = []
        for steps in ways(field):
            name = steps[0] if len(steps) == 1 else None
            for base in self._bases:
                for row in base:
                    if type(row) is dict and type(name) is str:
                        if name in row:
                            found.append((row, name))
                    else:
                        _reach(row, steps, found)
                if found:
                    return found
        return found


def _values(places: list[Place]) -> list[Place]:
    """The same, but for a list the places in it."""
    for holder, key in places:
        if type(holder[key]) is list:
            return [value for place in places for value in _inside(*place)]
    return places


def _inside(holder: Any, key: Any) -> Iterable[Place]:
    held = holder[key]
    return inside(held) if type(held) is list else ((holder, key),)


def _reach(node: Any, steps: Steps, found: list[Place]) -> None:
    """Add the places to which the steps lead from a node."""
    for place, step in enumerate(steps[:-1]):
        if step is ALL and type(node) is list:
            for item in node:
                _reach(item, steps[place + 1 :], found)
            return
        if not _leads(node, step):
            return
        node = node[step]
    last = steps[-1]
    if last is ALL and type(node) is list:
        found.extend((node, place) for place in range(len(node)))
    elif _leads(node, last):
        found.append((node, last))


def _leads(node: Any, step: Step) -> bool:
    """Whether one thing stands there."""
    if type(node) is dict:
        return type(step) is str and step in node
    return type(node) is list and type(step) is int and step < len(node)
