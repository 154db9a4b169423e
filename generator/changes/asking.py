"""A revision or a reviewed runbook in; what has changed since then, out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from generator.changes.approved import (
    MOST_REVISIONS,
    NotReviewedError,
    approved_review,
    revision_approved,
)
from generator.changes.change import Comparison
from generator.changes.comparing import compare_roots
from generator.evidence.texts import file_of, hash_now
from generator.revisions import sources_at


def changes_since(root: Path, revision: str, *, paths: Sequence[str] = ()) -> Comparison:
    """What changed since a revision; UnknownRevisionError when there is no such revision."""
    with sources_at(root, revision) as old:
        return compare_roots(old, root, since=revision, paths=paths)


def changes_since_review(root: Path, runbook: str) -> Comparison:
    """What changed of a runbook since a role approved it; NotReviewedError when no text can be found."""
    review = approved_review(root, runbook)
    approved = f"{review.date}, approved by {review.role}"
    if hash_now(root, runbook) == review.hash:
        return Comparison(approved, ())
    revision = revision_approved(root, review)
    if revision is None:
        raise NotReviewedError(
            f"the text that {review.role} approved on {review.date} is in none of the last {MOST_REVISIONS}"
            " revisions of the runbook (name a revision in place of --since-review)"
        )
    with sources_at(root, revision) as old:
        since = f"{approved} ({revision[:12]})"
        return compare_roots(old, root, since=since, paths=[file_of(runbook)])
