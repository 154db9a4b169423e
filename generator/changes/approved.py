"""A runbook in; the revision that holds the text that was approved last, out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from generator import shell
from generator.compile import content_hash
from generator.located import compose
from generator.model import Review
from generator.reviews import last_approved
from generator.source import likely

MOST_REVISIONS = 300
"""How many revisions of a runbook are looked into."""
_ENVIRONMENT: Mapping[str, str | None] = {
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_DIR": None,
    "GIT_WORK_TREE": None,
    "GIT_INDEX_FILE": None,
}


class NotReviewedError(ValueError):
    """There is no approved text to compare with; the message says what to do."""


def file_of(runbook: str) -> str:
    """The source of a runbook, relative to the root."""
    return f"runbooks/{runbook}/runbook.yaml"


def hash_now(root: Path, runbook: str) -> str | None:
    """The content hash of the present text; None when it cannot be read."""
    file = root / file_of(runbook)
    return _hash(file.read_bytes()) if file.is_file() else None


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
        answer = _git(root, "show", f"{revision}:./{file_of(review.runbook)}")
        if answer is not None and _hash(answer) == review.hash:
            return revision
    return None


def _candidates(root: Path, review: Review) -> Iterator[str]:
    if review.revision:
        yield review.revision
    limit = f"--max-count={MOST_REVISIONS}"
    log = _git(root, "log", limit, "--format=%H", "--", file_of(review.runbook))
    yield from os.fsdecode(log or b"").split()


def revision_now(root: Path, runbook: str) -> str:
    """The commit that holds the present text; empty when none does, or where there is no git."""
    file = file_of(runbook)
    head = _git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    committed = _git(root, "show", f"HEAD:./{file}")
    if head is None or committed is None or _hash(committed) != hash_now(root, runbook):
        return ""
    return os.fsdecode(head.strip())


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git answers; None when it does not, or is not there."""
    try:
        answer = shell.ask(
            ("git", "-c", "log.showSignature=false", *arguments), root, environment=_ENVIRONMENT
        )
    except FileNotFoundError:
        return None
    return answer.output if answer.code == 0 else None


def _hash(content: bytes) -> str | None:
    composed = compose(content.decode("utf-8-sig", "replace"), "")
    return None if composed.findings else content_hash(composed.data)
