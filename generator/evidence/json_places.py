"""The text of JSON that was read in, where each of its keys and values stands out."""

from __future__ import annotations

import bisect
import functools
import json
import re

from generator.source import Places, Pointer

# Unrolled: a pattern that may stop at each character would keep a place for each of them.
_TOKEN = re.compile(r'[{}\[\],:]|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s{}\[\],:"]+')
_MOST_REMEMBERED = 64


@functools.lru_cache(_MOST_REMEMBERED)
def places(text: str, path: str) -> tuple[Places, Places]:
    """The places of values and those of keys; the text must be one JSON value, as ``json.loads`` takes it.

    >>> values, keys = places('{"a":\\n  [1, {"b": 2}]}', "x.json")
    >>> str(values["a", 1, "b"]), str(keys["a", 1, "b"])
    ('x.json:2:13', 'x.json:2:8')
    """
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    values: dict[Pointer, tuple[int, int]] = {}
    keys: dict[Pointer, tuple[int, int]] = {}
    way: list[str | int] = []
    opened: list[str] = []
    awaits_key = False
    for token in _TOKEN.finditer(text):
        sign = token.group()
        if sign in "}]":
            opened.pop()
            way.pop()
        elif sign == ",":
            awaits_key = opened[-1] == "{"
            if not awaits_key:
                way[-1] = int(way[-1]) + 1
        elif sign == ":":
            awaits_key = False
        else:
            line = bisect.bisect_right(starts, token.start())
            mark = line, token.start() - starts[line - 1] + 1
            if awaits_key:
                way[-1] = json.loads(sign)
                keys[tuple(way)] = mark
                continue
            values[tuple(way)] = mark
            if sign in "{[":
                opened.append(sign)
                way.append("" if sign == "{" else 0)
                awaits_key = sign == "{"
    return Places(path, values), Places(path, keys)
