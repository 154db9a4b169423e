"""A file with a catalogue in, the catalogue out, when it holds together as sources would have to."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from generator import kinds
from generator.catalogue_file import read
from generator.checks import CHECKS, FIRM
from generator.checks.sources import Sources
from generator.given import MAXIMUM_BYTES, GivenError
from generator.load import Loaded
from generator.model import Catalogue, CompiledRunbook, Drill, PanelRows, Runbook, Service
from generator.plan import plan_of
from generator.queries import query_of
from generator.source import Document, DocumentKind
from generator.values import brief

_MOST_SHOWN = 10


def load_file(path: Path) -> Catalogue:
    """The catalogue in a file; GivenError when there is none, or what it says cannot be.

    What was compiled is compiled again and has to be the same; the hashes are taken as they are given,
    since they are those of the sources.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise GivenError(f"{path}: {error.strerror}") from error
    catalogue = read(content, path=str(path))
    problems = [*_broken(catalogue)] or [*_compiled_otherwise(catalogue)]
    if problems:
        more = [f"and {len(problems) - _MOST_SHOWN} more"] if len(problems) > _MOST_SHOWN else []
        raise GivenError("\n".join(f"{path}: {one}" for one in [*problems[:_MOST_SHOWN], *more]))
    return catalogue


def _broken(catalogue: Catalogue) -> Iterator[str]:
    """What the rules that nobody may waive have against it; a source in it is named by its kind and id."""
    with tempfile.TemporaryDirectory(prefix="catalogue-") as folder:
        root = Path(folder)
        documents = []
        for number, service in enumerate(catalogue.services):
            # Under a name of our own: the one in the file may lead anywhere.
            file = f"panel-{number}.csv"
            _write_panel(root / "runbooks" / "services" / file, catalogue.panels.get(service.id))
            panel = replace(service.profile.panel, file=file)
            documents.append(_document(replace(service, profile=replace(service.profile, panel=panel))))
        documents += [_document(compiled.runbook) for compiled in catalogue.runbooks]
        documents += [_document(drill) for drill in catalogue.drills]
        organization = brief(catalogue.organization)
        documents.append(Document("organization", "organization", "organization", organization))
        yield from _twice(documents)
        sources = Sources.of(Loaded(root, tuple(documents), ()))
        for rule in CHECKS:
            if rule.name in FIRM:
                for found in rule.check(sources):
                    yield f"{found.place.path}: {found.message}" + (f" ({found.hint})" if found.hint else "")


def _document(thing: Service | Runbook | Drill) -> Document:
    kind: DocumentKind = (
        "service" if isinstance(thing, Service) else "runbook" if isinstance(thing, Runbook) else "drill"
    )
    return Document(f"{kind} {thing.id}", kind, thing.id, brief(thing))


def _twice(documents: list[Document]) -> Iterator[str]:
    paths = [document.path for document in documents]
    yield from (f"{path}: it stands here twice" for path in dict.fromkeys(paths) if paths.count(path) > 1)


def _write_panel(file: Path, rows: PanelRows | None) -> None:
    if rows is None:
        return  # the check of panels says so
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(rows.columns)
    lines.writerows(zip(*rows.columns.values(), strict=True))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.getvalue(), encoding="utf-8")


def _compiled_otherwise(catalogue: Catalogue) -> Iterator[str]:
    """Plans and queries that are not what the texts beside them say."""
    for compiled in catalogue.runbooks:
        about = f"runbook {compiled.runbook.id}"
        if compiled.plan != plan_of(compiled.runbook):
            yield f"{about}: the plan is not the one of its steps"
        if compiled.queries != _queries(catalogue, compiled):
            yield f"{about}: the queries are not the ones of its signals"


def _queries(catalogue: Catalogue, compiled: CompiledRunbook) -> object:
    table, service = kinds.load("signals"), catalogue.service(compiled.runbook.service)
    return {signal.id: query_of(signal, service, table) for signal in compiled.runbook.detection.signals}
