"""Every name that is used is defined, and defined once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from generator.checks.sources import Sources, repeated
from generator.schemas import Definition, Reference
from generator.source import Document, Finding, Severity, likely

name = "references"
severity: Severity = "error"


WORDS = {"runbook.node": "step, path or remedy", "service.node": "lineage node"}
"""What to call the things of a namespace, where its own last word would not say it."""
MOST_LISTED = 20
MOST_ALIKE = 3
"""One name that is unknown in more places of a file is one finding."""


def check(sources: Sources) -> Iterator[Finding]:
    """Names that nobody defines, and names that are defined twice."""
    for document in sources.documents:
        reading = sources.readings[document.path]
        found = [one for reference in reading.references for one in unknown(sources, document, reference)]
        yield from gathered(found)
        yield from _twice(document, reading.definitions)


def unknown(sources: Sources, document: Document, reference: Reference) -> Iterator[Finding]:
    """The finding of a name that is not defined where it should be; silent where that cannot be known."""
    if reference.name in reference.also or _is_known(sources, document, reference):
        return
    known = set(reference.also)
    for namespace in reference.namespaces:
        if not _is_complete(sources, document, namespace) or sources.is_muddled(namespace, document):
            return
        known |= sources.names(namespace, document)
    unused = {name for space in reference.namespaces for name in sources.unused(space, document)}
    # A path or remedy that nothing leads to is most likely what was renamed.
    sole = min(unused) if len(unused) == 1 and reference.namespaces == ("runbook.node",) else ""
    hint = likely(reference.name, known, first=unused, sole=sole) or _listed(
        sources, document, reference, known
    )
    message = f"unknown {called(reference.namespaces)} '{reference.name}'"
    yield Finding(document.place(reference.pointer), name, severity, message, hint)


def _is_known(sources: Sources, document: Document, reference: Reference) -> bool:
    return any(reference.name in sources.names(space, document) for space in reference.namespaces)


def gathered(findings: Sequence[Finding]) -> Iterator[Finding]:
    """The findings of one file; of many that say the same, the first alone, with the lines of the others."""
    alike: dict[str, list[Finding]] = {}
    for finding in findings:
        alike.setdefault(finding.message, []).append(finding)
    for group in alike.values():
        first, *others = sorted(group, key=lambda finding: finding.place)
        if len(group) <= MOST_ALIKE:
            yield from group
            continue
        lines = ", ".join(str(line) for line in dict.fromkeys(other.place.line for other in others))
        more = f"the same in {len(others)} more places: lines {lines}"
        # In the hint, so that a finding stays the same one when a place more or less has it.
        yield replace(first, hint=f"{first.hint}; {more}" if first.hint else more)


def _is_complete(sources: Sources, document: Document, namespace: str) -> bool:
    """Whether all names of a namespace can be seen; a file that is broken may define any."""
    if namespace.startswith("catalogue."):
        return True
    homes = sources.homes(namespace, document)
    return bool(homes) and all(sources.is_complete(home) for home in homes)


def called(namespaces: Sequence[str]) -> str:
    """What to call the things of some namespaces."""
    return " or ".join(WORDS.get(space, space.partition(".")[2]) for space in namespaces)


def _listed(sources: Sources, document: Document, reference: Reference, known: set[str]) -> str:
    """The names that there are; of too many, where they stand."""
    what = called(reference.namespaces)
    if not known:
        return f"no {what} is defined"
    if len(known) <= MOST_LISTED:
        return "there are: " + ", ".join(sorted(known))
    homes = [home for space in reference.namespaces for home in sources.homes(space, document)]
    stand: dict[str | int, None] = {}
    for home in homes[:1]:
        for definition in sources.readings[home.path].definitions:
            if definition.namespace in reference.namespaces:
                stand[definition.pointer[0]] = None
    keys = ", ".join(f"'{key}'" for key in stand)
    return f"{len(known)} are known; look in {homes[0].path} under {keys}" if keys else "look up its id"


def _twice(document: Document, definitions: tuple[Definition, ...]) -> Iterator[Finding]:
    for definition, earlier in repeated(definitions):
        what = called((definition.namespace,))
        line = document.place(earlier.pointer).line
        message = f"the {what} '{definition.name}' is defined twice"
        place = document.place(definition.pointer)
        yield Finding(place, name, severity, message, f"the first stands in line {line}; rename one")
