"""What is due in, a calendar file out (RFC 5545); the same sources give the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from generator.model import Catalogue
from generator.site.due import Due, dues
from generator.site.markup import safe_url

PATH = "calendar.ics"
_LONGEST = 75
"""Octets of a line, without its end (RFC 5545, 3.1)."""
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def calendar_files(catalogue: Catalogue) -> dict[str, bytes]:
    """The calendar by its path; none when nothing is due, since a calendar holds at least one thing."""
    found = dues(catalogue)
    return {PATH: _calendar(catalogue, found)} if found else {}


def _calendar(catalogue: Catalogue, found: list[Due]) -> bytes:
    title = _text(f"{catalogue.organization.title}: reviews and drills")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Drillbook//Calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{title}",
        f"X-WR-CALNAME:{title}",
        *[line for due in found for line in _event(catalogue, due)],
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _event(catalogue: Catalogue, due: Due) -> Iterator[str]:
    """One whole day; it keeps its name when new evidence moves it, so that a calendar moves it too."""
    runbook, organization = due.compiled.runbook, catalogue.organization
    counted = f"the last {due.occasion}" if due.done else "the last change of the text"
    yield "BEGIN:VEVENT"
    yield f"UID:{due.occasion}-{runbook.id}@{organization.id}.drillbook"
    yield f"DTSTAMP:{_day(due.since)}T000000Z"
    yield f"DTSTART;VALUE=DATE:{_day(due.day)}"
    yield f"SUMMARY:{_text(f'{due.occasion.capitalize()}: {runbook.title}')}"
    yield f"DESCRIPTION:{_text(f'{due.days} days after {counted}, {due.since.isoformat()}.')}"
    if safe_url(organization.site_url):
        yield f"URL:{organization.site_url.strip().rstrip('/')}/runbooks/{runbook.id}.html"
    yield f"CATEGORIES:{due.occasion.upper()}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _day(day: date) -> str:
    return day.isoformat().replace("-", "")


def _text(words: str) -> str:
    """A text value: nothing in it ends the line or begins a property."""
    kept = "".join(sign for sign in words if sign.isprintable() or sign == "\n")
    return kept.translate(_ESCAPED)


def _folded(line: str) -> bytes:
    """A line with its end, broken before its 76th octet and never inside a character."""
    pieces: list[bytes] = []
    piece = b""
    for sign in line:
        octets = sign.encode("utf-8", "replace")
        # What follows a break begins with a space, which counts.
        if len(piece) + len(octets) > _LONGEST - bool(pieces):
            pieces.append(piece)
            piece = b""
        piece += octets
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"
