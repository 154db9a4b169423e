"""One identity: the ``id`` of a document is the name of its file or folder, and no other has it."""

from __future__ import annotations

from collections.abc import Iterator

from generator.checks.sources import Sources
from generator.source import Document, Finding, Severity

name = "names"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Documents whose id and file name differ, and drills of one name."""
    for document in sources.documents:
        id = document.data.get("id")
        if any(problem.pointer == ("id",) for problem in sources.readings[document.path].problems):
            continue  # one that is malformed is the name of nothing
        if document.kind != "organization" and isinstance(id, str) and id != document.name:
            thing = "folder" if document.kind == "runbook" else "file"
            message = f"the id '{id}' is not the name of the {thing}, '{document.name}'"
            yield Finding(
                document.place(("id",)), name, severity, message, f"rename one of them: id: {document.name}"
            )
    yield from _twins(sources)


def _twins(sources: Sources) -> Iterator[Finding]:
    seen: dict[str, Document] = {}
    for drill in sources.of_kind("drill"):
        first = seen.setdefault(drill.name, drill)
        if first is not drill:
            message = f"the drill '{drill.name}' is there twice"
            yield Finding(drill.place(("id",)), name, severity, message, f"the other one is {first.path}")
