"""Checked documents in, the catalogue out."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from generator import kinds
from generator.audience import LeftOut, Readable, evidence_of, readable, site_audience
from generator.content import content_hash, part_hashes
from generator.evidence import kept
from generator.evidence.holding import outdated, present
from generator.inside import mappings
from generator.load import Loaded, load, load_one
from generator.model import (
    Catalogue,
    CompiledRunbook,
    Drill,
    Kept,
    Organization,
    PanelRows,
    Runbook,
    Service,
)
from generator.panel import read_text, rows_of
from generator.plan import plan_of
from generator.queries import query_of
from generator.source import Document, Finding
from generator.values import structure

T = TypeVar("T", Drill, Service, Runbook)
ReadPanel = Callable[[str], str]
_MOST_PANELS = 8
_TUNED = ("threshold", "hold_minutes", "severity")


class SourceErrors(Exception):  # noqa: N818
    """Sources with errors cannot be compiled; ``findings`` says which."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = tuple(findings)


def load_catalogue(
    root: Path,
    audience: str | None = None,
    *,
    cached: bool = False,
    forgiven: Collection[str] = (),
    with_evidence: bool = True,
) -> Catalogue:
    """The catalogue of a repository, as far as an audience may read it; None: all of it.

    ``cached``, what earlier calls found clean is not checked again. Errors of ``forgiven`` rules are let pass.
    Who plays drills needs nothing of what is kept beside the runbooks, and that is longer than they are.
    SourceErrors when the sources have errors; UnknownAudienceError when it is no classification of theirs.
    """
    documents = _checked(root, cached=cached, forgiven=forgiven)
    shown = None if audience is None else readable(documents, audience)
    catalogue = compile(documents, root, shown=shown)
    return _with_evidence(catalogue, root, documents) if with_evidence else catalogue


def load_published(
    root: Path, audience: str | None = None, *, cached: bool = False
) -> tuple[Catalogue, LeftOut]:
    """What the site and the exports are made of, and how much was left out; None: for the site's own audience.

    ``cached``, what earlier calls found clean is not checked again.
    """
    documents = _checked(root, cached=cached)
    shown = readable(documents, site_audience(documents) if audience is None else audience)
    return _with_evidence(compile(documents, root, shown=shown), root, documents), shown.left_out


def load_alone(root: Path, runbook: str, audience: str | None = None) -> Catalogue:
    """What the site is made of, of one runbook: a quick look, which the whole must confirm.

    SourceErrors as far as they can be seen without the other sources.
    """
    from generator.check import check

    loaded = load_one(root, runbook)
    documents = _sound(loaded, check(loaded))
    shown = readable(documents, site_audience(documents) if audience is None else audience)
    return _with_evidence(compile(documents, root, shown=shown), root, documents, whole=False)


def _with_evidence(
    catalogue: Catalogue, root: Path, documents: Sequence[Document], *, whole: bool = True
) -> Catalogue:
    """The catalogue with what is kept beside its runbooks, as far as its readers may know of it.

    ``documents`` are all sources, those among them that its readers may not see; ``whole``, none was passed over.
    """
    ids = [one.runbook.id for one in catalogue.runbooks]
    found = {id: _held(kept(root, id), id, documents, root) for id in ids}
    if not whole:  # the other runbooks of its service are not known
        found = {
            id: replace(one, outdated=tuple(set(one.outdated) - {"service"})) for id, one in found.items()
        }
    drills = {drill.id for drill in catalogue.drills}
    if not catalogue.audience:  # who reads everything reads of drills that are gone, too
        drills |= {one.drill for held in found.values() if held.proof for one in held.proof.drills}
    answering = {d.name: d.data["truth"]["runbook"] for d in documents if d.kind == "drill"}
    told = evidence_of(found, catalogue.runbooks, drills, catalogue.services, answering)
    return replace(catalogue, evidence=told)


def _held(held: Kept, id: str, documents: Sequence[Document], root: Path) -> Kept:
    """The same with what its proof no longer holds for."""
    if held.proof is None:
        return held
    runbook = next(d for d in documents if d.kind == "runbook" and d.name == id)
    service = next(d for d in documents if d.kind == "service" and d.name == runbook.data["service"])
    panel = _rows(read_text(root, service.data["profile"]["panel"]["file"]))
    return replace(held, outdated=outdated(held.proof, present(runbook, documents, panel)))


