"""The text of one YAML file in, its data with the place of every key and value out.

YAML is read as version 1.2 reads it: ``on`` and ``no`` are words, ``02:40`` and dates are text,
only ``true`` and ``false`` are booleans.
The parser's events are composed here, because neither recursion nor aliases may run away.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from generator.source import Finding, Place, Pointer

MAXIMUM_DEPTH = 60
MAXIMUM_VALUES = 100_000
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What YAML allows; anything else in a source is an accident or an attack.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
# What a merge leaves behind; only looked for in a text that cannot be read.
_CONFLICT = re.compile(r"^(<{7} |={7}\r?$|>{7} )", re.MULTILINE)
_QUOTES = ("'", '"')
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CONSTANTS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_PLAIN_WORDS = (
    ("found a tab character", "a tab stands where spaces must", "indent with spaces"),
    ("cannot start any token", "a value cannot begin with this character", "put it in quotes"),
    ("mapping values are not allowed", "a second ': ' on one line", "quote the text, or indent the key"),
    ("could not find expected ':'", "a key without ':'", "write 'key: value'"),
    ("did not find expected key", "this does not fit what stands above", "check indentation, quotes"),
    ("did not find expected '-' indicator", "this is not an item of the list above", "check the indentation"),
    ("did not find expected ',' or", "a bracket or brace is not closed", "close it, or quote the text"),
    ("found unexpected end of stream", "a quoted text is not closed", "add the closing quote"),
    ("did not find expected alphabetic", "'*' or '&' begins this value", "put it in quotes"),
    ("found undefined alias", "'*' refers to nothing", "put the text in quotes"),
    ("found undefined tag", "tags such as '!x' are not read", "delete the tag, or put the text in quotes"),
    ("found unknown escape", "a backslash in double quotes begins an unknown escape", "use single quotes"),
    ("did not find expected <document start>", "text stands after the end", "check the indentation"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Composed:
    """What a text holds; ``data`` is None when it cannot be read."""

    data: Any
    values: Mapping[Pointer, Place]
    keys: Mapping[Pointer, Place]
    findings: tuple[Finding, ...]


def compose(text: str, path: str) -> Composed:
    """Read one YAML document; every problem is a finding at its place."""
    composer = _Composer(path)
    odd = _UNPRINTABLE.search(text)
    if odd is not None:
        message = f"a control character stands here (U+{ord(odd.group()):04X})"
        finding = Finding(_position(text[: odd.start()], path), "load", "error", message, "delete it")
        return Composed(None, {}, {}, (finding,))
    event = None
    try:
        for event in yaml.parse(text, _Loader):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        conflict = _CONFLICT.search(text)
        if conflict is not None:
            composer.findings.append(_left_by_a_merge(_position(text[: conflict.start()], path)))
        else:
            composer.report(*(_after_a_quote(error, event) or _in_plain_words(error, text)))
        composer.data = None
    except _TooMuchError as stop:
        composer.report(stop.event.start_mark, stop.message, stop.hint)
        composer.data = None
    else:
        composer.finish()
    return Composed(composer.data, composer.values, composer.keys, tuple(composer.findings))


def scalar(text: str) -> str | int | float | bool | None:
    """What an unquoted word means.

    >>> scalar("02:40"), scalar("no"), scalar("2026-11-22"), scalar("0.5"), scalar("true")
    ('02:40', 'no', '2026-11-22', 0.5, True)
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def _position(before: str, path: str) -> Place:
    """The place right after some text."""
    return Place(path, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _in_plain_words(error: yaml.MarkedYAMLError, text: str) -> tuple[Any, str, str]:
    """Where it is, what it is, and what to do."""
    problem = error.problem or "the text is not YAML"
    mark = error.problem_mark or error.context_mark
    if "cannot start any token" in problem and _character(text, mark) == "\t":
        return mark, "a tab stands where spaces must", "indent with spaces"
    if "unexpected end of stream" in problem or "could not find expected ':'" in problem:
        mark = error.context_mark or mark  # where the quote or the key began, not where it was missed
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


class _TooMuchError(Exception):
    """The text would grow beyond all bounds; reading stops."""

    def __init__(self, event: Any, message: str, hint: str) -> None:
        super().__init__(message)
        self.event, self.message, self.hint = event, message, hint


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being filled."""

    data: dict[str, Any] | list[Any]
    pointer: Pointer
    anchor: str | None
    begun_at: int
    """How many values had been counted before it."""
    key: str | None = None
    awaits_key: bool = True
    dropped: bool = False
    """The value to come belongs to a key that was refused."""


@dataclass(slots=True)
class _Composer:
    path: str
    data: Any = None
    values: dict[Pointer, Place] = field(default_factory=dict)
    keys: dict[Pointer, Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    count: int = 0
    documents: int = 0

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._begin(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _TooMuchError(event, "a second document begins here", "keep one document in a file")

    def finish(self) -> None:
        """Judge the whole: something must be there, and it must be keys with values."""
        if self.data is None:
            self.report(None, "the file is empty", "fill it, or delete it")
        elif not isinstance(self.data, dict):
            self.report(None, "the file does not hold keys with values", "begin with 'id: ...'")

    def report(self, mark: Any, message: str, hint: str) -> None:
        place = Place(self.path) if mark is None else Place(self.path, mark.line + 1, mark.column + 1)
        self.findings.append(Finding(place, "load", "error", message, hint))

    def _scalar(self, event: Any) -> None:
        if event.tag is not None:
            self.report(event.start_mark, f"the tag '{event.tag}' is not read", "delete it")
        value = scalar(event.value) if event.implicit[0] and not event.style else event.value
        if self._at_key():
            self._key(event, value)
        else:
            self._anchor(event.anchor, value, 1)
            self._put(event, value, 1)

    def _at_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].data, dict) and self.stack[-1].awaits_key

    def _key(self, event: Any, key: object) -> None:
        top = self.stack[-1]
        top.awaits_key, top.dropped = False, True
        if event.value == "<<" and not event.style:
            self.report(event.start_mark, "merge keys ('<<') are not read", "write the keys out")
        elif not isinstance(key, str):
            self.report(event.start_mark, f"the key '{event.value}' is not a word", "put it in quotes")
        elif key in top.data:
            hint = f"delete one: the first stands in line {self.keys[(*top.pointer, key)].line}"
            self.report(event.start_mark, f"the key '{key}' is given twice", hint)
        else:
            top.key, top.dropped = key, False
            self.keys[(*top.pointer, key)] = self._place(event)

    def _begin(self, event: Any) -> None:
        if len(self.stack) >= MAXIMUM_DEPTH:
            raise _TooMuchError(
                event, f"values are nested deeper than {MAXIMUM_DEPTH} levels", "flatten them"
            )
        if self._at_key():
            hint = "put text with braces or brackets in quotes"
            raise _TooMuchError(event, "a key cannot be a list or a mapping", hint)
        if event.tag is not None:
            self.report(event.start_mark, f"the tag '{event.tag}' is not read", "delete it")
        begun_at = self.count
        data: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        pointer = self._put(event, data, 1)
        self.stack.append(_Open(data, pointer, event.anchor, begun_at))

    def _end(self) -> None:
        done = self.stack.pop()
        self._anchor(done.anchor, done.data, self.count - done.begun_at)

    def _anchor(self, name: str | None, value: object, size: int) -> None:
        if name is not None:
            self.anchors[name] = (value, size)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            raise _TooMuchError(
                event, f"'*{event.anchor}' refers to nothing before it", "put the text in quotes"
            )
        if self._at_key():
            raise _TooMuchError(event, "a key cannot be an alias", "write the key out")
        value, size = self.anchors[event.anchor]
        self._put(event, value, size)

    def _put(self, event: Any, value: object, size: int) -> Pointer:
        """Put a value where it belongs; ``size`` is how many values it holds, itself included."""
        self.count += size
        if self.count > MAXIMUM_VALUES:
            raise _TooMuchError(
                event, f"the file holds more than {MAXIMUM_VALUES:,} values", "drop the aliases"
            )
        pointer = self._fill(value)
        self.values.setdefault(pointer, self._place(event))
        return pointer

    def _fill(self, value: object) -> Pointer:
        if not self.stack:
            self.data = value
            return ()
        top = self.stack[-1]
        if isinstance(top.data, list):
            top.data.append(value)
            return (*top.pointer, len(top.data) - 1)
        top.awaits_key = True
        if top.dropped or top.key is None:
            return (*top.pointer, "<<")  # nobody looks there; what is inside is still read
        top.data[top.key] = value
        return (*top.pointer, top.key)

    def _place(self, event: Any) -> Place:
        return Place(self.path, event.start_mark.line + 1, event.start_mark.column + 1)
