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
from typing import Any, TypeAlias

import yaml

from generator import misread, unseen
from generator.misread import MAXIMUM_KEY
from generator.source import Finding, Place, Places, Pointer

MAXIMUM_DEPTH = 60
MAXIMUM_VALUES = 100_000
MAXIMUM_TEXT = 10_000
"""Characters in one text."""
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_BEGINS_NUMBERS = frozenset("+-.0123456789")
_CONSTANTS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


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
    unreadable = unseen.unreadable(text, path)
    if unreadable is not None:
        return Composed(None, {}, {}, (unreadable,))
    composer.findings += unseen.hidden(text, path)
    event = None
    try:
        for event in yaml.parse(text, _Loader):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        stopped = misread.finding(error, event, text=text, path=path)
        composer.findings += [] if stopped in composer.findings else [stopped]
        composer.data = None
    except _TooMuchError as stop:
        composer.report(stop.event.start_mark, stop.message, stop.hint)
        composer.data = None
    else:
        composer.finish()
    values, keys = Places(path, composer.values), Places(path, composer.keys)
    return Composed(composer.data, values, keys, tuple(composer.findings))


def scalar(text: str) -> str | int | float | bool | None:
    """What an unquoted word means.

    >>> scalar("02:40"), scalar("no"), scalar("2026-11-22"), scalar("0.5"), scalar("true")
    ('02:40', 'no', '2026-11-22', 0.5, True)
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _BEGINS_NUMBERS:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


Mark: TypeAlias = tuple[int, int]
"""The line and the column where something begins, both from 1."""


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
    at: Pointer = ()
    """The way to the value to come, in a mapping."""
    key: str | None = None
    awaits_key: bool = True
    repeats: bool = False
    """Whether a second item seems to have begun inside it."""
    dropped: bool = False
    """The value to come belongs to a key that was refused."""


@dataclass(slots=True)
class _Composer:
    path: str
    data: Any = None
    values: dict[Pointer, Mark] = field(default_factory=dict)
    keys: dict[Pointer, Mark] = field(default_factory=dict)
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
        if not event.style and unseen.begins_oddly(event.value):
            self.report(event.start_mark, unseen.SPACE_MESSAGE, unseen.SPACE_HINT)
        if self._at_key():
            self._key(event, value)
        else:
            if isinstance(value, str) and len(value) > MAXIMUM_TEXT:
                message = f"the text is longer than {MAXIMUM_TEXT:,} characters"
                self.report(event.start_mark, message, "shorten it, or link to a document")
                value = value[:MAXIMUM_TEXT]
            if event.anchor is not None:
                self.anchors[event.anchor] = value, 1
            self._put(event, value, 1)

    def _at_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].data, dict) and self.stack[-1].awaits_key

    def _key(self, event: Any, key: object) -> None:
        top = self.stack[-1]
        top.awaits_key, top.dropped = False, True
        if event.value == "<<" and not event.style:
            self.report(event.start_mark, "merge keys ('<<') are not read", "write the keys out")
        elif len(event.value) > MAXIMUM_KEY:
            self.report(event.start_mark, f"the key is longer than {MAXIMUM_KEY} characters", "shorten it")
        elif not isinstance(key, str):
            self.report(event.start_mark, f"the key '{event.value}' is not a word", "put it in quotes")
        elif key.startswith("-") and not event.style and misread.glued_dash(key) is not None:
            self.report(event.start_mark, misread.GLUED_DASH_MESSAGE, misread.glued_dash(key) or "")
        elif key in top.data:
            self._again(event, key)
        else:
            top.key, top.at, top.dropped = key, (*top.pointer, key), False
            self.keys[top.at] = self._mark(event)

    def _again(self, event: Any, key: str) -> None:
        """Report a key that was given before; when a dash is missing, once for all keys of the item."""
        top = self.stack[-1]
        message = f"the key '{key}' is given twice"
        if top.repeats:
            return
        in_list = len(self.stack) > 1 and isinstance(self.stack[-2].data, list)
        if in_list and len(top.data) > 1 and key in ("id", next(iter(top.data))):
            top.repeats = True
            self.report(event.start_mark, f"{message}; a new item seems to begin here", "put '- ' before it")
        else:
            hint = f"delete one: the first stands in line {self.keys[(*top.pointer, key)][0]}"
            self.report(event.start_mark, message, hint)

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
        if done.anchor is not None:
            self.anchors[done.anchor] = done.data, self.count - done.begun_at

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
        self.values.setdefault(pointer, self._mark(event))
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
        return top.at

    def _mark(self, event: Any) -> Mark:
        mark = event.start_mark
        return mark.line + 1, mark.column + 1
