"""Data in, its content hash out: blind to the order of keys, to layout and to comments."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

_STEPS = ("do", "decide", "gate")
"""What a step, a decision or a phase has, and nothing else with an id."""


def content_hash(data: Any) -> str:
    """SHA-256 of what data says, blind to order of keys, layout and comments.

    >>> content_hash({"a": 1, "b": 2.0}) == content_hash({"b": 2, "a": 1.0})
    True
    """
    return _hash(_canonical(data))


def part_hashes(runbook: Any) -> dict[str, str]:
    """The content hash of every step, decision and phase inside a runbook's data, by its id."""
    return dict(_parts(_canonical(runbook)))


def _hash(canonical: Any) -> str:
    text = json.dumps(canonical, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(value: Any) -> Any:
    """One way to write each number: 2.0 is 2."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _parts(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if isinstance(value.get("id"), str) and any(key in value for key in _STEPS):
            yield value["id"], _hash(value)
        for item in value.values():
            yield from _parts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _parts(item)
