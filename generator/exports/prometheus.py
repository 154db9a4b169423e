"""Catalogue in, Prometheus alerting rules (YAML) out.

The expressions assume range vectors that are closed on both ends, as they are before version 3.
For a live drill everything that takes time takes so much less of it: ranges, holds, and the time between evaluations.
What people read in an alert stays as the page has it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote_plus

import yaml

from generator import kinds
from generator.contexts import in_url
from generator.model import Catalogue, CompiledRunbook, Query, Runbook, Service, Signal
from generator.prose import UnknownReferenceError, resolve
from generator.queries import duration, kept_labels, number, query_of

FILE = "drillbook.rules.yaml"
LABELS = ("severity", "service", "runbook", "signal")
"""What a rule says of its alert; the last three tell to which signal it belongs."""


def rules(catalogue: Catalogue, compression: float = 1.0, *, evaluation_seconds: float = 15) -> str:
    """One group a runbook, one alert a signal that pages or opens a ticket.

    ``compression``: so many minutes of the services pass in a minute of Prometheus; ``evaluation_seconds`` are theirs.
    """
    interval = duration(evaluation_seconds / 60 / compression)
    groups = [
        {"name": f"{compiled.runbook.service}/{compiled.runbook.id}", "interval": interval, "rules": found}
        for compiled in catalogue.runbooks
        if (found := [rule for _, rule in alerts(compiled, catalogue, compression)])
    ]
    return yaml.safe_dump({"groups": groups}, sort_keys=False, allow_unicode=True, width=1_000_000)


def calls(signal: Signal) -> bool:
    """Whether anybody is called for a signal; one that only informs has no rule."""
    return signal.severity != "info"


def alert_name(signal_id: str) -> str:
    """The CamelCase name of a signal's alert.

    >>> alert_name("latency-p99")
    'LatencyP99'
    """
    return "".join(part[:1].upper() + part[1:] for part in signal_id.split("-"))


def alerts(
    compiled: CompiledRunbook, catalogue: Catalogue, compression: float = 1.0
) -> Iterator[tuple[Signal, dict[str, Any]]]:
    """The rule of each signal of a runbook that pages or opens a ticket."""
    compiled = _compressed(compiled, catalogue, compression)
    runbook = compiled.runbook
    for signal in runbook.detection.signals:
        if not calls(signal):
            continue
        query = compiled.queries[signal.id]
        # The runbook's id keeps alerts apart that two runbooks of a service call the same; the signal's id, those
        # whose names differ in nothing but hyphens.
        labels = dict(zip(LABELS, (signal.severity, runbook.service, runbook.id, signal.id), strict=True))
        template = functools.partial(carried_by, rule_labels=labels, query=query)
        yield (
            signal,
            {
                "alert": alert_name(signal.id),
                "expr": query.firing,
                "for": duration(signal.hold_minutes / compression),
                "labels": labels,
                "annotations": said(compiled, signal, catalogue, literal=_literal, label=template),
            },
        )


def said(
    compiled: CompiledRunbook,
    signal: Signal,
    catalogue: Catalogue,
    *,
    literal: Callable[[str], str],
    label: Callable[[str], str],
) -> dict[str, str]:
    """What an alert says; ``literal`` writes a text of ours, ``label`` the value of a label in an address."""
    runbook, query = compiled.runbook, compiled.queries[signal.id]
    service = catalogue.service(runbook.service)
    page = literal(f"{catalogue.organization.site_url.rstrip('/')}/runbooks/{runbook.id}.html")
    carried = [f"{one.name}={label(one.name)}" for one in service.alert_labels]
    known = {one.name for one in service.alert_labels}
    dashboard = [
        literal(piece)
        if isinstance(piece, str)
        else (label(piece.label) if piece.label in known and not piece.is_shut else "")
        for piece in in_url(_dashboard_url(signal, service))
    ]
    return {
        "summary": literal(f"{service.title}: {signal.title}"),
        "description": literal(_description(signal, query, runbook, service)),
        "runbook_url": f"{page}?{'&'.join(carried)}" if carried else page,
        "dashboard_url": "".join(dashboard),
    }


def carried_by(label: str, rule_labels: Mapping[str, str], query: Query) -> str:
    """What a template of Prometheus says for a label, written for an address; empty where there is none.

    What the rule gives is known; what the expression keeps is a label of the series; what it aggregates away
    may still be one that the Prometheus itself puts on all its alerts.
    """
    if label in rule_labels:
        return _literal(quote_plus(rule_labels[label]))
    return f"{{{{ ${'labels' if survives(label, query) else 'externalLabels'}.{label} | urlquery }}}}"


def survives(label: str, query: Query) -> bool:
    """Whether the series that the expression gives still has the label."""
    kept = kept_labels(query.value)
    return kept is None or label in kept


def _compressed(compiled: CompiledRunbook, catalogue: Catalogue, compression: float) -> CompiledRunbook:
    """A runbook whose queries look back over so much less time."""
    if compression == 1:
        return compiled
    service = catalogue.service(compiled.runbook.service)
    table = kinds.load("signals")
    queries = {
        signal.id: query_of(signal, service, table, compression=compression)
        for signal in compiled.runbook.detection.signals
    }
    return replace(compiled, queries=queries)


def _description(signal: Signal, query: Query, runbook: Runbook, service: Service) -> str:
    condition = f"{signal.title}: {signal.compare} {number(signal.threshold)} {query.unit}"
    held = f" for {duration(signal.hold_minutes)}" if signal.hold_minutes else ""
    noise = signal.noise
    with suppress(UnknownReferenceError):
        noise = resolve(noise, runbook, service)
    return f"{condition}{held}. Noise or not: {noise}"


def _dashboard_url(signal: Signal, service: Service) -> str:
    """A signal names a dashboard of its service; one that is no such name is the address itself."""
    urls = {link.id: link.url for link in service.artifacts.dashboards}
    return urls.get(signal.dashboard, signal.dashboard)


def _literal(text: str) -> str:
    """Text that the template language of Prometheus leaves as it is."""
    return text.replace("{{", '{{ "{{" }}')
