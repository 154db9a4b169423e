"""What a change of the sources means in an incident: the value that comparers give and reports print."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from generator.source import DocumentKind, Place


class Weight(IntEnum):
    """How much a change hurts when nobody has noticed it; the first hurts most."""

    SAFETY = 0
    OBJECTIVES = 1
    SIGNALS = 2
    PLAN = 3
    PEOPLE = 4
    WORDS = 5


@dataclass(frozen=True, slots=True)
class Change:
    """One line: what is different now, and where it stands."""

    text: str
    weight: Weight
    place: Place
    subject: str = ""
    """What it is about: an id, or a way to a part of the file."""
    was: bool = False
    """Whether the place is one of the old text, since the new one has nothing there."""
    detail: str = ""
    """The words that differ, where words are all that differs."""


@dataclass(frozen=True, slots=True)
class Group:
    """The changes of one file, what hurts most first."""

    kind: DocumentKind
    name: str
    path: str
    changes: tuple[Change, ...]

    @property
    def title(self) -> str:
        return self.kind if self.kind == "organization" else f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that changed, and what could not be compared."""

    since: str
    groups: tuple[Group, ...]
    left_out: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return sum(len(group.changes) for group in self.groups)
