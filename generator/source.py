"""Located values and findings: the ground floor that everything about sources stands on."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Pointer: TypeAlias = tuple[str | int, ...]
"""The way from the top of a document to a value: keys and indexes."""

LARGEST = 1e100
"""No quantity of ours is larger, and what is can overflow in any sum."""

LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""Where a line of a source ends, as YAML has it."""

DocumentKind = Literal["organization", "service", "runbook", "drill"]
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands; line and column count from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, eq=False)
class Places(Mapping[Pointer, Place]):
    """Where the parts of one file stand; each place is made when it is asked for, as few are."""

    path: str
    marks: Mapping[Pointer, tuple[int, int]]
    """Lines and columns, both from 1."""

    def __getitem__(self, pointer: Pointer) -> Place:
        return Place(self.path, *self.marks[pointer])

    def __contains__(self, pointer: object) -> bool:
        return pointer in self.marks

    def __iter__(self) -> Iterator[Pointer]:
        return iter(self.marks)

    def __len__(self) -> int:
        return len(self.marks)


def place_after(before: str, path: str) -> Place:
    """The place right after some text."""
    lines = LINE_END.split(before)
    return Place(path, len(lines), len(lines[-1]) + 1)


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem that a check found, bound to a place in a source."""

    place: Place
    rule: str
    severity: Severity
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" + (f" ({self.hint})" if self.hint else "")


@dataclass(frozen=True, slots=True)
class Document:
    """One source file: its data, and where each key and value of it stands."""

    path: str
    """Relative to the root, with ``/``."""
    kind: DocumentKind
    name: str
    """The id that the file or folder name gives."""
    data: Mapping[str, Any]
    values: Mapping[Pointer, Place] = field(default_factory=dict, repr=False)
    keys: Mapping[Pointer, Place] = field(default_factory=dict, repr=False)
    whole: bool = True
    """False when some of the file could not be read; its findings say why."""
    text: str = field(default="", repr=False)
    """The file as it is written."""

    def place(self, pointer: Pointer, *, key: bool = False) -> Place:
        """Where that value (or its key) stands, or else the nearest thing that encloses it."""
        if key and pointer in self.keys:
            return self.keys[pointer]
        for length in range(len(pointer), -1, -1):
            if pointer[:length] in self.values:
                return self.values[pointer[:length]]
        return Place(self.path)

    def place_in_text(self, pointer: Pointer, written: str, before: str = "") -> Place:
        """Where words of that text stand, however its lines are broken; else where the text begins.

        ``before`` is what the text says before them, as the same words may stand there too.
        """
        place = self.place(pointer)
        pattern = re.compile(r"\s+".join(map(re.escape, written.split())))
        lines = self.text.split("\n")[place.line - 1 : self._line_behind(place)]
        if pointer not in self.values or not pattern.pattern or not lines:
            return place
        text = "\n".join(lines)
        found = list(pattern.finditer(text, place.column - 1))
        nth = len(pattern.findall(before))
        if nth >= len(found):
            return place  # it is written with escapes, or elsewhere
        above = text[: found[nth].start()]
        return Place(place.path, place.line + above.count("\n"), len(above) - above.rfind("\n"))

    def _line_behind(self, place: Place) -> int:
        """How many lines end no later than the text that begins there: up to the next key or value."""
        places = (other for known in (self.values, self.keys) for other in known.values())
        behind = [other.line for other in places if other > place and other.line > place.line]
        return min(behind) - 1 if behind else self.text.count("\n") + 1

    def at(self, pointer: Pointer) -> Any:
        """The value there; KeyError or IndexError when there is none."""
        value: Any = self.data
        for part in pointer:
            value = value[part]
        return value


# Likeness is dear: beyond these, a guess would cost more than it helps.
_LONGEST_NAME = 100
_MOST_NAMES = 1_000


_SLIP = 0.85
"""From this likeness on, a name is a slip of the finger, not another one."""


def likely(name: str, names: Iterable[str], *, first: Collection[str] = (), sole: str = "") -> str:
    """A hint that names what was probably meant, or nothing.

    Beyond a slip of the finger, names among ``first`` go before others; then ``sole``, however unlike it is.
    """
    known = sorted({known for known in names if len(known) <= _LONGEST_NAME})
    if len(name) > _LONGEST_NAME or len(known) > _MOST_NAMES:
        return ""
    same = [one for one in known if _bare(one) == _bare(name)]
    close = same or difflib.get_close_matches(name, known, n=5, cutoff=0.55)
    slips = same or difflib.get_close_matches(name, close, n=1, cutoff=_SLIP)
    best = [*slips, *(one for one in close if one in first), *([sole] if sole else []), *close]
    return f"did you mean '{best[0]}'?" if best else ""


def _bare(name: str) -> str:
    """What two ways of writing one name have in common, such as ``SEV-2`` and ``sev2``."""
    return "".join(character for character in name.casefold() if character.isalnum())
