"""Bytes of a request in, what it asks out; whatever is amiss with them is a sentence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson

MOST_BYTES = 8 * 1024 * 1024
LONGEST_ID = 200


class BodyError(ValueError):
    """The body asks nothing that could be answered; the message says why."""


def json_of(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except ValueError as error:
        raise BodyError(f"the body is no JSON: {error}") from None


def object_of(body: bytes) -> Mapping[str, Any]:
    """A JSON object; BodyError for all else."""
    found = json_of(body)
    if not isinstance(found, dict):
        raise BodyError(f"the body is {_named(found)}, not an object")
    return found


def id_of(found: Mapping[str, Any], otherwise: str) -> str:
    """The id that a request has in its body, or ``otherwise``."""
    id = found.get("id")
    if id is None or id == "":
        return otherwise
    if not isinstance(id, str):
        raise BodyError(f"'id' is {_named(id)}, not text")
    if len(id) > LONGEST_ID:
        raise BodyError(f"'id' is longer than {LONGEST_ID} characters")
    return id


def case_of(value: object, cases: int) -> int | None:
    """The row of the panel that a request is about; None where it does not say."""
    if value is None:
        return None
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int:
        raise BodyError(f"'case' is {_named(value)}, not a whole number")
    if not 0 <= value < cases:
        raise BodyError(f"there is no case {value}; they go from 0 to {cases - 1}")
    return value


def inputs_of(value: object, sources: Collection[str]) -> Mapping[str, Mapping[str, object]]:
    """What the sources send. Sources and fields that nobody reads are let pass: producers add things."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BodyError(f"'inputs' is {_named(value)}, not an object of sources")
    for name in sources:
        if not isinstance(value.get(name, {}), dict):
            raise BodyError(f"'inputs.{name}' is {_named(value[name])}, not an object of fields")
    return {name: value[name] for name in sources if name in value}


def labels_of(found: Any) -> Sequence[tuple[str, int]]:
    """Requests and what was right about them: one object, a list of them, or one under ``labels``."""
    if isinstance(found, dict) and "labels" in found:
        found = found["labels"]
    rows = found if isinstance(found, list) else [found]
    return [_label(row) for row in rows]


def _label(row: object) -> tuple[str, int]:
    if not isinstance(row, dict):
        raise BodyError(f"a label is {_named(row)}, not an object with 'id' and 'label'")
    id, label = row.get("id"), row.get("label")
    if not isinstance(id, str) or not id:
        raise BodyError("a label names no request: 'id' has to be the text that the request had")
    if isinstance(label, (int, float)) and label in (0, 1):
        return id, int(label)
    raise BodyError(f"the label of '{id[:LONGEST_ID]}' is neither 0 nor 1")


def _named(value: object) -> str:
    for type_, name in (
        (bool, "a truth value"),
        (str, "text"),
        (list, "a list"),
        (dict, "an object"),
        ((int, float), "a number"),
    ):
        if isinstance(value, type_):
            return name
    return "null"
