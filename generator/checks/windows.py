"""A signal on what the service measures itself asks for what the service measures: window, feature, golden set.

Drift and accuracy are gauges of the service. Over another window, of another feature, or without a golden set
there is no series: the signal never fires, and everybody takes its silence for health.

Ask for one that the service's profile names, or let the service measure it and add it to the profile.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator import kinds
from generator.checks.sources import Sources
from generator.source import Document, Finding, Severity

name = "windows"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Drift and accuracy are gauges of the service: over any other window they have no value."""
    for document in sources.sound("runbook"):
        service = sources.service_of(document)
        if service is not None and service in sources.sound("service"):
            yield from _unmeasured(sources, document, service)


def _unmeasured(sources: Sources, document: Document, service: Document) -> Iterator[Finding]:
    declared = kinds.load("signals")
    for index, signal in enumerate(document.data["detection"]["signals"]):
        home = declared[signal["kind"]].declaration.get("window_of")
        minutes = signal.get("with", {}).get("window_minutes")
        yield from _unwatched(sources, document, service, index)
        yield from _lacking(document, service, index, declared[signal["kind"]].declaration.get("needs"))
        if home is None or minutes is None:
            continue
        measured = _measured(service, home)
        if minutes not in measured:
            place = document.place(("detection", "signals", index, "with", "window_minutes"))
            message = (
                f"'{service.name}' does not measure this over {minutes:g} min, so it would never have a value"
            )
            hint = f"use {' or '.join(f'{one:g}' for one in measured)}, or let the service measure it: profile.{home}"
            yield Finding(place, name, severity, message, hint)


def _unwatched(sources: Sources, document: Document, service: Document, index: int) -> Iterator[Finding]:
    feature = document.data["detection"]["signals"][index].get("with", {}).get("feature")
    watched = service.data["profile"]["drift"]["features"]
    if feature in sources.names("service.feature", service) - set(watched):
        place = document.place(("detection", "signals", index, "with", "feature"))
        message = f"'{service.name}' does not watch the feature '{feature}', so this would never have a value"
        yield Finding(place, name, severity, message, "add it to profile.drift.features of the service")


def _lacking(document: Document, service: Document, index: int, needs: str | None) -> Iterator[Finding]:
    """A kind whose value comes from a part of the profile that may be left out."""
    if needs is not None and needs not in service.data["profile"]:
        place = document.place(("detection", "signals", index, "kind"))
        message = f"'{service.name}' has no profile.{needs}, so this would never have a value"
        yield Finding(place, name, severity, message, f"give it one: profile.{needs} of the service")


def _measured(service: Document, home: str) -> tuple[float, ...]:
    value = service.data["profile"]
    for key in home.split("."):
        value = value[key]
    return tuple(value) if isinstance(value, list) else (value,)
