"""The text of a runbook and better numbers for its signals in, the change as a unified diff out."""

from __future__ import annotations

import copy
import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.located import compose, scalar
from generator.source import LINE_END, Place
from simulator.rehearsal.values import Point

_NUMBER = re.compile(r"[-+.0-9eE]+")


class UnchangeableError(ValueError):
    """A number does not stand where it could be replaced; the message says where."""


def diff(text: str, path: str, better: Mapping[str, Point]) -> str:
    """A diff that ``patch -p1`` and ``git apply`` take, at the root of the repository; empty: nothing to change.

    ``better``: by id of a signal, the threshold and hold that it shall have. Only these numbers change; comments
    and layout stay. KeyError for a signal that the text does not have, ``UnchangeableError`` where a number stands
    behind an alias.
    """
    before, after = _lines(text), _lines(changed(text, path, better))
    name = f"{path}\t" if " " in path else path
    told = difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in told
    )


def changed(text: str, path: str, better: Mapping[str, Point]) -> str:
    """The text with other numbers for these signals, read again to see that nothing else is changed."""
    composed = compose(text, path)
    wanted, edits = copy.deepcopy(composed.data), []
    ids = [signal["id"] for signal in wanted["detection"]["signals"]]
    for id, point in better.items():
        if id not in ids:
            raise KeyError(id)
        index = ids.index(id)
        for name, value in _numbers(wanted["detection"]["signals"][index], point):
            edits.append((composed.values[("detection", "signals", index, name)], value))
    out = text
    for place, value in sorted(edits, reverse=True):
        out = _replaced(out, place, value)
    if compose(out, path).data != wanted:
        raise UnchangeableError(
            f"{path}: the numbers of {', '.join(better)} cannot be changed apart: write them out"
        )
    return out


def _numbers(signal: dict[str, Any], point: Point) -> Iterator[tuple[str, float]]:
    """What changes in a signal's data, which is changed too."""
    for name, value in (("threshold", point.threshold), ("hold_minutes", point.hold_minutes)):
        if signal[name] != value:
            signal[name] = value
            yield name, value


def _replaced(text: str, place: Place, value: float) -> str:
    start = _offset(text, place)
    found = _NUMBER.match(text, start)
    if found is None or isinstance(scalar(found[0]), str):
        raise UnchangeableError(f"{place}: no number stands here that could be changed: write it out")
    return text[:start] + repr(value).removesuffix(".0") + text[found.end() :]


def _offset(text: str, place: Place) -> int:
    """Where a place is in the text."""
    starts = [0, *(end.end() for end in LINE_END.finditer(text))]
    return starts[place.line - 1] + place.column - 1


def _lines(text: str) -> list[str]:
    """As git and patch have them: other ends of lines are part of the line."""
    return [line for line in re.split(r"(?<=\n)", text) if line]
