"""Bytes in, JSON that can be given back without loss out, or nothing.

A proxy that rewrites what it only half understands injects faults that nobody asked for: bodies with duplicate keys,
with numbers beyond 64 bits or with what is no JSON are left alone.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn, TypeAlias

import orjson

Body: TypeAlias = dict[str, Any] | list[Any]

MOST_BYTES = 8 * 1024 * 1024
MOST_VALUES = 200_000
"""About so many can be changed while other requests wait; fuller bodies pass as they are."""
MOST_BYTES_SLOWLY = 1024 * 1024
_DIGITS = bytes(48 if 48 <= byte <= 57 else 0 for byte in range(256))
_LONG = b"0" * 19
"""Fewer digits are always within 64 bits."""
_WHOLE = re.compile(rb"[^0-9.][0-9]{19}")
_LEAST, _MOST = -(2**63), 2**64 - 1


def is_json(content_type: str) -> bool:
    """Whether a header says JSON, or nothing, and no other coding than UTF-8.

    >>> is_json("application/json; charset=utf-8"), is_json("application/problem+json"), is_json("text/csv")
    (True, True, False)
    """
    if content_type == "application/json":
        return True
    media, _, rest = content_type.partition(";")
    media = media.strip().lower()
    if media and media != "application/json" and not media.endswith("+json"):
        return False
    for parameter in rest.split(";") if rest else ():
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip(" \"'").lower() not in (
            "utf-8",
            "utf8",
            "us-ascii",
        ):
            return False
    return True


def parsed(body: bytes) -> Body | None:
    """A mapping or a list; None for all else, and for what would not be the same when it is written again."""
    if len(body) > MOST_BYTES:
        return None
    try:
        data = orjson.loads(body)
        if type(data) is not dict and type(data) is not list:
            return None
        written = orjson.dumps(data)  # fails where it is too deep
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError):
        return None
    if len(written) > MOST_VALUES and written.count(b",") > MOST_VALUES:
        return None
    # What is lost is never a blank, and most who write them write nothing else otherwise.
    if written == body or written.replace(b" ", b"") == body.replace(b" ", b""):
        return data
    # A member that was lost took its colon along; only an escape can hide that.
    if written.count(b":") == body.count(b":") and not _is_escaped(body) and not _is_long(body):
        return data
    return data if _is_kept(body) else None


def _is_escaped(body: bytes) -> bool:
    """Whether a colon may be; that there is no backslash at all is seen much sooner."""
    return b"\\" in body and b"\\u003" in body


def _is_long(body: bytes) -> bool:
    """Whether a whole number may be beyond 64 bits; the long tails of fractions are none."""
    return _LONG in body.translate(_DIGITS) and _WHOLE.search(body) is not None


def _is_kept(body: bytes) -> bool:
    """Whether no key comes twice and every whole number fits, looked at slowly."""
    if len(body) > MOST_BYTES_SLOWLY:
        return False
    try:
        json.loads(body, object_pairs_hook=_unique, parse_int=_fitting, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return False
    return True


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key comes twice")


def _fitting(digits: str) -> None:
    if len(digits) > 20 or not _LEAST <= int(digits) <= _MOST:
        raise ValueError("a whole number beyond 64 bits")


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
