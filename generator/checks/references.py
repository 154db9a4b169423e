"""Every name that is used is defined, and defined once."""

from __future__ import annotations

from collections.abc import Iterator

from generator.checks.sources import Sources, repeated
from generator.schemas import Definition, Reference
from generator.source import Document, Finding, Severity, likely

name = "references"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Names that nobody defines, and names that are defined twice."""
    for document in sources.documents:
        reading = sources.readings[document.path]
        for reference in reading.references:
            yield from unknown(sources, document, reference)
        yield from _twice(document, reading.definitions)


def unknown(sources: Sources, document: Document, reference: Reference) -> Iterator[Finding]:
    """The finding of a name that is not defined where it should be; silent where that cannot be known."""
    known = set(reference.also)
    for namespace in reference.namespaces:
        if not _is_complete(sources, document, namespace) or sources.is_muddled(namespace, document):
            return
        known |= sources.names(namespace, document)
    if reference.name not in known:
        what = " or ".join(space.partition(".")[2] for space in reference.namespaces)
        hint = likely(reference.name, known) or _listed(known, what)
        message = f"unknown {what} '{reference.name}'"
        yield Finding(document.place(reference.pointer), name, severity, message, hint)


def _is_complete(sources: Sources, document: Document, namespace: str) -> bool:
    """Whether all names of a namespace can be seen; a file that is broken may define any."""
    if namespace.startswith("catalogue."):
        return True
    homes = sources.homes(namespace, document)
    return bool(homes) and all(sources.is_complete(home) for home in homes)


def _listed(known: set[str], what: str) -> str:
    if not known:
        return f"no {what} is defined"
    return "there are: " + ", ".join(sorted(known)) if len(known) <= 12 else "look up its id"


def _twice(document: Document, definitions: tuple[Definition, ...]) -> Iterator[Finding]:
    for definition, earlier in repeated(definitions):
        what = definition.namespace.partition(".")[2]
        line = document.place(earlier.pointer).line
        message = f"the {what} '{definition.name}' is defined twice"
        place = document.place(definition.pointer)
        yield Finding(place, name, severity, message, f"the first stands in line {line}; rename one")
