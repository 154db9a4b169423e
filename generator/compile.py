"""Checked documents in, the catalogue out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from generator import kinds
from generator.load import load
from generator.model import Catalogue, CompiledRunbook, Drill, Organization, Runbook, Service
from generator.panel import read_text, rows_of
from generator.plan import plan_of
from generator.queries import query_of
from generator.source import Document, Finding, Pointer
from generator.values import structure

T = TypeVar("T", Drill, Service, Runbook)
ReadPanel = Callable[[str], str]


class SourceErrors(Exception):  # noqa: N818
    """Sources with errors cannot be compiled; ``findings`` says which."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = tuple(findings)


def load_catalogue(root: Path) -> Catalogue:
    """The catalogue of a repository; SourceErrors when its sources have errors."""
    from generator.check import check

    loaded = load(root)
    errors = [finding for finding in check(loaded) if finding.severity == "error"]
    if errors:
        raise SourceErrors(errors)
    return compile(loaded.documents, root)


def compile(documents: Iterable[Document], root: Path, *, read_panel: ReadPanel | None = None) -> Catalogue:
    """The catalogue of documents without errors; ``read_panel`` gives the text of a panel's file."""
    documents = tuple(documents)
    read = read_panel or (lambda file: read_text(root, file))
    organization = next(d for d in documents if d.kind == "organization")
    services = _structured(documents, "service", Service)
    texts = {service.id: read(service.profile.panel.file) for service in services}
    runbooks = tuple(
        _compiled(runbook, document, next(s for s in services if s.id == runbook.service))
        for runbook, document in zip(
            _structured(documents, "runbook", Runbook), _of_kind(documents, "runbook"), strict=True
        )
    )
    return Catalogue(
        organization=structure(organization.data, Organization),
        services=services,
        runbooks=runbooks,
        drills=_structured(documents, "drill", Drill),
        panels={id: rows_of(text) for id, text in texts.items()},
        hash=_catalogue_hash(documents, texts),
        places={key: place for d in _of_kind(documents, "runbook") for key, place in _places(d)},
    )


def content_hash(data: Any) -> str:
    """SHA-256 of what data says, blind to order of keys, layout and comments.

    >>> content_hash({"a": 1, "b": 2.0}) == content_hash({"b": 2, "a": 1.0})
    True
    """
    text = json.dumps(_canonical(data), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(value: Any) -> Any:
    """One way to write each number: 2.0 is 2."""
    if isinstance(value, Mapping):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_canonical(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _of_kind(documents: Sequence[Document], kind: str) -> list[Document]:
    """The documents of a kind by name, wherever their files stand."""
    return sorted((d for d in documents if d.kind == kind), key=lambda d: d.name)


def _structured(documents: Sequence[Document], kind: str, type_: type[T]) -> tuple[T, ...]:
    return tuple(structure(document.data, type_) for document in _of_kind(documents, kind))


def _compiled(runbook: Runbook, document: Document, service: Service) -> CompiledRunbook:
    table = kinds.load("signals")
    queries = {signal.id: query_of(signal, service, table) for signal in runbook.detection.signals}
    hash, parts = content_hash(document.data), dict(_parts(document.data))
    return CompiledRunbook(runbook, plan_of(runbook), queries, hash, parts)


def _parts(value: Any) -> Iterator[tuple[str, str]]:
    """The content hash of every step and decision inside some data, by its id."""
    if isinstance(value, dict):
        if "id" in value and ("do" in value or "decide" in value):
            yield value["id"], content_hash(value)
        for item in value.values():
            yield from _parts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _parts(item)


def _catalogue_hash(documents: Sequence[Document], panels: Mapping[str, str]) -> str:
    content = {f"{d.kind}/{d.name}": content_hash(d.data) for d in documents}
    texts = {id: hashlib.sha256(text.encode()).hexdigest() for id, text in panels.items()}
    return content_hash({"documents": content, "panels": texts})


def _places(document: Document) -> Iterator[tuple[str, str]]:
    """``<runbook>/<id>`` and the place of everything in a runbook that has an id."""
    for pointer, id in _ids(document.data):
        yield f"{document.name}/{id}", str(document.place(pointer))


def _ids(value: Any, pointer: Pointer = ()) -> Iterator[tuple[Pointer, str]]:
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        if "id" in value and pointer:
            yield (*pointer, "id"), value["id"]
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, item in items:
        yield from _ids(item, (*pointer, key))
