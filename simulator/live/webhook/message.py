"""The body of a webhook of Alertmanager in, its alerts out; or what is amiss with it, as a sentence.

Version 4 of the format, as Alertmanager has had it since 0.6: what is not known here is passed over, what is known
has to have its type and size.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

VERSION = "4"
MOST_ALERTS, MOST_LABELS, LONGEST_NAME, LONGEST_VALUE = 1_000, 100, 200, 4_000
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
Labels: TypeAlias = Mapping[str, str]


class MessageError(ValueError):
    """It is no webhook of Alertmanager; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert, as it is now."""

    labels: Labels
    status: Literal["firing", "resolved"]
    starts: datetime
    """When this firing of it began: it tells one firing from the next."""
    ends: datetime
    """When it ended; of one that goes on, whatever the sender made of it."""


@dataclass(frozen=True, slots=True)
class Message:
    alerts: tuple[Alert, ...]
    cut: int
    """So many more were left out by the sender."""


def message_of(body: bytes) -> Message:
    """MessageError when it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MessageError(f"the body is no JSON: {str(error)[:100]}") from None
    if not isinstance(found, dict):
        raise MessageError("the body is not an object: this takes webhooks of Alertmanager")
    if found.get("version") != VERSION:
        raise MessageError(
            f"version: {_brief(found.get('version'))} is not '{VERSION}', which is understood here"
        )
    alerts = found.get("alerts")
    if not isinstance(alerts, list):
        raise MessageError("alerts: there is no list of them")
    if len(alerts) > MOST_ALERTS:
        raise MessageError(
            f"alerts: {len(alerts)} are more than {MOST_ALERTS}: group them by fewer at a time"
        )
    cut = found.get("truncatedAlerts", 0)
    if not isinstance(cut, int) or isinstance(cut, bool) or cut < 0:
        raise MessageError(f"truncatedAlerts: {_brief(cut)} is no number of alerts")
    return Message(tuple(_alert(one, f"alerts[{place}]") for place, one in enumerate(alerts)), cut)


def _alert(found: Any, at: str) -> Alert:
    if not isinstance(found, dict):
        raise MessageError(f"{at}: it is not an object")
    status = found.get("status")
    if status not in ("firing", "resolved"):
        raise MessageError(f"{at}.status: {_brief(status)} is neither 'firing' nor 'resolved'")
    starts = _time(found.get("startsAt"), f"{at}.startsAt")
    ends = _time(found["endsAt"], f"{at}.endsAt") if "endsAt" in found else starts
    return Alert(_labels(found.get("labels"), f"{at}.labels"), status, starts, ends)


def _labels(found: Any, at: str) -> Labels:
    if not isinstance(found, dict):
        raise MessageError(f"{at}: they are not an object")
    if len(found) > MOST_LABELS:
        raise MessageError(f"{at}: {len(found)} are more than {MOST_LABELS}")
    for name, value in found.items():
        if len(name) > LONGEST_NAME:
            raise MessageError(f"{at}: a name is longer than {LONGEST_NAME} characters")
        if not isinstance(value, str) or len(value) > LONGEST_VALUE:
            raise MessageError(f"{at}.{name}: it is no text of at most {LONGEST_VALUE:,} characters")
    return found


def _time(found: Any, at: str) -> datetime:
    """
    >>> _time("2026-11-23T08:45:00.123456789+01:00", "").isoformat()
    '2026-11-23T07:45:00.123456+00:00'
    """
    if isinstance(found, str) and _TIME.fullmatch(found):
        try:
            return datetime.fromisoformat(found).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise MessageError(f"{at}: {_brief(found)} is no time such as 2026-11-23T08:45:00Z")


def _brief(found: Any) -> str:
    """Whatever it is, in few characters."""
    return repr(found)[:60]
