"""Keys, types, ranges and choices are what the schema of a document says."""

from __future__ import annotations

from collections.abc import Iterator

from generator.checks import references
from generator.checks.sources import Sources
from generator.keywords import Problem
from generator.source import Document, Finding, Severity

name = "schema"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """What the schemas have against each document that could be read."""
    for document in sources.documents:
        for problem in sources.readings[document.path].problems:
            # What a broken file seems to lack may stand where it could not be read.
            lacks = problem.kind == "missing-key" and not document.whole
            if not lacks and not (problem.kind == "wrong-value" and _is_unknown(sources, document, problem)):
                yield finding(document, problem)


def _is_unknown(sources: Sources, document: Document, problem: Problem) -> bool:
    """Whether the value is a name that nobody defines: its form matters no more then."""
    return any(
        True
        for reference in sources.readings[document.path].references
        if reference.pointer == problem.pointer
        for _ in references.unknown(sources, document, reference)
    )


def finding(document: Document, problem: Problem) -> Finding:
    """A problem, bound to its place."""
    place = document.place(problem.pointer, key=problem.at_key)
    return Finding(place, name, severity, problem.message, problem.hint)
