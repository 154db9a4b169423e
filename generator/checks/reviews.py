"""A review can be read, and says which role judged which text of the runbook beside it.

A review is the proof that somebody looked at this very text before it was followed at night.
One that cannot be read proves nothing, and `runbook diff --since-review` cannot begin from it.

Write reviews with `runbook review`, which asks for no more than the role.
One that is broken is mended where the finding stands, or deleted and written again.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.checks.sources import Sources
from generator.evidence import reviews
from generator.evidence.files import misnamed, misplaced
from generator.evidence.reviews import ReadReview
from generator.source import Document, Finding, Severity, likely

name = reviews.KIND.rule
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Reviews that cannot be read, that stand beside another runbook, or whose role nobody knows."""
    for runbook in sources.of_kind("runbook"):
        found, findings = reviews.read(sources.root, runbook.name)
        yield from findings
        for one in found:
            yield from misplaced(one, runbook.name, reviews.KIND)
            yield from [*_unknown_role(sources, one, runbook)] or misnamed(one, reviews.KIND)


def _unknown_role(sources: Sources, one: ReadReview, runbook: Document) -> Iterator[Finding]:
    roles = sources.names("organization.role", runbook)
    if roles and one.value.role not in roles:
        hint = likely(one.value.role, roles) or "name a role of the organization"
        yield Finding(one.place("role"), name, severity, f"unknown role '{one.value.role}'", hint)
