"""Documents and the name of an audience in, what that audience may read of them out.

A schema says with ``x-labels`` what a classification labels: ``whole``, the mapping that holds it, or else
the ways from there to what is withheld, while the rest stays. What is unlabelled inherits from what holds it.
An audience reads what is classified as itself or lower on the organization's ladder, and nothing else.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator import waivers
from generator.evidence.closed import Known, told
from generator.model import CompiledRunbook, Exercise, Kept, Service
from generator.schemas import Pair, pairs_of
from generator.source import Document, Pointer, likely

WHOLE = "whole"


class UnknownAudienceError(ValueError):
    """No classification of the organization is called like that; the message names those there are."""

    def __init__(self, name: str, ladder: Sequence[str]) -> None:
        hint = likely(name, ladder)
        listed = f"from the most public: {', '.join(ladder)}"
        super().__init__(f"unknown audience '{name}' ({f'{hint} ' if hint else ''}{listed})")


@dataclass(frozen=True, slots=True)
class Label:
    """A classification, and what it is the classification of."""

    at: Pointer
    name: str
    ways: tuple[Pointer, ...] = ()
    """What of the mapping that has the label goes, when the rest stays; empty: all of it goes."""

    @property
    def holder(self) -> Pointer:
        """The way to the mapping that has the label."""
        return self.at[:-1]

    @property
    def pointers(self) -> tuple[Pointer, ...]:
        """The ways, from the top of the document, to what is labelled."""
        return tuple((*self.holder, *way) for way in self.ways) or (self.holder,)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How much was kept from an audience."""

    services: int = 0
    runbooks: int = 0
    drills: int = 0
    parts: int = 0
    """Things inside of what stays."""

    def __str__(self) -> str:
        """In words; nothing when nothing was.

        >>> str(LeftOut(runbooks=2, drills=1, parts=11))
        '2 runbooks, 1 drill, 11 other things'
        """
        words = ("service", "runbook", "drill", "other thing")
        counted = zip(words, dataclasses.astuple(self), strict=True)
        return ", ".join(f"{count} {word}{'s' if count > 1 else ''}" for word, count in counted if count)


@dataclass(frozen=True, slots=True)
class Readable:
    """What one audience may read."""

    audience: str
    documents: tuple[Document, ...]
    left_out: LeftOut


def ladder(documents: Iterable[Document]) -> tuple[str, ...]:
    """The classifications of the organization, from the most public."""
    organization = next(d for d in documents if d.kind == "organization")
    return tuple(rung["id"] for rung in organization.data["classifications"])


def site_audience(documents: Sequence[Document]) -> str:
    """For whom the site is built when nobody says so: what the organization says, else the most public."""
    organization = next(d for d in documents if d.kind == "organization")
    return str(organization.data.get("site_audience") or ladder(documents)[0])


def labels(document: Document) -> tuple[Label, ...]:
    """Every classification in a document that labels something, outside in."""
    return labels_of(document, pairs_of(document))


def labels_of(document: Document, pairs: Iterable[Pair]) -> tuple[Label, ...]:
    """Those among pairs of its values and their schemas."""
    found = []
    for pointer, value, schema in pairs:
        labelled = schema.get("x-labels")
        if labelled is not None and isinstance(value, str):
            ways = () if labelled == WHOLE else _ways(document.at(pointer[:-1]), labelled)
            found += [Label(pointer, value, tuple(ways))] if ways or labelled == WHOLE else []
    return tuple(found)


def readable(documents: Iterable[Document], audience: str) -> Readable:
    """What an audience may read of sources without errors; UnknownAudienceError when there is no such one.

    No other text of a document that lost something comes along, such as a comment.
    """
    documents = tuple(documents)
    rungs = ladder(documents)
    if audience not in rungs:
        raise UnknownAudienceError(audience, rungs)
    allowed = frozenset(rungs[: rungs.index(audience) + 1])
    closed = {d.path: [one for one in labels(d) if one.name not in allowed] for d in documents}
    staying = _staying(
        documents, {path for path, found in closed.items() if any(() in o.pointers for o in found)}
    )
    cuts = [_cut(document, closed[document.path], audience) for document in staying]
    lost = {kind: sum(d.kind == kind for d in documents) - sum(d.kind == kind for d in staying)
            for kind in ("service", "runbook", "drill")}  # fmt: skip
    left_out = LeftOut(lost["service"], lost["runbook"], lost["drill"], sum(count for _, count in cuts))
    return Readable(audience, tuple(document for document, _ in cuts), left_out)


