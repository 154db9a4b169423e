"""All documents of a repository with what their schemas say of them: what every check looks at."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator import inside, schemas
from generator.checks.healthy import Healthy, healthy_of
from generator.checks.measured import MeasuredSignal
from generator.checks.signals import measured_signals
from generator.load import Loaded
from generator.model import PanelRows, Runbook, Service
from generator.panel import PanelError, read_text, rows_of
from generator.schemas import Definition, Reading
from generator.source import Document, Place, Pointer
from generator.values import structure
from generator.ways import Ways

_STRUCTURAL = {"unknown-key", "missing-key", "wrong-type"}
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sources:
    """The documents that could be read, and their readings by path."""

    root: Path
    documents: tuple[Document, ...]
    readings: Mapping[str, Reading]
    passed_over: frozenset[tuple[str, str]] = frozenset()
    """Kinds and names of documents that are there, and that nothing asked for depends on."""

    @classmethod
    def of(cls, loaded: Loaded) -> Sources:
        """Read every document in the eyes of its schema."""
        readings = {document.path: schemas.read(document) for document in loaded.documents}
        return cls(loaded.root, loaded.documents, readings, frozenset(loaded.passed_over))

    def of_kind(self, kind: str) -> Iterator[Document]:
        """The documents of a kind, those with problems among them."""
        return iter(self._of_kind.get(kind, ()))

    @functools.cached_property
    def _of_kind(self) -> Mapping[str, Sequence[Document]]:
        found: dict[str, list[Document]] = {}
        for document in self.documents:
            found.setdefault(document.kind, []).append(document)
        return found

    def named(self, kind: str) -> frozenset[str]:
        """The names of all documents of a kind, those that were passed over among them."""
        return self._named.get(kind, frozenset())

    @functools.cached_property
    def _named(self) -> Mapping[str, frozenset[str]]:
        named: dict[str, set[str]] = {}
        for kind, name in (*((d.kind, d.name) for d in self.documents), *self.passed_over):
            named.setdefault(kind, set()).add(name)
        return {kind: frozenset(names) for kind, names in named.items()}

    def sound(self, kind: str) -> Iterator[Document]:
        """The documents of a kind that say what their schema asks for."""
        return (document for document in self.of_kind(kind) if self.is_sound(document))

    def is_sound(self, document: Document) -> bool:
        """Whether a document says what its schema asks for."""
        return document.whole and not self.readings[document.path].problems

    def is_complete(self, document: Document) -> bool:
        """Whether every name that it defines can be seen: no key is lost in it."""
        return document.path in self._complete

    @functools.cached_property
    def _complete(self) -> frozenset[str]:
        return frozenset(
            document.path
            for document in self.documents
            if document.whole
            and not any(problem.kind in _STRUCTURAL for problem in self.readings[document.path].problems)
        )

    def homes(self, namespace: str, document: Document) -> Sequence[Document]:
        """The documents that define the names a document may use in that namespace."""
        scope, _, name = namespace.partition(".")
        if scope == "catalogue":
            return self._of_kind.get(name, ())
        if scope == document.kind:
            return (document,)
        if scope == "service":
            service = self.service_of(document)
            return () if service is None else (service,)
        return self._of_kind.get(scope, ()) if scope == "organization" else ()

    @property
    def organization(self) -> Document | None:
        """The organization, when it says what its schema asks for."""
        return next(self.sound("organization"), None)

    def document(self, kind: str, name: str) -> Document | None:
        """The document of that kind and name."""
        return self._by_name.get((kind, name))

    @functools.cached_property
    def _by_name(self) -> Mapping[tuple[str, str], Document]:
        return {(document.kind, document.name): document for document in reversed(self.documents)}

    def service_of(self, document: Document) -> Document | None:
        """The service that a document is about; a service is about itself."""
        name = document.name if document.kind == "service" else document.data.get("service")
        return self.document("service", name) if isinstance(name, str) else None

    def sound_service_of(self, document: Document) -> Document | None:
        """The service that a document is about, when it says what its schema asks for."""
        service = self.service_of(document)
        return service if service is not None and self.is_sound(service) else None

    def names(self, namespace: str, document: Document) -> frozenset[str]:
        """The names that a document may use in that namespace."""
        if namespace.startswith("catalogue."):
            return self.named(namespace.partition(".")[2])
        found = [self._defined[home.path].get(namespace, _NONE) for home in self.homes(namespace, document)]
        return found[0] if len(found) == 1 else _NONE.union(*found)

    def unused(self, namespace: str, document: Document) -> frozenset[str]:
        """The names of that namespace that nothing refers to, and should: maybe they were renamed."""
        names: set[str] = set()
        for home in self.homes(namespace, document):
            used = self._used.get(home.path if home is document else "", set())
            names |= {
                definition.name
                for definition in self.readings[home.path].definitions
                # Most steps and phases are reached from the one before.
                if definition.namespace == namespace and not {"steps", "phases"} & set(definition.pointer)
                if (namespace, definition.name) not in used
            }
        return frozenset(names)

    def is_muddled(self, namespace: str, document: Document) -> bool:
        """Whether a name of that namespace is malformed or given twice; what is unknown then follows from it."""
        return any(namespace in self._muddled[home.path] for home in self.homes(namespace, document))

    def pointer(self, document: Document, namespace: str, name: str) -> Pointer:
        """Where a document defines a name; the top when it does not."""
        for definition in self.readings[document.path].definitions:
            if definition.namespace == namespace and definition.name == name:
                return definition.pointer
        return ()

    @functools.cached_property
    def _defined(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """The names that a document defines, by its path and their namespace."""
        return {path: _by_namespace(reading.definitions) for path, reading in self.readings.items()}

    @functools.cached_property
    def _used(self) -> Mapping[str, set[tuple[str, str]]]:
        """Namespaces and names that are referred to, by the path of who does; under "", by anybody."""
        used: dict[str, set[tuple[str, str]]] = {}
        for path, reading in self.readings.items():
            found = {(space, one.name) for one in reading.references for space in one.namespaces}
            used.setdefault("", set()).update(found)
            used[path] = found
        return used

    @functools.cached_property
    def _muddled(self) -> Mapping[str, set[str]]:
        muddled: dict[str, set[str]] = {}
        for path, reading in self.readings.items():
            wrong = {problem.pointer for problem in reading.problems}
            malformed = {d.namespace for d in reading.definitions if d.pointer in wrong}
            muddled[path] = malformed | {later.namespace for later, _ in repeated(reading.definitions)}
        return muddled

    @functools.cached_property
    def texts(self) -> Mapping[str, Sequence[tuple[Pointer, str]]]:
        """Every text in each document, with the way to it, by path."""
        return {document.path: inside.texts(document.data) for document in self.documents}

    @functools.cached_property
    def mappings(self) -> Mapping[str, Sequence[tuple[Pointer, dict[str, Any]]]]:
        """Every mapping in each document, with the way to it, by path."""
        return {document.path: inside.mappings(document.data) for document in self.documents}

    @functools.cached_property
    def runbooks(self) -> Mapping[str, Runbook]:
        """The sound runbooks as values, by path."""
        return {d.path: structure(d.data, Runbook) for d in self.sound("runbook")}

    @functools.cached_property
    def services(self) -> Mapping[str, Service]:
        """The sound services as values, by path."""
        return {d.path: structure(d.data, Service) for d in self.sound("service")}

    @functools.cached_property
    def healthy(self) -> Mapping[str, Healthy]:
        """What is ordinary for each sound service, by its path."""
        panels = {path: None if isinstance(one, PanelError) else one for path, one in self.panels.items()}
        return {path: healthy_of(one, panels[path]) for path, one in self.services.items()}

    @functools.cached_property
    def panels(self) -> Mapping[str, PanelRows | PanelError]:
        """The panel of each sound service, or why there is none, by its path."""
        return {path: self._panel(one.profile.panel.file) for path, one in self.services.items()}

    def _panel(self, file: str) -> PanelRows | PanelError:
        try:
            return rows_of(read_text(self.root, file))
        except PanelError as error:
            return error

    @functools.cached_property
    def measured(self) -> Mapping[str, tuple[MeasuredSignal, ...]]:
        """The signals of sound runbooks on sound services whose behaviour can be told, by path."""
        found: dict[str, tuple[MeasuredSignal, ...]] = {}
        for document in self.sound("runbook"):
            service = self.service_of(document)
            if service is not None and service.path in self.healthy:
                signals = self.runbooks[document.path].detection.signals
                found[document.path] = tuple(measured_signals(signals, self.healthy[service.path]))
        return found

    @functools.cached_property
    def ways(self) -> Mapping[str, Ways]:
        """The ways through the sound runbooks, by path; those that are not whole among them."""
        return {path: Ways.of(runbook) for path, runbook in self.runbooks.items()}

    def walked(self) -> Iterator[tuple[Document, Ways]]:
        """The runbooks whose plan can be walked, since it is whole, each with its ways.

        One that names a control that there is not is left alone, too: whatever is said of it would follow from that.
        """
        found = ((d, self.ways[d.path]) for d in self.of_kind("runbook") if d.path in self.ways)
        return ((d, ways) for d, ways in found if ways.is_whole and not self._names_no_control(d))

    def _names_no_control(self, document: Document) -> bool:
        """Whether a control that is named is none that the service is seen to have."""
        used = self._used.get(document.path, set())
        named = {name for namespace, name in used if namespace == "service.control"}
        return self.service_of(document) is not None and not named <= self.names("service.control", document)

    def served(self) -> Iterator[tuple[Document, Ways, Service]]:
        """The same, each with its service; without those whose service is not sound."""
        for document, ways in self.walked():
            service = self.service_of(document)
            if service is not None and service.path in self.services:
                yield document, ways, self.services[service.path]

    def node_place(self, document: Document, id: str, *keys: str) -> Place:
        """Where a step, decision or phase of a runbook stands, or else something in it, else its id."""
        pointer = self.pointer(document, "runbook.node", id)
        wanted = (*pointer[:-1], *keys)
        return document.place(wanted if keys and wanted in document.values else pointer)


def _by_namespace(definitions: Iterable[Definition]) -> Mapping[str, frozenset[str]]:
    spaces: dict[str, set[str]] = {}
    for definition in definitions:
        spaces.setdefault(definition.namespace, set()).add(definition.name)
    return {space: frozenset(names) for space, names in spaces.items()}


def repeated(definitions: Iterable[Definition]) -> Iterator[tuple[Definition, Definition]]:
    """Each definition of a name that was defined before, and the one before."""
    first: dict[tuple[object, ...], Definition] = {}
    for definition in definitions:
        scope = _list_of(definition) if definition.again else ()
        earlier = first.setdefault((definition.namespace, definition.name, scope), definition)
        if earlier is not definition:
            yield definition, earlier


def _list_of(definition: Definition) -> Pointer:
    """The way to the list in which a name is defined."""
    indexes = [i for i, part in enumerate(definition.pointer) if isinstance(part, int)]
    return definition.pointer[: indexes[-1]] if indexes else definition.pointer
