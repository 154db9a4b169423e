"""An error of the YAML parser in, the finding that says in plain words where, what, and what to do out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from generator import unseen
from generator.source import Finding, Place, place_after

MAXIMUM_KEY = 200
"""Characters in one key."""
_YAMLS_LONGEST_KEY = 1024
GLUED_DASH_MESSAGE = "a space is missing after the dash"
_GLUED_DASH = re.compile(r"[ ]*(-[^\W\d][\w-]*):(?:\s|$)")
# What a merge leaves behind; only looked for in a text that cannot be read.
_CONFLICT = re.compile(r"^(<{7} |={7}\r?$|>{7} )", re.MULTILINE)
_QUOTES = ("'", '"')
# What began at one place and was missed at another; the beginning is what went wrong.
_MISSED_LATE = ("unexpected end of stream", "could not find expected ':'", "did not find expected ',' or")
_NO_ITEM, _NO_KEY = "did not find expected '-' indicator", "did not find expected key"
_PLAIN_WORDS = (
    ("found a tab character", "a tab stands where spaces must", "indent with spaces"),
    ("cannot start any token", "a value cannot begin with this character", "put it in quotes"),
    ("mapping values are not allowed", "a second ': ' on one line", "quote the text, or indent the key"),
    ("could not find expected ':'", "a key without ':'", "write 'key: value'"),
    (_NO_KEY, "this does not fit what stands above", "check indentation, quotes"),
    (_NO_ITEM, "this is not an item of the list above", "check the indentation"),
    ("did not find expected ',' or", "a bracket or brace is not closed", "close it, or quote the text"),
    ("found unexpected end of stream", "a quoted text is not closed", "add the closing quote"),
    ("did not find expected alphabetic", "'*' or '&' begins this value", "put it in quotes"),
    ("found undefined alias", "'*' refers to nothing", "put the text in quotes"),
    ("found undefined tag", "tags such as '!x' are not read", "delete the tag, or put the text in quotes"),
    ("found unknown escape", "a backslash in double quotes begins an unknown escape", "use single quotes"),
    ("did not find expected <document start>", "text stands after the end", "check the indentation"),
)  # fmt: skip


def finding(error: yaml.MarkedYAMLError, event: Any, *, text: str, path: str) -> Finding:
    """What went wrong after the last event that was read."""
    conflict = _CONFLICT.search(text)
    if conflict is not None:
        return _left_by_a_merge(place_after(text[: conflict.start()], path))
    mark, message, hint = (
        _odd_space(error, text)
        or _glued_dash(error, text)
        or _after_a_quote(error, event)
        or _at_the_wrong_column(error, text)
        or _in_plain_words(error, text)
    )
    if mark is None:
        return Finding(Place(path), "load", "error", message, hint)
    if mark.line > text.count("\n"):  # the parser counts a line that is not there
        place = place_after(text.rstrip(), path)
        hint = "close what is open: brackets, braces, quotes"
        return Finding(place, "load", "error", "the text ends in the middle of something", hint)
    return Finding(Place(path, mark.line + 1, mark.column + 1), "load", "error", message, hint)


def _odd_space(error: yaml.MarkedYAMLError, text: str) -> tuple[Any, str, str] | None:
    """The same, when a space that YAML takes for a letter stands where reading failed, or a line above."""
    mark: Any = error.problem_mark
    if mark is None:
        return None
    lines = text.split("\n")
    for number in (mark.line - 1, mark.line):
        found = unseen.ODD_SPACE.search(lines[number]) if 0 <= number < len(lines) else None
        if found is not None:
            return _Mark(number, found.start()), unseen.SPACE_MESSAGE, unseen.SPACE_HINT
    return None


def glued_dash(key: str) -> str | None:
    """What to write instead of a key that swallowed the dash of its item; None for every other key.

    >>> glued_dash("-role"), glued_dash("role")
    ("write '- role'", None)
    """
    return f"write '- {key[1:]}'" if _GLUED_DASH.fullmatch(f"{key}:") else None


def _glued_dash(error: yaml.MarkedYAMLError, text: str) -> tuple[Any, str, str] | None:
    """The same, when the line that failed, or the one above, begins with a dash and no space."""
    mark: Any = error.problem_mark
    if mark is None:
        return None
    lines = text.split("\n")
    for number in (mark.line, mark.line - 1):
        found = _GLUED_DASH.match(lines[number]) if 0 <= number < len(lines) else None
        if found is not None:
            return _Mark(number, found.start(1)), GLUED_DASH_MESSAGE, glued_dash(found[1]) or ""
    return None


def _at_the_wrong_column(error: yaml.MarkedYAMLError, text: str) -> tuple[Any, str, str] | None:
    """The same, when a line begins where neither what stands above nor an item of it could go on."""
    mark: Any = error.problem_mark
    above: Any = error.context_mark
    problem, lines = error.problem or "", text.split("\n")
    if mark is None or above is None or max(mark.line, above.line) >= len(lines):
        return None
    if lines[mark.line][: mark.column].strip():
        return None
    here = f"it begins in column {mark.column + 1}"
    if _NO_ITEM in problem:
        after_dash = lines[above.line][above.column + 1 :]
        keys = above.column + 2 + len(after_dash) - len(after_dash.lstrip())
        hint = f"{here}; the dashes of that list stand in column {above.column + 1}, its items in {keys}"
        return mark, "this is not an item of the list above", hint
    dashes = _last_dash(lines[: mark.line])
    if _NO_KEY in problem and lines[mark.line].lstrip().startswith("- ") and dashes is not None:
        return mark, "this does not fit what stands above", f"{here}, the dashes above in column {dashes + 1}"
    if _NO_KEY in problem and mark.column != above.column:
        hint = f"{here}, the keys above in column {above.column + 1}"
        return mark, "this does not fit what stands above", hint
    return None


def _last_dash(lines: list[str]) -> int | None:
    """The column of the last item that begins on a line of its own."""
    dashes = (line.index("-") for line in reversed(lines) if line.lstrip().startswith("- "))
    return next(dashes, None)


def _in_plain_words(error: yaml.MarkedYAMLError, text: str) -> tuple[Any, str, str]:
    """Where it is, what it is, and what to do."""
    problem = error.problem or "the text is not YAML"
    mark = error.problem_mark or error.context_mark
    if "mapping values are not allowed" in problem and mark is not None and mark.column > _YAMLS_LONGEST_KEY:
        return mark, f"the key before this ':' is longer than {MAXIMUM_KEY} characters", "shorten it"
    if "cannot start any token" in problem and _character(text, mark) == "\t":
        return mark, "a tab stands where spaces must", "indent with spaces"
    if any(sign in problem for sign in _MISSED_LATE):
        mark = error.context_mark or mark
    for sign, message, hint in _PLAIN_WORDS:
        if sign in problem:
            return mark, message, hint
    return mark, f"this is not YAML: {problem}", "check indentation, quotes and brackets"


def _after_a_quote(error: yaml.MarkedYAMLError, event: Any) -> tuple[Any, str, str] | None:
    """The same, when reading failed right behind a quoted text: the quote is what went wrong."""
    problem, mark = error.problem or "", error.problem_mark
    if not isinstance(event, yaml.ScalarEvent) or event.style not in _QUOTES or mark is None:
        return None
    begun: Any = event.start_mark
    ended: Any = event.end_mark
    if ended.line != mark.line or "did not find expected" not in problem:
        return None
    if begun.line < ended.line:
        message = f"the quoted text that begins here runs on to line {ended.line + 1}"
        return begun, message, "close the quote where the text ends"
    if event.style == "'" and "key" in problem:
        hint = "write '' for an apostrophe, or use double quotes"
        return ended, "text goes on after the closing quote", hint
    return None


def _left_by_a_merge(place: Place) -> Finding:
    hint = "keep one side, and delete the lines of <<<<<<<, ======= and >>>>>>>"
    return Finding(place, "load", "error", "a merge conflict was left here", hint)


def _character(text: str, mark: Any) -> str:
    lines = text.splitlines()
    return lines[mark.line][mark.column : mark.column + 1] if mark.line < len(lines) else ""


@dataclass(frozen=True, slots=True)
class _Mark:
    """A place that the parser did not name; both count from 0, as its own do."""

    line: int
    column: int
