"""JSON that somebody hands us in, data that its schema takes out; hostile until checked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NoReturn

from generator import schemas
from generator.source import Pointer

MAXIMUM_BYTES = 100_000_000
MAXIMUM_DEPTH = 60
"""Lists and mappings inside one another."""
_TOO_DEEP = f"lists and mappings lie more than {MAXIMUM_DEPTH} deep"
_MOST_SHOWN = 10


class GivenError(ValueError):
    """The bytes do not hold what they should; the message says where and why, a line each."""


def data_of(content: bytes, kind: str, *, path: str) -> Any:
    """The data that the bytes hold; GivenError when the schema of that kind does not take them."""
    if len(content) > MAXIMUM_BYTES:
        raise GivenError(f"{path} is larger than {MAXIMUM_BYTES:,} bytes")
    data = _parsed(content, path)
    problems = schemas.read_part(schemas.of_kind(kind), data).problems
    if problems:
        hinted = ((one, f" ({one.hint})" if one.hint else "") for one in problems)
        refuse(path, [(one.pointer, one.message + hint) for one, hint in hinted])
    return data


def refuse(path: str, problems: Iterable[tuple[Pointer, str]]) -> NoReturn:
    """Raise what is wrong and where, as much of it as people read."""
    lines = [f"{path}: {shown_pointer(pointer)}: {message}" for pointer, message in problems]
    more = [f"{path}: and {len(lines) - _MOST_SHOWN} more"] if len(lines) > _MOST_SHOWN else []
    raise GivenError("\n".join([*lines[:_MOST_SHOWN], *more]))


def shown_pointer(pointer: Pointer) -> str:
    """A way to a value as one word.

    >>> shown_pointer(("runbooks", 0, "plan"))
    'runbooks[0].plan'
    """
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in pointer)
    return "".join(parts).removeprefix(".") or "the top"


def _parsed(content: bytes, path: str) -> Any:
    try:
        data = json.loads(content.decode(), object_pairs_hook=once, parse_constant=no_number)
    except RecursionError:
        raise GivenError(f"{path}: {_TOO_DEEP}") from None
    except UnicodeDecodeError as error:
        raise GivenError(f"{path} is not UTF-8 (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise GivenError(f"{path}:{error.lineno}:{error.colno}: no JSON: {error.msg}") from None
    except ValueError as error:
        raise GivenError(f"{path}: {error}") from None
    if depth_of(data) > MAXIMUM_DEPTH:
        raise GivenError(f"{path}: {_TOO_DEEP}")
    return data


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping of JSON; ValueError when a key stands twice."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key '{key[:60]}' stands twice")
        found[key] = value
    return found


def no_number(text: str) -> NoReturn:
    """Refuse what JSON of others calls a number; ValueError."""
    raise ValueError(f"{text} is no number")


def depth_of(data: Any) -> int:
    """How deep lists and mappings lie inside one another."""
    depth, level = 0, [data]
    while level := [one for one in level if isinstance(one, (dict, list))]:
        depth += 1
        level = [item for one in level for item in (one.values() if isinstance(one, dict) else one)]
    return depth
