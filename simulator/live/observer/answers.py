"""Bytes of an answer in; the score and the decision that it holds, row by row, and who gave it, out."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from generator.model import Deployment
from simulator.live.answering import DECISIONS, value_at
from simulator.live.bodies import FORMATS
from simulator.live.bodies.document import Value
from simulator.live.bodies.tree import Tree

_PLACE = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Said:
    score: float | None
    """None: the answer has none."""
    decision: str
    """``pass``, ``review`` or ``block``; empty: none that can be read."""


NOTHING = Said(None, "")


def said(deployment: Deployment, body: bytes, rows: int) -> Sequence[Said]:
    """What each of so many rows is told; ``NOTHING`` where that cannot be read. Never raises."""
    values = [value_at(deployment, body)] if rows == 1 else _values(deployment, _json(body), rows)
    return [_said(value, deployment.answer.block_above) for value in values] or [NOTHING] * rows


def giver(body: bytes) -> tuple[str, str]:
    """The version of the model and the route that an answer names; empty where it does not."""
    data = _json(body)
    if not isinstance(data, dict):
        return "", ""
    version, route = data.get("model_version", data.get("version")), data.get("route")
    return version if isinstance(version, str) else "", route if isinstance(route, str) else ""


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except ValueError:
        return None


def _values(deployment: Deployment, data: Any, rows: int) -> Sequence[Value]:
    if not isinstance(data, (dict, list)):
        return ()
    format = FORMATS[deployment.protocol]
    known = format.document(data) if format.covers(deployment.path, data) else None
    for field in fields(deployment.answer.field):
        for document in (known, Tree(data, [data])):
            found = None if document is None else document.get(field)
            if found is not None and len(found) == rows:
                return found
    return ()


def fields(field: str) -> Iterator[str]:
    """Where the values of all rows may stand: a field is named as for a request with one row.

    >>> list(fields("outputs[0].data[0]"))
    ['outputs[0].data[0]', 'outputs[0].data[*]', 'outputs[0].data', 'outputs[*].data[0]']
    >>> list(fields("score"))
    ['score']
    """
    yield field
    for place in reversed([*_PLACE.finditer(field)]):
        before, behind = field[: place.start()], field[place.end() :]
        yield f"{before}[*]{behind}"
        if before and not behind:
            yield before


def _said(value: Value, block_above: float | None) -> Said:
    if block_above is None:
        return Said(None, value) if isinstance(value, str) and value in DECISIONS else NOTHING
    if value is None or isinstance(value, (bool, str)) or not math.isfinite(value):
        return NOTHING
    return Said(float(value), "block" if value > block_above else "pass")
