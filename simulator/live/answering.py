"""Bytes of a deployment's answer in, what it decided out."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from generator.model import Answering, Deployment
from simulator.live.bodies import FORMATS
from simulator.live.bodies.document import Value
from simulator.live.bodies.tree import Tree

DECISIONS = ("pass", "review", "block")


def decision_of(deployment: Deployment, body: bytes) -> str:
    """``pass``, ``review`` or ``block``; empty where the answer does not say, or cannot be read. Never raises."""
    value = value_at(deployment, body)
    above = deployment.answer.block_above
    if above is None:
        return value if isinstance(value, str) and value in DECISIONS else ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    return "block" if value > above else "pass"


def value_at(deployment: Deployment, body: bytes) -> Value:
    """What stands at the field of the answer; None where nothing does, or more than one thing."""
    try:
        data = orjson.loads(body)
    except ValueError:
        return None
    if not isinstance(data, (dict, list)):
        return None
    format, answer = FORMATS[deployment.protocol], deployment.answer
    document = format.document(data) if format.covers(deployment.path, data) else None
    found = None if document is None else document.get(answer.field)
    # From the top of the whole answer, where the format itself does not know the field.
    return _only(found if found is not None else Tree(data, [data]).get(answer.field))


def unread(answer: Answering) -> str:
    """What an answer that cannot be read lacks, as a sentence.

    >>> unread(Answering("predictions[0]", 0.4))
    "no number stands at 'predictions[0]' of the answer"
    """
    wanted = "no number stands" if answer.block_above is not None else "neither pass, review nor block stands"
    return f"{wanted} at '{answer.field}' of the answer"


def _only(found: Sequence[Value] | None) -> Value:
    return found[0] if found is not None and len(found) == 1 else None