@functools.lru_cache(_MOST_PANELS)
def _rows(text: str) -> PanelRows:
    """Runbooks of one service have one panel."""
    return rows_of(text)


def _checked(root: Path, *, cached: bool = False, forgiven: Collection[str] = ()) -> tuple[Document, ...]:
    from generator.check import check
    from generator.known import check_again, open_cache

    loaded = load(root)
    found = check_again(loaded, open_cache(root)) if cached else check(loaded)
    return _sound(loaded, [finding for finding in found if finding.rule not in forgiven])


def _sound(loaded: Loaded, findings: Sequence[Finding]) -> tuple[Document, ...]:
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise SourceErrors(errors)
    return loaded.documents


def compile(
    documents: Iterable[Document],
    root: Path,
    *,
    read_panel: ReadPanel | None = None,
    shown: Readable | None = None,
) -> Catalogue:
    """The catalogue of documents without errors; ``read_panel`` gives the text of a panel's file.

    With ``shown``, it is the catalogue of that alone; but a runbook keeps the hash of its whole text,
    which is what was reviewed and exercised.
    """
    documents = tuple(documents)
    hashes = {d.path: content_hash(d.data) for d in documents if d.kind == "runbook"}
    documents = documents if shown is None else shown.documents
    read = read_panel or (lambda file: read_text(root, file))
    organization = structure(next(d for d in documents if d.kind == "organization").data, Organization)
    audience = "" if shown is None else shown.audience
    services = _structured(documents, "service", Service)
    texts = {
        service.id: read(service.profile.panel.file)
        for service in services
        if organization.may_read(audience, service.profile.panel.classification)
    }
    runbooks = tuple(
        _compiled(
            runbook, document, next(s for s in services if s.id == runbook.service), hashes[document.path]
        )
        for runbook, document in zip(
            _structured(documents, "runbook", Runbook), _of_kind(documents, "runbook"), strict=True
        )
    )
    return Catalogue(
        organization=organization,
        services=services,
        runbooks=runbooks,
        drills=_structured(documents, "drill", Drill),
        panels={id: rows_of(text) for id, text in texts.items()},
        hash=_catalogue_hash(documents, texts),
        audience=audience,
        places={key: place for d in _of_kind(documents, "runbook") for key, place in _places(d)},
    )


def _of_kind(documents: Sequence[Document], kind: str) -> list[Document]:
    """The documents of a kind by name, wherever their files stand."""
    return sorted((d for d in documents if d.kind == kind), key=lambda d: d.name)


def _structured(documents: Sequence[Document], kind: str, type_: type[T]) -> tuple[T, ...]:
    return tuple(structure(document.data, type_) for document in _of_kind(documents, kind))


def _compiled(runbook: Runbook, document: Document, service: Service, hash: str) -> CompiledRunbook:
    table = kinds.load("signals")
    queries = {signal.id: query_of(signal, service, table) for signal in runbook.detection.signals}
    return CompiledRunbook(runbook, plan_of(runbook), queries, hash, part_hashes(document.data))


def _catalogue_hash(documents: Sequence[Document], panels: Mapping[str, str]) -> str:
    content = {f"{d.kind}/{d.name}": content_hash(d.data) for d in documents}
    texts = {id: hashlib.sha256(text.encode()).hexdigest() for id, text in panels.items()}
    return content_hash({"documents": content, "panels": texts})


def _places(document: Document) -> Iterator[tuple[str, str]]:
    """``<runbook>/<id>`` and the place of everything in a runbook that has an id; and of each objective by its key.

    Of a signal, ``<runbook>/<id>.<key>`` too, for each key that is tuned.
    """
    for pointer, item in mappings(document.data):
        if "id" in item and pointer:
            yield f"{document.name}/{item['id']}", str(document.place((*pointer, "id")))
            for key in _TUNED if "threshold" in item else ():
                yield f"{document.name}/{item['id']}.{key}", str(document.place((*pointer, key), key=True))
    for key in document.data.get("objectives", {}):
        yield f"{document.name}/{key}", str(document.place(("objectives", key), key=True))
