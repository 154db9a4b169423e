"""When runbooks are to be reviewed and drilled: as a page, as a file for calendars, and late in a browser."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from pathlib import Path

import icalendar
import pytest
from playwright.sync_api import Browser

from generator import model as m
from generator.site import SiteReport
from generator.site.due import dues
from generator.site.icalendar import calendar_files
from generator.site.pages.calendar import calendar_page
from tests.generator.site.example import ORGANIZATION, RUNBOOK, catalogue

EXERCISE = m.Exercise(
    "feature-drift", "ab" * 32, "human", "simulated", "2026-11-20", "ab" * 32, {"look": "ab" * 32}, "a-drill"
)
REVIEW = m.Review("feature-drift", "ab" * 32, "incident-lead", "approved", "2026-11-10")


NOTHING = m.Kept()


def _with(kept: m.Kept = NOTHING, **governance: object) -> m.Catalogue:
    runbook = replace(RUNBOOK, governance=replace(RUNBOOK.governance, **governance))  # type: ignore[arg-type]
    return replace(catalogue(runbook), evidence={runbook.id: kept})


def _days(found: m.Catalogue) -> dict[str, str]:
    return {due.occasion: due.day.isoformat() for due in dues(found)}


def _events(found: m.Catalogue) -> list[icalendar.Event]:
    parsed = icalendar.Calendar.from_ical(calendar_files(found)["calendar.ics"])
    return [one for one in parsed.walk("VEVENT") if isinstance(one, icalendar.Event)]


def test_what_was_never_done_counts_from_the_last_change() -> None:
    """The changelog's newest entry is the day from which the text may be followed."""
    assert _days(_with()) == {"review": "2027-01-30", "drill": "2027-01-30"}


def test_evidence_moves_what_is_due() -> None:
    """Each by what was kept of it; drills may have a cadence of their own."""
    kept = m.Kept((REVIEW,), (EXERCISE,))

    assert _days(_with(kept, review_days=90)) == {"review": "2027-02-08", "drill": "2027-02-18"}
    assert _days(_with(kept, review_days=90, drill_days=30))["drill"] == "2026-12-20"


def test_a_rejection_is_no_review_and_a_robot_needs_no_practice() -> None:
    """A rejected text is to be judged again, and what the robot went through nobody has practised."""
    kept = m.Kept((replace(REVIEW, verdict="rejected"),), (replace(EXERCISE, responder="robot"),))

    assert _days(_with(kept)) == _days(_with())


def test_a_runbook_without_a_day_asks_for_nothing() -> None:
    """No day, no page of them, and no empty file, which calendars refuse."""
    found = catalogue(replace(RUNBOOK, changelog=()))

    assert dues(found) == []
    assert calendar_files(found) == {}
    assert "Nothing is due." in calendar_page(found).markdown()


def test_the_calendar_ends_with_the_year_9999() -> None:
    """A day beyond it is its last, not a traceback."""
    late = m.Kept((replace(REVIEW, date="9999-12-01"),))

    assert _days(_with(late))["review"] == "9999-12-31"


def test_the_page_says_what_is_due_and_why() -> None:
    """By month, with the day it is counted from."""
    words = " ".join(re.sub(r"<[^>]*>", "", calendar_page(_with(m.Kept((REVIEW,)))).markdown()).split())

    assert "January 2027" in words
    assert (
        "2027-01-30 Drill: A feature drifted never drilled by people; text of 2026-11-01; every 90 days"
        in words
    )
    assert "2027-02-08 Review: A feature drifted last approved 2026-11-10; every 90 days" in words


def test_a_parser_of_calendars_reads_whole_days() -> None:
    """An event each, with a name that stays, the day it is due, and a stamp that no clock made."""
    drill, review = _events(_with(m.Kept((REVIEW,))))

    assert drill["UID"] == "drill-feature-drift@acme.drillbook"
    assert drill.decoded("DTSTART") == datetime.date(2027, 1, 30)
    assert drill["SUMMARY"] == "Drill: A feature drifted"
    assert drill["URL"] == "https://example.org/runbooks/runbooks/feature-drift.html"
    assert review.decoded("DTSTAMP") == datetime.datetime(2026, 11, 10, tzinfo=datetime.UTC)
    assert drill.errors == review.errors == []


def test_new_evidence_moves_an_event_and_keeps_its_name() -> None:
    """So that a calendar that was subscribed to moves it, too."""
    before, after = _events(_with()), _events(_with(m.Kept((REVIEW,), (EXERCISE,))))

    assert {event["UID"] for event in before} == {event["UID"] for event in after}
    assert {event.decoded("DTSTART") for event in before}.isdisjoint(e.decoded("DTSTART") for e in after)


def test_the_same_sources_give_the_same_bytes() -> None:
    """Nothing in the file comes from a clock."""
    assert calendar_files(_with()) == calendar_files(_with())


@pytest.mark.parametrize(
    "title",
    [
        "Drift; slow, and \\ wrong",
        "BEGIN:VEVENT\r\nUID:evil\r\nEND:VEVENT",
        "Überlanger Titel mit Umlauten äöü und 漢字 " * 3,
        "🧯" * 60,
        "x" * 400,
    ],
)
def test_no_title_breaks_the_file(title: str) -> None:
    """Lines end in CR LF, are at most 75 octets long and whole characters; a title stays one text."""
    found = replace(catalogue(replace(RUNBOOK, title=title)), organization=replace(ORGANIZATION, title=title))
    content = calendar_files(found)["calendar.ics"]
    lines = content.split(b"\r\n")

    assert lines[-1] == b""
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 75
    assert all(line.decode() for line in lines[:-1])
    events = _events(found)
    assert len(events) == 2
    plain = "".join(sign for sign in title if sign.isprintable() or sign == "\n")
    assert events[0]["SUMMARY"] == f"Drill: {plain}"


def test_a_browser_marks_what_is_late(browser: Browser, built: tuple[Path, SiteReport]) -> None:
    """On the day itself nothing is late; on the next it is."""
    context = browser.new_context()
    page = context.new_page()
    address = (built[0] / "site/calendar.html").as_uri()

    page.clock.set_fixed_time(datetime.datetime(2027, 1, 30, 12))
    page.goto(address)
    assert page.locator(".db-overdue").count() == 0
    page.clock.set_fixed_time(datetime.datetime(2027, 1, 31, 12))
    page.goto(address)

    assert page.locator(".db-dues li:has(.db-overdue)").count() == 2
    context.close()


def test_the_file_lies_beside_the_page(built: tuple[Path, SiteReport]) -> None:
    """The page offers it, and it is there."""
    site = built[0] / "site"

    assert 'href="calendar.ics"' in (site / "calendar.html").read_text(encoding="utf-8")
    assert (site / "calendar.ics").read_bytes().startswith(b"BEGIN:VCALENDAR\r\n")
