"""The text of a source in, findings about characters that one cannot see, or that are not what they seem, out.

Text that runs backwards or hides letters lets a reviewer approve what is not there (CVE-2021-42574).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

from generator.source import Finding, Place

MOST = 20
"""So many hidden characters of a file are told; the rest will be like them."""
SPACE_MESSAGE = "a space that YAML takes for a letter stands here"
SPACE_HINT = "write a plain space"
ODD_SPACE = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_BEGINS_ODDLY = re.compile(f"[-?]?{ODD_SPACE.pattern}")
# What YAML does not allow, and ends of lines that editors, git and YAML count differently.
_UNREADABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\r(?!\n)"
)
_HIDDEN = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
# They belong between the letters of some scripts, and between the parts of an emoji.
_JOINERS = ("\u200c", "\u200d")


def unreadable(text: str, path: str) -> Finding | None:
    """The first character that no line of a source can hold."""
    found = _UNREADABLE.search(text)
    if found is None:
        return None
    what = (
        "an end of line that is none everywhere"
        if found.group() in "\r\x85\u2028\u2029"
        else "a control character"
    )
    hint = "end lines with a line feed" if found.group() in "\r\x85\u2028\u2029" else "delete it"
    message = f"{what} stands here ({_named(found.group())})"
    return Finding(_place(text, found.start(), path), "load", "error", message, hint)


def hidden(text: str, path: str) -> Iterator[Finding]:
    """Characters that do not show, or turn the text around them; the first ones of a file."""
    if text.isascii():
        return
    for found in islice((f for f in _HIDDEN.finditer(text) if not _joins(text, f.start())), MOST):
        message = f"a character that does not show stands here ({_named(found.group())})"
        yield Finding(
            _place(text, found.start(), path), "load", "error", message, "delete it: it hides what is read"
        )


def begins_oddly(word: str) -> bool:
    """Whether an unquoted word begins with a space that is none to YAML, after the dash of a list or not."""
    return not word.isascii() and _BEGINS_ODDLY.match(word) is not None


def _joins(text: str, index: int) -> bool:
    around = text[max(index - 1, 0) : index] + text[index + 1 : index + 2]
    return text[index] in _JOINERS and len(around) == 2 and all(ord(c) > 0x2BF for c in around)


def _named(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()


def _place(text: str, index: int, path: str) -> Place:
    return Place(path, text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index))
