"""The body of a request in, the values of features that the service would compute from it, row by row, out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.live.bodies import Document
from simulator.live.bodies.document import Value
from simulator.live.headers import TAKEN_AT
from simulator.live.sandbox.paths import Path

MOST_ROWS = 10_000
"""Of one request; who sends more is not measured."""
_SPECIAL = re.compile(r"([.\[\]\\])")


@dataclass(frozen=True, slots=True)
class Row:
    """What monitors look at of one row; see ``simulator.live.sandbox.monitors.Seen``."""

    features: Sequence[float | None]
    ages_s: Sequence[float | None]
    score: float | None
    sent_age_s: Sequence[float]
    """By feature, how old its value is by what the body says; 0 where it says nothing."""


class Rows:
    """Reads fields by their names: under that of their source, as in ``schedule-feed.distance_miles``, or bare."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """``paths``: of the features that are watched, from the field of a source to what the model sees."""
        self._paths = paths
        self._names = [_names(path.node, path.field) if path.node else () for path in paths]
        self._taken = {path.node: _names(path.node, TAKEN_AT) for path in paths if path.node}

    def of(
        self, document: Document, now_s: float
    ) -> Sequence[tuple[Sequence[float | None], Sequence[float]]]:
        """By row, its features and their ages; none where there are more rows than are measured."""
        columns = [_first(document, names) or () for names in self._names]
        count = _count(document, columns)
        if not 1 <= count <= MOST_ROWS:
            return ()
        features = [
            [self._value(path, value) for value in column[:count]] + [None] * (count - len(column))
            for path, column in zip(self._paths, columns, strict=True)
        ]
        ages_s = self._ages_s(document, now_s)
        return [(row, ages_s) for row in zip(*features, strict=True)]

    @staticmethod
    def _value(path: Path, value: Value) -> float | None:
        return path.value({path.node: {path.field: value}}, None)[0]

    def _ages_s(self, document: Document, now_s: float) -> Sequence[float]:
        said = {}
        for node, names in self._taken.items():
            taken_s = (_first(document, names) or (None,))[0]
            if type(taken_s) is float or type(taken_s) is int:
                said[node] = now_s - taken_s
        return [said.get(path.node, 0.0) for path in self._paths]


def _names(node: str, field: str) -> tuple[str, ...]:
    """What a field may be called, as paths.

    >>> _names("feed", "amount.eur")
    ('feed.amount\\\\.eur', 'amount\\\\.eur')
    """
    node, field = (_SPECIAL.sub(r"\\\1", name) for name in (node, field))
    return f"{node}.{field}", field


def id_of(document: Document) -> str:
    """The id that a request has in its body, such as that of the Open Inference Protocol; empty: none."""
    found = document.get("id")
    return found[0] if found is not None and len(found) == 1 and isinstance(found[0], str) else ""


def _first(document: Document, names: Sequence[str]) -> Sequence[Value] | None:
    for name in names:
        if (found := document.get(name)) is not None:
            return found
    return None


def _count(document: Document, columns: Sequence[Sequence[Value]]) -> int:
    """So many rows: as the format says, or, where it knows one mapping of columns, as long as all of these are."""
    if document.rows != 1:
        return document.rows
    lengths = {len(column) for column in columns if column}
    return lengths.pop() if len(lengths) == 1 else 1
