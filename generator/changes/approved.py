"""A runbook in; the revision that holds the text that was approved last, out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from generator.evidence.reviews import last_approved
from generator.evidence.texts import file_of, git, hash_at
from generator.model import Review
from generator.source import likely

MOST_REVISIONS = 300
"""How many revisions of a runbook are looked into."""


class NotReviewedError(ValueError):
    """There is no approved text to compare with; the message says what to do."""


def approved_review(root: Path, runbook: str) -> Review:
    """The newest review that approved a text of the runbook; NotReviewedError when there is none."""
    names = [file.parent.name for file in (root / "runbooks").glob("*/runbook.yaml")]
    if runbook not in names:
        hint = likely(runbook, names) or "there are: " + ", ".join(sorted(names))
        raise NotReviewedError(f"unknown runbook '{runbook}' ({hint})")
    review = last_approved(root, runbook)
    if review is None:
        hint = f"'runbook review {runbook} --role ROLE' notes a review"
        raise NotReviewedError(f"no role has approved '{runbook}' yet ({hint})")
    return review


def revision_approved(root: Path, review: Review) -> str | None:
    """The commit whose text has the hash that was approved: the one noted, else the newest that has it."""
    for revision in dict.fromkeys(_candidates(root, review)):
        if hash_at(root, review.runbook, revision) == review.hash:
            return revision
    return None


def _candidates(root: Path, review: Review) -> Iterator[str]:
    if review.revision:
        yield review.revision
    limit = f"--max-count={MOST_REVISIONS}"
    log = git(root, "log", limit, "--format=%H", "--", file_of(review.runbook))
    yield from os.fsdecode(log or b"").split()
