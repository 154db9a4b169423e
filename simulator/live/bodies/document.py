"""What all formats have in common: a document of fields, and how a value of JSON is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import isfinite
from typing import Any, Protocol, TypeAlias

Value: TypeAlias = str | int | float | bool | None
"""What a field can hold in a row."""
Change: TypeAlias = Callable[[Value], Value]
Place: TypeAlias = tuple[Any, Any]
"""A mapping and a key of it, or a list and a place in it."""

TYPES = ("string", "number", "boolean")
_LEAST, _MOST = -(2**63), 2**64 - 1


class Document(Protocol):
    """A body that is understood. Fields that it does not have are no error: nothing is found, nothing is changed."""

    @property
    def rows(self) -> int:
        """So many cases are asked about."""
        ...

    @property
    def unheld(self) -> str:
        """The type that could not hold a change that was asked for, so that it was not made; empty: there is none."""
        ...

    def dump(self) -> bytes: ...

    def get(self, field: str) -> Sequence[Value] | None:
        """What the field holds, row by row; None where no row has it."""
        ...

    def edit(self, field: str, change: Change) -> int:
        """Change what the field holds, in place; how many values are others now.

        A change that the format cannot hold is not made: what is not finite, beyond 64 bits, or of another type than
        the tensor's.
        """
        ...

    def rename(self, field: str, to: str) -> int:
        """Give the field another last name, where it stands; how often. A name that is taken is left alone."""
        ...

    def drop(self, field: str) -> int:
        """Take the field out; how often."""
        ...

    def retype(self, field: str, to: str) -> int:
        """Write what the field holds in another of ``TYPES``; how many values are others now."""
        ...


def kept(new: Value, old: Value) -> Value:
    """The new value where JSON can hold it, else the old one."""
    if type(new) is float:
        return new if isfinite(new) else old
    if type(new) is int:
        return new if _LEAST <= new <= _MOST else old
    return new


def edit_places(places: Iterable[Place], change: Change, keep: Callable[[Value, Value], Value] = kept) -> int:
    """Change what stands at each place; how many are others now. Mappings stay as they are."""
    count = 0
    for holder, key in places:
        old = holder[key]
        if type(old) is dict:
            continue
        new = change(old)
        if new is old or (new := keep(new, old)) is old:
            continue
        if type(new) is not type(old) or new != old:
            holder[key] = new
            count += 1
    return count


def inside(items: list[Any]) -> Iterator[Place]:
    """The places of a list and of the lists in it, in order."""
    for place, item in enumerate(items):
        if type(item) is list:
            yield from inside(item)
        else:
            yield items, place


def converted(value: Value, to: str) -> Value:
    """The same as another type, as far as it can be said in it.

    >>> converted(733, "string"), converted("9.5", "number"), converted(0, "boolean"), converted("x", "number")
    ('733', 9.5, False, 'x')
    """
    if value is None:
        return None
    if to == "string":
        return (
            value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
        )
    if to == "boolean":
        return bool(value) if not isinstance(value, str) else value.strip().lower() not in ("", "0", "false")
    if isinstance(value, str):
        return _number(value)
    return int(value) if isinstance(value, bool) else value


def _number(text: str) -> Value:
    for read in (int, float):
        try:
            found: Value = read(text)
        except ValueError:
            continue
        return kept(found, text)
    return text
