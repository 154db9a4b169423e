"""What every part of the catalogue is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

Parameters = Mapping[str, Any]
"""What ``with:`` holds; its keys and ranges are declared in ``schema/kinds/``."""

Setting = str | int | float | bool
"""A value that a control can take."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A rule of ``runbook check`` that is switched off, and why."""

    rule: str
    reason: str
    at: str = ""
    """An id that the file defines, or a way to a part of it; empty: the whole file."""


class Identified(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Identified)


def by_id(items: Iterable[T], id: str) -> T:
    """The item whose ``id`` is that; KeyError when there is none."""
    for item in items:
        if item.id == id:
            return item
    raise KeyError(id)
