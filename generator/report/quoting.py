"""The text of a source and a place in it in, the line with a mark under the place out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from generator.source import LINE_END, Place

# Where YAML ends a line; the places of findings count by it.
# What a mark goes under: a quoted text, a reference in prose, a word, or a single sign.
_WORD = re.compile(r"""'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|\{\{[^{}]*\}\}?|[\w.-]+|.""")
# A text without quotes that begins behind its key or a dash, outside of braces and brackets.
_BEHIND = re.compile(r"[ ]*(?:- +)*(?:[\w-]+:[ ]+)?$")
_PLAIN = re.compile(r"(?=\w)(?:(?![ ]#|:(?:[ ]|$)).)+")
_TAB = "    "
_CUT = "…"
_MOST_COMBINING = 3
_LONGEST_TEXT = 1000
_GLUED = 40
"""A line is looked at this many times its width to each side, whatever it holds."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A line as a terminal shows it, and where in it the mark stands, in cells."""

    line: str
    before: int
    marked: int


def lines_of(text: str) -> list[str]:
    """The lines of a source, as places count them.

    >>> lines_of("a\\r\\nb\\n")
    ['a', 'b', '']
    """
    return LINE_END.split(text)


def end_column(line: str, column: int) -> int:
    """The column behind what stands at a column.

    >>> end_column("severity: sev22 # no", 11), end_column("text: To be written  # later", 7)
    (16, 20)
    """
    found = _plain(line, column) or _WORD.match(line, column - 1)
    return column + 1 if found is None else found.end() + 1


def _plain(line: str, column: int) -> re.Match[str] | None:
    """The whole text that stands there without quotes; None when what stands there is something else."""
    found = _PLAIN.match(line, column - 1)
    # Long lines are cut around a word.
    if found is None or len(line) > _LONGEST_TEXT or not _BEHIND.fullmatch(line[: column - 1]):
        return None
    written, rest = found.group().rstrip(), line[found.end() :]
    if rest.startswith(":") or written.endswith((",", "}", "]")):
        return None  # a key, or a part of a list in brackets
    return re.compile(re.escape(written)).match(line, column - 1)


def quote(lines: Sequence[str], place: Place, *, width: int) -> Quote | None:
    """The line of a place, cut to a width around its mark; None when there is nothing to show."""
    if not 1 <= place.line <= len(lines) or not lines[place.line - 1].strip():
        return None
    line, start = lines[place.line - 1], place.column - 1
    end = min(end_column(line, place.column), start + width) - 1
    reach = width * _GLUED
    before = _cells(line[max(0, start - reach) : start], first=start <= reach)
    marked = _cells(line[start:end], first=start == 0)
    after = _cells(line[end : end + reach], first=False)
    return _cut(before, marked, after, width=width, is_long=start > reach)


_Cells = list[tuple[str, int]]
"""What to print, and how wide it is, for one character each."""


def _cells(text: str, *, first: bool) -> _Cells:
    """The characters as they may be shown; ``first`` says that no other stands before them."""
    shown: _Cells = []
    glued = _MOST_COMBINING if first else 0
    for character in text:
        cell = _cell(character)
        glued = glued + 1 if cell[1] == 0 else 0
        shown.append(cell if glued <= _MOST_COMBINING else ("\N{REPLACEMENT CHARACTER}", 1))
    return shown


def _cell(character: str) -> tuple[str, int]:
    if character == "\t":
        return _TAB, len(_TAB)
    if unicodedata.category(character) in ("Mn", "Me"):
        return character, 0
    if not character.isprintable():
        return "\N{REPLACEMENT CHARACTER}", 1
    return character, 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _cut(before: _Cells, marked: _Cells, after: _Cells, *, width: int, is_long: bool) -> Quote:
    """As much of the line as fits, the mark always; what is left out is shown by a sign."""
    if is_long or _wide(before) + _wide(marked) + _wide(after) > width:
        room = max(width - 2 * len(_CUT), 1)
        marked = _fitting(marked, room)
        left = min(_wide(before), max((room - _wide(marked)) // 2, room - _wide(marked) - _wide(after)))
        kept = _fitting(list(reversed(before)), left)[::-1]
        before, whole = [(_CUT, 1), *kept] if len(kept) < len(before) else before, after
        after = _fitting(whole, width - len(_CUT) - _wide(before) - _wide(marked))
        after = [*after, (_CUT, 1)] if len(after) < len(whole) else after
    line = "".join(shown for shown, _ in (*before, *marked, *after))
    return Quote(line.rstrip(), _wide(before), max(_wide(marked), 1))


def _fitting(cells: _Cells, width: int) -> _Cells:
    """The first of them that fit."""
    kept, taken = [], 0
    for cell in cells:
        taken += cell[1]
        if taken > width:
            break
        kept.append(cell)
    return kept


def _wide(cells: Iterable[tuple[str, int]]) -> int:
    return sum(width for _, width in cells)
