"""The sources of two versions in, what changed for the readers of the site out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from generator import schemas
from generator.audience import UnknownAudienceError, readable
from generator.changes import Group, compare_documents
from generator.load import load
from generator.publishing.provenance import Before
from generator.revisions import UnknownRevisionError, sources_at
from generator.site.edition import Section, Told
from generator.source import Document


def what_changed(
    root: Path, tree: Path, before: Before | None, audience: str
) -> tuple[str, tuple[Section, ...]]:
    """A sentence on what was compared, and the changes that the audience may read, source by source.

    ``tree`` holds the sources of now; drills are left out, for what they hold is sealed.
    """
    if before is None:
        return "It is the first version.", ()
    try:
        with sources_at(root, before.commit) as old:
            was, now = load(old).documents, load(tree).documents
            if any(schemas.read(one).problems for one in was):
                # What is labelled how cannot be relied on, and nothing is told rather than too much.
                return f"The sources of version {before.version} have errors by now: nothing is compared.", ()
            groups = compare_documents(_shown(was, audience), _shown(now, audience))
    except UnknownRevisionError:
        words = f"The sources of version {before.version} (commit {before.commit[:12]}) were not at hand"
        return f"{words} when it was built, so that what changed since is not told here.", ()
    except UnknownAudienceError:
        return f"Nobody had said what '{audience}' may read when version {before.version} was made.", ()
    count = sum(len(group.changes) for group in groups)
    told = (
        f"{count} change{'s' * (count != 1)}"
        if count
        else "No change of a runbook, a service or the organization"
    )
    return f"{told} since version {before.version}.", tuple(_section(group) for group in groups)


def _shown(documents: Iterable[Document], audience: str) -> list[Document]:
    """The sources that the pages are made of, as far as the audience may read them."""
    shown = readable(documents, audience).documents if audience else documents
    return [one for one in shown if one.kind != "drill"]


def _section(group: Group) -> Section:
    changes: Iterable[Told] = (Told(change.text, change.detail) for change in group.changes)
    return Section(group.kind, "organization" if group.kind == "organization" else group.name, tuple(changes))
