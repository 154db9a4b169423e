"""A catalogue in, the page that says what is due when out."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from generator.model import Catalogue
from generator.site.due import Due, dues
from generator.site.markup import Html, escape, heading, local, tag
from generator.site.page import Page

PATH = "calendar.md"
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def calendar_page(catalogue: Catalogue) -> Page:
    """Reviews and drills by day; a script marks those that are late."""
    found = dues(catalogue)
    blocks: list[str] = [
        heading(1, "Calendar"),
        tag(
            "p",
            "When each runbook is to be reviewed and drilled with people next: counted from the last approval "
            "and the last drill of people that were kept, else from the last change of the text.",
        ),
    ]
    if not found:
        return Page(PATH, "Calendar", (*blocks, tag("p", "Nothing is due.")), contents=False)
    blocks.append(
        tag("p", local("calendar.ics", "calendar.ics"), escape(" holds the same for your calendar."))
    )
    for (year, month), of_month in groupby(found, key=lambda due: (due.day.year, due.day.month)):
        blocks += [heading(2, f"{_MONTHS[month - 1]} {year}"), _listed(of_month)]
    return Page(PATH, "Calendar", tuple(blocks), contents=False)


def _listed(found: Iterable[Due]) -> Html:
    return tag("ul", *[_line(due) for due in found], class_="db-dues")


def _line(due: Due) -> Html:
    runbook = due.compiled.runbook
    last = {"review": "approved", "drill": "drilled by people"}[due.occasion]
    since = f"last {last} {due.since}" if due.done else f"never {last}; text of {due.since}"
    return tag(
        "li",
        tag(
            "span",
            tag("time", due.day.isoformat(), datetime=due.day.isoformat()),
            data_due=due.day.isoformat(),
        ),
        escape(f" {due.occasion.capitalize()}: "),
        local(f"runbooks/{runbook.id}.html#proven", runbook.title),
        escape(" "),
        tag("small", f"{since}; every {due.days} days"),
    )
