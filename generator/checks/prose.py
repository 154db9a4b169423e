"""References in prose, such as ``{{ signal.ID.threshold }}``, are well-formed and lead somewhere.

A reference that is one brace short is printed as it stands, and the number that the responder needs is missing.

Write two braces on both sides, and a form that the hint names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.checks.references import gathered
from generator.checks.sources import Sources
from generator.contexts import VALUE
from generator.model import Runbook, Service
from generator.prose import ALERT, FORMS, INCIDENT, REFERENCE, UnknownReferenceError, value_of
from generator.source import Document, Finding, Severity, likely

name = "prose"
severity: Severity = "error"

NAMESPACES = (
    ("alert", "service.alert"),
    ("control", "service.control"),
    ("path", "runbook.node"),
    ("remedy", "runbook.node"),
    ("signal", "runbook.signal"),
)
"""What the first word of a reference names."""
ROOTS = "|".join(sorted({form.partition(".")[0] for form in FORMS}))
_SHORT = re.compile(rf"\{{*\s*\b(?:{ROOTS})\.[\w.-]*\s*\}}+|\{{+\s*(?:{ROOTS})\.[\w.-]*\s*\}}*")
"""What looks like a reference, with too few braces, or too many."""

INCIDENT_FIELDS = ("components", "name", "next_milestone", "now", "severity", "started", "status", "timeline")


def check(sources: Sources) -> Iterator[Finding]:
    """Every text of a runbook, and the addresses and bindings of a service, against what they may refer to."""
    for document in sources.sound("runbook"):
        runbook = sources.runbooks[document.path]
        service = sources.sound_service_of(document)
        if service is not None:
            yield from gathered([*_unknown(sources, document, runbook, sources.services[service.path])])
    for document in sources.sound("service"):
        if not sources.is_muddled("service.alert", document):
            yield from gathered([*_in_service(sources, document)])


def _unknown(sources: Sources, document: Document, runbook: Runbook, service: Service) -> Iterator[Finding]:
    muddled = tuple(f"{root}." for root, namespace in NAMESPACES if sources.is_muddled(namespace, document))
    for pointer, text in sources.texts[document.path]:
        if "{" not in text and "}" not in text:
            continue
        # Of the same length, so that what comes before can be told.
        for found in _SHORT.finditer(REFERENCE.sub(lambda whole: " " * len(whole.group()), text)):
            short = found.group()
            message = f"'{short.strip()}' is no reference: it has too few braces, or too many"
            hint = f"write '{{{{ {short.strip(' {}')} }}}}'"
            place = document.place_in_text(pointer, short, text[: found.start()])
            yield Finding(place, name, severity, message, hint)
        for whole in REFERENCE.finditer(text):
            reference = whole.group(1)
            if reference.startswith(muddled):
                continue  # a name there is given twice; what is missing follows from it
            try:
                _follow(reference, runbook, service)
            except UnknownReferenceError as error:
                message = f"unknown reference '{{{{ {reference} }}}}'"
                place = document.place_in_text(pointer, whole.group(), text[: whole.start()])
                yield Finding(place, name, severity, message, error.hint)


def _in_service(sources: Sources, document: Document) -> Iterator[Finding]:
    """What addresses and bindings of a service refer to: the setting that a step asks for, or an alert's label."""
    known = [str(label.get("name")) for label in document.data.get("alert_labels", ())]
    for pointer, text in sources.texts[document.path]:
        bound = "bindings" in pointer
        is_set = bound and "read" not in pointer
        for whole in REFERENCE.finditer(text) if bound or pointer[-1] == "url" else ():
            reference = whole.group(1)
            if reference.startswith(ALERT):
                field = reference.removeprefix(ALERT)
                if field in known:
                    continue
                hint = likely(field, known) or f"the alert_labels here are: {', '.join(known) or 'none'}"
            elif is_set and reference == VALUE:
                continue
            else:
                hint = "say {{ alert.NAME }}" + (", or {{ value }} for the setting" if is_set else "")
            message = f"unknown reference '{{{{ {reference} }}}}'"
            place = document.place_in_text(pointer, whole.group(), text[: whole.start()])
            yield Finding(place, name, severity, message, hint)


def _follow(reference: str, runbook: Runbook, service: Service) -> None:
    """Raises when a reference leads nowhere."""
    if not reference.startswith(INCIDENT):
        value_of(reference, runbook, service)
        return
    field = reference.removeprefix(INCIDENT)
    if field not in INCIDENT_FIELDS:
        hint = likely(field, INCIDENT_FIELDS) or "an incident has: " + ", ".join(INCIDENT_FIELDS)
        raise UnknownReferenceError(reference, hint)
