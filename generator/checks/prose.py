"""References in prose, such as ``{{ signal.ID.threshold }}``, lead somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.checks.sources import Sources
from generator.model import Runbook, Service
from generator.prose import INCIDENT, UnknownReferenceError, references, value_of
from generator.source import Document, Finding, Pointer, Severity, likely
from generator.values import structure

name = "prose"
severity: Severity = "error"

INCIDENT_FIELDS = ("components", "name", "next_milestone", "now", "severity", "started", "status")


def check(sources: Sources) -> Iterator[Finding]:
    """Every text of a runbook, against what it may refer to."""
    services = {document.name: structure(document.data, Service) for document in sources.sound("service")}
    for document in sources.sound("runbook"):
        runbook = sources.runbooks[document.path]
        if runbook.service in services:
            yield from _unknown(document, runbook, services[runbook.service])


def _unknown(document: Document, runbook: Runbook, service: Service) -> Iterator[Finding]:
    for pointer, text in texts(document.data):
        for reference in references(text):
            try:
                _follow(reference, runbook, service)
            except UnknownReferenceError as error:
                message = f"unknown reference '{{{{ {reference} }}}}'"
                yield Finding(document.place(pointer), name, severity, message, error.hint)


def _follow(reference: str, runbook: Runbook, service: Service) -> None:
    """Raises when a reference leads nowhere."""
    if not reference.startswith(INCIDENT):
        value_of(reference, runbook, service)
        return
    field = reference.removeprefix(INCIDENT)
    if field not in INCIDENT_FIELDS:
        hint = likely(field, INCIDENT_FIELDS) or "an incident has: " + ", ".join(INCIDENT_FIELDS)
        raise UnknownReferenceError(reference, hint)


def texts(value: Any, pointer: Pointer = ()) -> Iterator[tuple[Pointer, str]]:
    """Every text inside some data, with the way to it."""
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(item, (*pointer, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts(item, (*pointer, index))
