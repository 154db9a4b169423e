"""A text refers to nothing that some of its readers may not see, and no label is lower than what holds it.

A site is built for one audience, and what is classified above it is left out.
A step that leads to a path which is not there ends the plan in the middle of an incident,
and a number that is quoted from it is told to those from whom it was kept.
Steps may name evidence of any classification: a stub with its name stays.

Classify the text higher, or what it refers to lower.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.checks.classes import Classes, Classified
from generator.checks.prose import NAMESPACES
from generator.checks.references import called, gathered
from generator.checks.sources import Sources
from generator.prose import REFERENCE
from generator.schemas import pairs_of
from generator.source import Document, Finding, Place, Pointer, Severity

name = "classification"
severity: Severity = "error"

STUBBED = ("runbook.evidence",)
_IN_PROSE = {**dict(NAMESPACES), "step": "runbook.node"}


def check(sources: Sources) -> Iterator[Finding]:
    """What is classified so that a site for some audience would be wrong."""
    if sources.organization is None:
        return  # nobody knows the ladder
    classes = Classes.of(sources, sources.organization)
    for document in sources.documents:
        classified = classes.documents[document.path]
        yield from gathered([*_referring(classes, classified), *_quoting(classes, classified)])
        yield from _without_effect(classes, classified)
        yield from _incomplete(classes, classified)
        yield from _unsendable(classes, classified)


def _referring(classes: Classes, classified: Classified) -> Iterator[Finding]:
    """Names of what is classified above the text."""
    document = classified.document
    for reference in classes.sources.readings[document.path].references:
        named = classes.of_name(document, reference.namespaces, reference.name)
        here = classified.rank(reference.pointer)
        if named > here and reference.namespaces != STUBBED:
            words = f"the {called(reference.namespaces)} '{reference.name}'"
            yield _above(classes, document.place(reference.pointer), words, named, here)


def _quoting(classes: Classes, classified: Classified) -> Iterator[Finding]:
    """References in prose to what is classified above the text."""
    document = classified.document
    if document.kind != "runbook":
        return
    for pointer, text in classes.sources.texts[document.path]:
        for found in REFERENCE.finditer(text) if "{{" in text else ():
            root, _, rest = found.group(1).partition(".")
            if root not in _IN_PROSE:
                continue
            named = classes.of_name(document, (_IN_PROSE[root],), rest.partition(".")[0])
            here = classified.rank(pointer)
            if named > here:
                place = document.place_in_text(pointer, found.group(), text[: found.start()])
                yield _above(classes, place, f"'{found.group()}'", named, here)


def _above(classes: Classes, place: Place, words: str, named: int, here: int) -> Finding:
    upper, lower = classes.rungs[named], classes.rungs[here]
    message = f"{words} is classified '{upper}', and this text is for '{lower}' too"
    return Finding(place, name, severity, message, "classify the text higher, or what it refers to lower")


def _without_effect(classes: Classes, classified: Classified) -> Iterator[Finding]:
    for label, rank in classified.labels:
        above = classified.rank(label.holder[:-1]) if label.holder else 0
        if rank < above:
            message = (
                f"'{label.name}' has no effect here: what holds this is classified '{classes.rungs[above]}'"
            )
            hint = "delete it, or classify this higher"
            yield Finding(classified.document.place(label.at), name, severity, message, hint)


def _incomplete(classes: Classes, classified: Classified) -> Iterator[Finding]:
    """Lists of which some audience would see less than the schema asks for."""
    document = classified.document
    labelled: dict[Pointer, list[int]] = {}
    for label, rank in classified.labels:
        if label.holder and not label.ways:
            labelled.setdefault(label.holder[:-1], []).append(rank)
    for pointer, ranks in labelled.items():
        here = classified.rank(pointer)
        left = len(document.at(pointer)) - sum(rank > here for rank in ranks)
        if left < _least(document, pointer):
            message = f"for '{classes.rungs[here]}', {left or 'nothing'} would be left of '{pointer[-1]}'"
            hint = "leave one to all who read the rest, or classify what holds the list higher"
            yield Finding(document.place(pointer, key=True), name, severity, message, hint)


def _least(document: Document, pointer: Pointer) -> int:
    """How many things a list has to have."""
    least = (pair.schema.get("minItems", 0) for pair in pairs_of(document) if pair.pointer == pointer)
    return max(least, default=0)


def _unsendable(classes: Classes, classified: Classified) -> Iterator[Finding]:
    """Messages with a label of their own that is above what their channel may carry."""
    organization = classes.sources.organization
    channels = organization.data["channels"] if organization is not None else ()
    highest = {channel["id"]: channel["classification"] for channel in channels}
    for label, rank in classified.labels:
        channel = classified.document.at(label.holder).get("channel")
        most = highest.get(channel) if isinstance(channel, str) else None
        if most in classes.rungs and rank > classes.rungs.index(most):
            message = f"this is classified '{label.name}', and '{channel}' may carry '{most}' at most"
            hint = "send it to another channel, or classify it lower"
            yield Finding(classified.document.place(label.at), name, severity, message, hint)
