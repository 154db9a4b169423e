"""A review can be read, and says which role judged which text of the runbook beside it.

A review is the proof that somebody looked at this very text before it was followed at night.
One that cannot be read proves nothing, and `runbook diff --since-review` cannot begin from it.

Write reviews with `runbook review`, which asks for no more than the role.
One that is broken is mended where the finding stands, or deleted and written again.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator import reviews
from generator.checks.sources import Sources
from generator.reviews import ReadReview
from generator.source import Document, Finding, Place, Severity, likely

name = reviews.NAME
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Reviews that cannot be read, that stand beside another runbook, or whose role nobody knows."""
    for runbook in sources.of_kind("runbook"):
        found, findings = reviews.read(sources.root, runbook.name)
        yield from findings
        for one in found:
            yield from _misplaced(one, runbook)
            yield from _unknown_role(sources, one, runbook)


def _misplaced(one: ReadReview, runbook: Document) -> Iterator[Finding]:
    if one.review.runbook != runbook.name:
        message = f"this review is of '{one.review.runbook}', and stands beside '{runbook.name}'"
        yield _finding(one, "runbook", message, f"move it to {reviews.folder_of(one.review.runbook)}")


def _unknown_role(sources: Sources, one: ReadReview, runbook: Document) -> Iterator[Finding]:
    roles = sources.names("organization.role", runbook)
    if roles and one.review.role not in roles:
        hint = likely(one.review.role, roles) or "name a role of the organization"
        yield _finding(one, "role", f"unknown role '{one.review.role}'", hint)


def _finding(one: ReadReview, key: str, message: str, hint: str) -> Finding:
    return Finding(one.places.get((key,), Place(one.path)), name, severity, message, hint)
