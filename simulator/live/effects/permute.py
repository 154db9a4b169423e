"""The codes of a category are dealt out anew: each stands for another one, or for the next."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Callable, Mapping
from typing import Any

from simulator.live.bodies.document import Value
from simulator.live.effects.editing import IN, changing
from simulator.live.effects.fate import Act
from simulator.live.effects.parameters import Field, Mapped, Scalars, Truth, code
from simulator.live.effects.streams import Streams

MOST_SEEN = 1000
"""A field with more values is no category; those that come later stay as they are."""
Rank = tuple[float, str]

PARAMETERS = (
    Field("field"),
    Mapped("mapping", default=None),
    Scalars("values", default=None),
    Truth("keyed", default=False),
    IN,
)
"""``mapping``: by value as text, or pairs. Without one, each of ``values`` stands for the next in ascending order, as
in the simulated fault, or in an order that the seed decides where it is ``keyed``; without both, each of those that
were seen so far."""


def act(parameters: Mapping[str, Any], streams: Streams) -> Act:
    mapping, values = parameters["mapping"], parameters["values"]
    if mapping is not None and values is not None:
        raise ValueError("mapping says what becomes of each value: leave out values")
    if mapping is not None:
        pairs = mapping.items() if isinstance(mapping, Mapping) else mapping
        new = {code(old): value for old, value in pairs}
        return changing("permute", parameters, lambda value: new.get(code(value), value))
    rank = _keyed(streams) if parameters["keyed"] else _ascending
    ring = _Ring(rank, values)
    return changing("permute", parameters, ring.seen if values is None else ring.declared)


class _Ring:
    """Values in a circle, each followed by the one of the next rank: a new one moves one other."""

    def __init__(self, rank: Callable[[Value], Rank], values: list[Value] | None) -> None:
        self._rank = rank
        self._ranks: list[Rank] = []
        self._values: dict[Rank, Value] = {}
        for value in values or ():
            self._add(value)

    def _add(self, value: Value) -> Rank:
        rank = self._rank(value)
        if rank not in self._values and len(self._ranks) < MOST_SEEN:
            self._values[rank] = value
            insort(self._ranks, rank)
        return rank

    def declared(self, value: Value) -> Value:
        return self._next(self._rank(value), value)

    def seen(self, value: Value) -> Value:
        return value if value is None else self._next(self._add(value), value)

    def _next(self, rank: Rank, value: Value) -> Value:
        if rank not in self._values:
            return value
        return self._values[self._ranks[bisect_right(self._ranks, rank) % len(self._ranks)]]


def _ascending(value: Value) -> Rank:
    return (float(value), "") if isinstance(value, (int, float)) else (0.0, code(value))


def _keyed(streams: Streams) -> Callable[[Value], Rank]:
    draw = streams.of("permute")
    return lambda value: (draw(code(value)), code(value))
