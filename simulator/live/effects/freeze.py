"""Fields keep the values of bodies that came before, as when nothing renews them any more."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import Any

from simulator.live.bodies.document import Document, Value
from simulator.live.effects import editing
from simulator.live.effects.fate import Act
from simulator.live.effects.parameters import Choice, Fields
from simulator.live.effects.streams import Streams

MEMORY = 500
"""Bodies that are replayed."""
Frozen = Mapping[str, Sequence[Value]]

PARAMETERS = (Fields("fields"), Choice("of", ("first", "last-good", "replay"), default="first"), editing.IN)
"""``of``: the first body that it fell on; the last one that it did not fall on; or one of the first 500, drawn for
each request, so that the values are distributed as ever but are those of other requests."""


def act(parameters: Mapping[str, Any], streams: Streams) -> Act:
    if parameters["in"] == "answer" and parameters["of"] == "last-good":
        raise ValueError(
            "of is last-good, and answers on which it does not fall are not seen: take first or replay"
        )
    fields = tuple(parameters["fields"])
    memory = _Memory(fields, parameters["of"], streams.of("freeze"))
    frozen = editing.on(parameters["in"], f"freeze {', '.join(fields)}", memory.edit, fields)
    watch = memory.keep if parameters["of"] != "first" and parameters["in"] == "request" else None
    return Act(frozen.fall, frozen.needs, frozen.fields, watch)


class _Memory:
    def __init__(self, fields: Sequence[str], of: str, draw: Callable[[str], float]) -> None:
        self._fields, self._of, self._draw = fields, of, draw
        self._kept: list[Frozen] = []

    def keep(self, document: Document) -> None:
        """Remember a body that was left as it is."""
        if len(self._kept) < MEMORY:
            self._add(document)
        if self._of == "last-good":
            del self._kept[:-1]

    def edit(self, document: Document, id: str) -> int:
        count = len(self._kept)
        if count == 0 or (self._of == "replay" and count < MEMORY):
            self._add(document)
        if count == 0:
            return 0
        frozen = self._kept[int(self._draw(id) * count) if self._of == "replay" else 0]
        return sum(_put(document, field, frozen.get(field)) for field in self._fields)

    def _add(self, document: Document) -> None:
        read = {field: document.get(field) for field in self._fields}
        found = {field: tuple(values) for field, values in read.items() if values is not None}
        if found:
            self._kept.append(found)


def _put(document: Document, field: str, values: Sequence[Value] | None) -> int:
    """Lay values over a field, from the first again where it has more rows."""
    if not values:
        return 0
    again = cycle(values)
    return document.edit(field, lambda _: next(again))
