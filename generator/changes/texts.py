"""A document in, the data that are compared out: with every value that was left out filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator import schemas
from generator.model import Drill, Organization, Runbook, Service
from generator.schemas import Reading
from generator.source import Document
from generator.values import StructureError, plain, structure

_TYPES: Mapping[str, type[Drill] | type[Organization] | type[Runbook] | type[Service]] = {
    "drill": Drill,
    "organization": Organization,
    "runbook": Runbook,
    "service": Service,
}


@dataclass(frozen=True, slots=True)
class Text:
    """One source at one time."""

    document: Document
    reading: Reading
    whole: Mapping[str, Any] | None
    """With the values that were left out; None when the source is not what its schema asks for."""

    @classmethod
    def of(cls, document: Document) -> Text:
        reading = schemas.read(document)
        sound = document.whole and not reading.problems
        return cls(document, reading, _filled(document) if sound else None)


def _filled(document: Document) -> Mapping[str, Any] | None:
    try:
        filled: Mapping[str, Any] = plain(structure(document.data, _TYPES[document.kind]))
    except StructureError:
        return None
    return filled


def alike(old: Text, new: Text) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The data of both in one form: filled in when both can be, else as they were written."""
    if old.whole is not None and new.whole is not None:
        return old.whole, new.whole
    return old.document.data, new.document.data
