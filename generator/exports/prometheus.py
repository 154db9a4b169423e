"""Catalogue in, Prometheus alerting rules (YAML) out.

The expressions assume range vectors that are closed on both ends, as they are before version 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from generator.model import Catalogue, CompiledRunbook, Query, Service, Signal
from generator.queries import duration, number


def rules(catalogue: Catalogue, *, evaluation_seconds: int = 15) -> str:
    """One group a runbook, one alert a signal that pages or opens a ticket."""
    groups = [
        {
            "name": f"{compiled.runbook.service}/{compiled.runbook.id}",
            "interval": f"{evaluation_seconds}s",
            "rules": alerts,
        }
        for compiled in catalogue.runbooks
        if (alerts := list(_alerts(compiled, catalogue)))
    ]
    return yaml.safe_dump({"groups": groups}, sort_keys=False, allow_unicode=True, width=1_000_000)


def alert_name(signal_id: str) -> str:
    """The CamelCase name of a signal's alert.

    >>> alert_name("latency-p99")
    'LatencyP99'
    """
    return "".join(part[:1].upper() + part[1:] for part in signal_id.split("-"))


def _alerts(compiled: CompiledRunbook, catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    runbook = compiled.runbook
    service = catalogue.service(runbook.service)
    for signal in runbook.detection.signals:
        if signal.severity == "info":
            continue
        query = compiled.queries[signal.id]
        yield {
            "alert": alert_name(signal.id),
            "expr": query.firing,
            "for": duration(signal.hold_minutes),
            # The runbook's id keeps alerts apart that two runbooks of a service call the same.
            "labels": {"severity": signal.severity, "service": service.id, "runbook": runbook.id},
            "annotations": {
                "summary": _literal(f"{service.title}: {signal.title}"),
                "description": _literal(_description(signal, query)),
                "runbook_url": _literal(_runbook_url(catalogue, runbook.id)),
                "dashboard_url": _literal(_dashboard_url(signal, service)),
            },
        }


def _description(signal: Signal, query: Query) -> str:
    condition = f"{signal.title}: {signal.compare} {number(signal.threshold)} {query.unit}"
    held = f" for {duration(signal.hold_minutes)}" if signal.hold_minutes else ""
    return f"{condition}{held}. Noise or not: {signal.noise}"


def _runbook_url(catalogue: Catalogue, runbook: str) -> str:
    return f"{catalogue.organization.site_url.rstrip('/')}/runbooks/{runbook}.html"


def _dashboard_url(signal: Signal, service: Service) -> str:
    """A signal names a dashboard of its service; one that is no such name is the address itself."""
    urls = {link.id: link.url for link in service.artifacts.dashboards}
    return urls.get(signal.dashboard, signal.dashboard)


def _literal(text: str) -> str:
    """Text that the template language of Prometheus leaves as it is."""
    return text.replace("{{", '{{ "{{" }}')