def evidence_of(
    kept: Mapping[str, Kept],
    runbooks: Iterable[CompiledRunbook],
    drills: Collection[str],
    services: Iterable[Service] = (),
    answering: Mapping[str, str | None] | None = None,
) -> dict[str, Kept]:
    """The evidence of runbooks that are read, without the names of steps, controls and drills that are not.

    ``answering``: by drill, those that are not read too, the runbook that its truth names.
    """
    runbooks = tuple(runbooks)
    ids = {one.runbook.id for one in runbooks}
    controls = {service.id: {control.id for control in service.controls} for service in services}
    found: dict[str, Kept] = {}
    for one in runbooks:
        if one.runbook.id in kept:
            signals = {signal.id for signal in one.runbook.detection.signals}
            of_service = controls.get(one.runbook.service, ())
            paths = {path.id for path in one.runbook.containment.paths}
            known = Known(drills, ids, signals, one.parts, of_service, answering or {}, paths)
            held = kept[one.runbook.id]
            found[one.runbook.id] = dataclasses.replace(
                held,
                exercises=tuple(_told(done, one.parts, drills) for done in held.exercises),
                proof=None if held.proof is None else told(held.proof, known),
            )
    return found


def _told(exercise: Exercise, parts: Collection[str], drills: Collection[str]) -> Exercise:
    known = {id: hash for id, hash in exercise.parts.items() if id in parts}
    drill = exercise.drill if exercise.drill in drills else ""
    return dataclasses.replace(exercise, parts=known, drill=drill)


def _ways(holder: Any, labelled: Sequence[str]) -> list[Pointer]:
    """The ways that keys such as ``teams.contact`` stand for, through every item of lists between."""
    return [way for keys in labelled for way in _along(holder, keys.split("."))]


def _along(value: Any, keys: Sequence[str], way: Pointer = ()) -> Iterator[Pointer]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _along(item, keys, (*way, index))
    elif not keys:
        yield way
    elif isinstance(value, Mapping) and keys[0] in value:
        inner = value[keys[0]]
        # A list that is labelled itself goes as one.
        yield from [(*way, keys[0])] if len(keys) == 1 else _along(inner, keys[1:], (*way, keys[0]))


def _staying(documents: Sequence[Document], closed: Collection[str]) -> list[Document]:
    """The documents that are not closed, and are not about a service or a runbook that is."""
    gone = {(d.kind, d.name) for d in documents if d.path in closed}
    gone |= {("runbook", d.name) for d in documents if _about(d, "service") in gone and d.kind == "runbook"}
    return [
        document
        for document in documents
        if (document.kind, document.name) not in gone
        and document.path not in closed
        and not gone & {_about(document, "service"), _about(document, "runbook")}
    ]


def _about(document: Document, kind: str) -> tuple[str, str]:
    """The service, or the runbook that a drill's truth names."""
    holder = document.data.get("truth", {}) if kind == "runbook" else document.data
    return kind, str(holder.get(kind) or "")


def _cut(document: Document, closed: Sequence[Label], audience: str) -> tuple[Document, int]:
    """A document without what is closed, and how many things that was."""
    if not closed:
        return document, 0
    gone = {label.holder for label in closed if not label.ways}
    words = {
        pointer: f"Kept from '{audience}': classified '{label.name}'."
        for label in closed
        if label.ways
        for pointer in label.pointers
    }
    gone |= set(_waivers_of(document, [*gone, *(label.holder for label in closed if label.holder)]))
    moved: dict[Pointer, Pointer] = {}
    data = _copied(document.data, (), (), gone, words, moved)
    cut = dataclasses.replace(
        document,
        data=data,
        values={moved[old]: place for old, place in document.values.items() if old in moved},
        keys={moved[old]: place for old, place in document.keys.items() if old in moved},
        text="",
    )
    return cut, _outermost(gone) + len({label.holder for label in closed if label.ways} - gone)


def _outermost(gone: Collection[Pointer]) -> int:
    return sum(not any(pointer[:length] in gone for length in range(len(pointer))) for pointer in gone)


def _waivers_of(document: Document, closed: Sequence[Pointer]) -> Iterator[Pointer]:
    """The waivers about what is closed: they name it."""
    for index, waiver in enumerate(document.data.get("waivers", ())):
        part = waivers.part_of(document, waiver.get("at", "")) or ()
        if any(part[: len(pointer)] == pointer for pointer in closed):
            yield ("waivers", index)


def _copied(
    value: Any,
    old: Pointer,
    new: Pointer,
    gone: Collection[Pointer],
    words: Mapping[Pointer, str],
    moved: dict[Pointer, Pointer],
) -> Any:
    """A value without what is gone; ``moved`` is filled with where everything else stands now."""
    moved[old] = new
    if old in words:
        return _withheld(value, words[old])
    if isinstance(value, Mapping):
        return {
            key: _copied(item, (*old, key), (*new, key), gone, words, moved)
            for key, item in value.items()
            if (*old, key) not in gone
        }
    if isinstance(value, list):
        stays = [index for index in range(len(value)) if (*old, index) not in gone]
        return [
            _copied(value[index], (*old, index), (*new, place), gone, words, moved)
            for place, index in enumerate(stays)
        ]
    return value


def _withheld(value: Any, words: str) -> Any:
    """What stands in place of a value: of a text, why it is not there; of a list, an empty one."""
    return words if isinstance(value, str) else []
