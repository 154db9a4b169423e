"""A catalogue in, the navigation of its site out."""

from __future__ import annotations

from dataclasses import dataclass

from generator.model import Catalogue
from generator.site.markup import plain_title


@dataclass(frozen=True, slots=True)
class Entry:
    """A page, or a section of pages."""

    title: str
    path: str | None
    children: tuple[Entry, ...] = ()


Nested = list[dict[str, "str | Nested"]]


def navigation(catalogue: Catalogue, guide: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Home, runbooks by service, services, people, the guide."""
    runbooks = tuple(
        Entry(plain_title(service.title), None, _runbooks(catalogue, service.id))
        for service in catalogue.services
        if catalogue.runbooks_of(service.id)
    )
    services = tuple(Entry(plain_title(s.title), f"services/{s.id}.md") for s in catalogue.services)
    people = Entry("Roles and channels", "organization.md")
    glossary = Entry("Words", "glossary.md")
    entries = (
        Entry("Home", "index.md"),
        Entry("Runbooks", None, (*runbooks, Entry("Alert without a runbook", "alert.md"))),
        Entry("Services", None, services),
    )
    coverage, due = Entry("Coverage", "coverage.md"), Entry("Calendar", "calendar.md")
    last = (
        Entry("Evidence", None, (coverage, due)),
        Entry("Organization", None, (people, glossary)),
        Entry("Guide", None, guide),
    )
    return tuple(entry for entry in (*entries, *last) if entry.path or entry.children)


def as_config(entries: tuple[Entry, ...]) -> Nested:
    """The navigation as MkDocs' ``nav`` writes it."""
    return [{entry.title: entry.path if entry.path else as_config(entry.children)} for entry in entries]


def _runbooks(catalogue: Catalogue, service: str) -> tuple[Entry, ...]:
    found = [compiled.runbook for compiled in catalogue.runbooks_of(service)]
    return tuple(Entry(plain_title(book.title), f"runbooks/{book.id}.md") for book in found)
