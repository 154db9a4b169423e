"""The sources of two times in; every change, grouped by file, what hurts most first, out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from generator.changes import renames, rules
from generator.changes.change import Change, Comparison, Group, Weight
from generator.changes.drills import DRILL
from generator.changes.nouns import Noun, Pair, compare
from generator.changes.organizations import ORGANIZATION
from generator.changes.panels import compare_panels
from generator.changes.renames import Renames
from generator.changes.runbooks import RUNBOOK
from generator.changes.services import SERVICE
from generator.changes.texts import Text, alike
from generator.load import load
from generator.source import Document, DocumentKind, Place

NOUNS: Mapping[DocumentKind, Noun] = {
    "organization": ORGANIZATION,
    "service": SERVICE,
    "runbook": RUNBOOK,
    "drill": DRILL,
}
"""In this order names are looked for: what refers comes after what it refers to."""
_CALLED = {"node": "step", "policy": "escalation policy", "field": "field"}
_COMES = {"runbook": Weight.PLAN, "service": Weight.PLAN, "drill": Weight.PEOPLE}
_GOES = {"runbook": Weight.SAFETY, "service": Weight.SAFETY, "drill": Weight.PEOPLE}


@dataclass(slots=True)
class _Gathered:
    changes: dict[tuple[DocumentKind, str, str], list[Change]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def add(self, document: Document, changes: Iterable[Change]) -> None:
        key = (document.kind, document.name, document.path)
        self.changes.setdefault(key, []).extend(changes)


def compare_roots(old: Path, new: Path, *, since: str, paths: Sequence[str] = ()) -> Comparison:
    """What changed from one folder with ``runbooks/`` to another; ``paths`` limit what is told."""
    before, after = load(old), load(new)
    gathered = _Gathered()
    _compare_documents(before.documents, after.documents, gathered, since)
    for document in after.documents:
        if document.kind == "service":
            gathered.add(document, compare_panels(old, new, document))
    for path, change in rules.newly_broken(before, after):
        gathered.add(_document_of(path, after.documents), [change])
    return Comparison(since, _grouped(gathered, paths), tuple(gathered.left_out))


def compare_documents(old: Iterable[Document], new: Iterable[Document]) -> tuple[Group, ...]:
    """The same for documents at hand, without what only files and rules show."""
    gathered = _Gathered()
    _compare_documents(old, new, gathered, "then")
    return _grouped(gathered, ())


def _compare_documents(
    old: Iterable[Document], new: Iterable[Document], gathered: _Gathered, since: str
) -> None:
    olds = [document for document in old if _can_be_read(document, since, gathered)]
    news = [document for document in new if _can_be_read(document, "now", gathered)]
    known = Renames()
    by_service: dict[str, Renames] = {}
    in_runbooks: dict[str, Renames] = {}
    for kind in NOUNS:
        pairs = [*_paired(kind, olds, news, gathered, known)]
        for was, now in pairs:
            service = str(now.data.get("service"))
            scope = (in_runbooks if kind == "drill" else by_service).get(service, Renames())
            held = Renames({**known.names, **scope.names})
            gathered.add(now, compare_texts(Text.of(was), Text.of(now), held))
            if kind == "organization":
                known.names.update(held.within({"organization"}).names)
            elif kind == "service":
                by_service[now.name] = in_runbooks[now.name] = held.within({"service"})
            elif kind == "runbook":
                in_runbooks[service] = held.within({"service", "runbook"})


def _can_be_read(document: Document, when: str, gathered: _Gathered) -> bool:
    if not document.whole:
        extent = "only in part" if document.data else "not at all"
        gathered.left_out.append(f"{document.path} can be read {extent} ({when}); so it is compared")
    if document.data:
        return True
    gathered.left_out[-1:] = [f"{document.path} cannot be read ({when}), and is left out"]
    return False


def _paired(
    kind: DocumentKind, old: Sequence[Document], new: Sequence[Document], gathered: _Gathered, known: Renames
) -> Iterator[tuple[Document, Document]]:
    """The documents of both times that are the same one; those that came and went are noted."""
    was = {document.name: document for document in old if document.kind == kind}
    now = {document.name: document for document in new if document.kind == kind}
    come = [document for name, document in now.items() if name not in was]
    for name, document in was.items():
        if name in now:
            yield document, now[name]
            continue
        twin = next((other for other in come if _is_twin(document, other)), None)
        if twin is None:
            place = Place(document.path)
            text = f"the {kind} {name} is gone"
            gathered.add(document, [Change(text, _GOES.get(kind, Weight.SAFETY), place, name, was=True)])
        else:
            come.remove(twin)
            known.add(f"catalogue.{kind}", name, twin.name)
            yield document, twin
    for document in come:
        text = f"the {kind} {document.name} is new: {document.data.get('title', 'without a title')}"
        gathered.add(
            document, [Change(text, _COMES.get(kind, Weight.PLAN), Place(document.path), document.name)]
        )


def _is_twin(old: Document, new: Document) -> bool:
    return {**old.data, "id": None} == {**new.data, "id": None}


def compare_texts(old: Text, new: Text, known: Renames | None = None) -> Iterator[Change]:
    """What changed of one source; renames that are ``known`` are nothing new, and those found are added."""
    known = Renames() if known is None else known
    was, now = alike(old, new)
    for renamed in renames.find(old, new, (was, now), known):
        noun = _CALLED.get(renamed.noun, renamed.noun)
        place = new.document.place(renamed.pointer)
        text = f"{noun} {renamed.old} is now called {renamed.new}"
        yield Change(text, Weight.WORDS, place, renamed.new)
    # In the new text too: a reference that was left behind breaks a rule, and that is said.
    was, now = renames.rewritten(old, was, known), renames.rewritten(new, now, known)
    yield from compare(NOUNS[new.document.kind], Pair(was, now, (), (), old.document, new.document))


def _document_of(path: str, documents: Iterable[Document]) -> Document:
    """The source at a path; one of the organization's stands for what is no source."""
    for document in documents:
        if document.path == path:
            return document
    return Document(path, "organization", "organization", {})


def _grouped(gathered: _Gathered, paths: Sequence[str]) -> tuple[Group, ...]:
    order = list(NOUNS)
    groups = [
        Group(kind, name, path, _sorted(changes))
        for (kind, name, path), changes in gathered.changes.items()
        if changes and (not paths or any(_within(path, place) for place in paths))
    ]
    return tuple(sorted(groups, key=lambda g: (g.changes[0].weight, -order.index(g.kind), g.name)))


def _sorted(changes: Iterable[Change]) -> tuple[Change, ...]:
    """What hurts most first; each line once."""
    once: dict[tuple[str, str], Change] = {}
    for change in sorted(changes, key=lambda change: (change.weight, change.place)):
        once.setdefault((change.text, change.detail), change)
    return tuple(once.values())


def _within(path: str, place: str) -> bool:
    return place in (".", path) or path.startswith(f"{place}/")
