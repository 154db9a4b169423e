"""What changed since the last version in, what a site that is published under a version has beside others out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from generator.model import Catalogue
from generator.site.markup import Html, anchor, escape, heading, local, tag
from generator.site.page import Page
from generator.site.view import page_of

CHANGES = "changes.md"
TITLE = "What changed in this version"


@dataclass(frozen=True, slots=True)
class Told:
    """One change: what is different now, and the words that differ, where words are all that does."""

    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The changes of one source, what hurts most first."""

    kind: str
    """``organization``, ``service`` or ``runbook``."""
    id: str
    changes: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of the site, and what it says about itself."""

    version: str
    title: str
    summary: str
    """What it was compared with, or why it was not."""
    sections: tuple[Section, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Further files, by their path in the tree."""


def with_changes(pages: Sequence[Page], edition: Edition, catalogue: Catalogue) -> list[Page]:
    """The pages, those of runbooks with their changes at the end, and the page of all changes."""
    of_runbooks = {page_of(one.id): one for one in edition.sections if one.kind == "runbook"}
    runbooks = {page_of(compiled.runbook.id) for compiled in catalogue.runbooks}
    told = [
        _with_section(page, edition, of_runbooks.get(page.path)) if page.path in runbooks else page
        for page in pages
    ]
    return [*told, changes_page(edition, catalogue)]


def changes_page(edition: Edition, catalogue: Catalogue) -> Page:
    """All that changed since the version before, source by source."""
    blocks = [heading(1, TITLE), tag("p", f"Version {edition.title}. {edition.summary}")]
    for section in edition.sections:
        title, link = _called(section, catalogue)
        blocks.append(heading(2, title, anchor(section.kind, section.id)))
        blocks += [tag("p", link, class_="db-meta")] if link else []
        blocks.append(tag("ul", *_lines(section)))
    return Page(CHANGES, TITLE, tuple(blocks))


def _with_section(page: Page, edition: Edition, section: Section | None) -> Page:
    """A runbook's page with what changed in it."""
    shown = tag("ul", *_lines(section)) if section else tag("p", "Nothing changed in this runbook.")
    if not edition.sections:
        shown = tag("p", edition.summary)
    more = tag("p", local("../changes.html", "All changes of this version"), class_="db-meta")
    blocks = (heading(2, f"Changed in version {edition.title}", "changed"), shown, more)
    return dataclasses.replace(page, blocks=(*page.blocks, *blocks))


def _lines(section: Section) -> Iterator[Html]:
    for one in section.changes:
        detail = [tag("span", one.detail, class_="db-when")] if one.detail else []
        yield tag("li", escape(one.text), *detail)


def _called(section: Section, catalogue: Catalogue) -> tuple[str, Html | None]:
    """What a source is called, and the link to its page; one that is gone has none."""
    if section.kind == "organization":
        return catalogue.organization.title, local("organization.html", "Roles and channels")
    titles = {("service", one.id): one.title for one in catalogue.services}
    titles |= {("runbook", one.runbook.id): one.runbook.title for one in catalogue.runbooks}
    title = titles.get((section.kind, section.id))
    if title is None:
        return f"{section.kind.capitalize()} {section.id}", None
    return title, local(f"{section.kind}s/{section.id}.html", f"To the {section.kind}")
