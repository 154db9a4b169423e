"""All documents of a repository with what their schemas say of them: what every check looks at."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator import schemas
from generator.load import Loaded
from generator.model import Runbook
from generator.schemas import Reading
from generator.source import Document, Pointer
from generator.values import structure

_STRUCTURAL = {"unknown-key", "missing-key", "wrong-type"}


@dataclass(frozen=True)
class Sources:
    """The documents that could be read, and their readings by path."""

    root: Path
    documents: tuple[Document, ...]
    readings: Mapping[str, Reading]

    @classmethod
    def of(cls, loaded: Loaded) -> Sources:
        """Read every document in the eyes of its schema."""
        readings = {document.path: schemas.read(document) for document in loaded.documents}
        return cls(loaded.root, loaded.documents, readings)

    def of_kind(self, kind: str) -> Iterator[Document]:
        """The documents of a kind, those with problems among them."""
        return (document for document in self.documents if document.kind == kind)

    def sound(self, kind: str) -> Iterator[Document]:
        """The documents of a kind that say what their schema asks for."""
        return (d for d in self.of_kind(kind) if d.whole and not self.readings[d.path].problems)

    def is_complete(self, document: Document) -> bool:
        """Whether every name that it defines can be seen: no key is lost in it."""
        problems = self.readings[document.path].problems
        return document.whole and not any(problem.kind in _STRUCTURAL for problem in problems)

    def homes(self, namespace: str, document: Document) -> Sequence[Document]:
        """The documents that define the names a document may use in that namespace."""
        scope, _, name = namespace.partition(".")
        if scope == "catalogue":
            return list(self.of_kind(name))
        if scope == document.kind:
            return [document]
        if scope == "service":
            service = self.service_of(document)
            return [] if service is None else [service]
        return list(self.of_kind(scope)) if scope == "organization" else []

    def service_of(self, document: Document) -> Document | None:
        """The service that a document is about; a service is about itself."""
        name = document.name if document.kind == "service" else document.data.get("service")
        return next((d for d in self.of_kind("service") if d.name == name), None)

    def names(self, namespace: str, document: Document) -> frozenset[str]:
        """The names that a document may use in that namespace."""
        homes = self.homes(namespace, document)
        if namespace.startswith("catalogue."):
            return frozenset(home.name for home in homes)
        return frozenset(name for home in homes for name in self._defined[home.path].get(namespace, ()))

    def pointer(self, document: Document, namespace: str, name: str) -> Pointer:
        """Where a document defines a name; the top when it does not."""
        for definition in self.readings[document.path].definitions:
            if definition.namespace == namespace and definition.name == name:
                return definition.pointer
        return ()

    @functools.cached_property
    def _defined(self) -> Mapping[str, Mapping[str, set[str]]]:
        defined: dict[str, dict[str, set[str]]] = {}
        for path, reading in self.readings.items():
            spaces = defined.setdefault(path, {})
            for definition in reading.definitions:
                spaces.setdefault(definition.namespace, set()).add(definition.name)
        return defined

    @functools.cached_property
    def runbooks(self) -> Mapping[str, Runbook]:
        """The sound runbooks as values, by path."""
        return {d.path: structure(d.data, Runbook) for d in self.sound("runbook")}


def mappings(value: Any, pointer: Pointer = ()) -> Iterable[tuple[Pointer, dict[str, Any]]]:
    """Every mapping inside some data, outside in, with the way to it."""
    if isinstance(value, dict):
        yield pointer, value
        for key, item in value.items():
            yield from mappings(item, (*pointer, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from mappings(item, (*pointer, index))
