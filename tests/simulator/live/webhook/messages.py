"""Webhooks of Alertmanager in miniature, as its version 0.25 writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

LABELS = {
    "alertname": "AmountNulls",
    "severity": "page",
    "service": "fraud-scorer",
    "runbook": "feature-drift",
    "signal": "amount-nulls",
}
NEVER = "0001-01-01T00:00:00Z"


def at(second: float) -> str:
    """A moment of an hour in which nothing else happens, to the nanosecond as Go writes it."""
    return f"2999-01-01T08:{int(second) // 60:02}:{int(second) % 60:02}.{round(second % 1 * 1e9):09}Z"


def alert(
    labels: Mapping[str, str] = LABELS, *, starts: float = 0.0, ends: float | None = None
) -> dict[str, Any]:
    """One that fires, or with ``ends`` one that is over."""
    return {
        "status": "firing" if ends is None else "resolved",
        "labels": dict(labels),
        "annotations": {"summary": "Amounts are missing"},
        "startsAt": at(starts),
        "endsAt": NEVER if ends is None else at(ends),
        "generatorURL": "http://127.0.0.1:9090/graph",
        "fingerprint": "c0ffee",
    }


def message(*alerts: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "version": "4",
        "groupKey": "{}:{}",
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "drillbook",
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://127.0.0.1:9093",
        "alerts": list(alerts),
        **changes,
    }


def body(*alerts: Mapping[str, Any], **changes: Any) -> bytes:
    return json.dumps(message(*alerts, **changes)).encode()
