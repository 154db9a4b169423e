"""The files of ``evidence/reviews/`` in, reviews and what is wrong with them out; and back.

A review says that a role judged a text with a given content hash.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from generator.evidence import files
from generator.evidence.files import Kind, Read
from generator.model import Review
from generator.source import Finding

KIND: Kind[Review] = Kind("reviews", "review", Review, "role")
ReadReview: TypeAlias = Read[Review]


def read(root: Path, runbook: str) -> tuple[tuple[ReadReview, ...], tuple[Finding, ...]]:
    """The reviews of a runbook by date, and what is wrong with those that cannot be read."""
    return files.read(root, runbook, KIND)


def last_approved(root: Path, runbook: str) -> Review | None:
    """The newest review that approved a text of the runbook."""
    found = (one.value for one in reversed(read(root, runbook)[0]))
    return next((r for r in found if r.verdict == "approved" and r.runbook == runbook), None)


def said_before(root: Path, review: Review) -> Review | None:
    """The newest review of the role on that very text, if it says as much; None when this one says more."""
    asked = (review.role, review.hash)
    found = [one.value for one in read(root, review.runbook)[0]]
    last = next((r for r in reversed(found) if (r.role, r.hash) == asked), None)
    if last is None or last.verdict != review.verdict or review.note not in ("", last.note):
        return None
    return last


def write(root: Path, review: Review) -> Path:
    """Keep a review; one of the same role and day gets a number, and nothing is overwritten."""
    return files.write(root, review, KIND, text_of(review))


def problem_of(review: Review) -> str:
    """Why a review could not be read again; empty when it could."""
    if not all(sign.isprintable() or sign in "\n\t" for sign in review.note):
        return "a control character stands in the note"
    return next(iter(files.problems_of(_given(review), KIND)), "")


def text_of(review: Review) -> str:
    """A review as YAML."""
    return files.text_of(_given(review), KIND)


def _given(review: Review) -> dict[str, str]:
    given = {
        "runbook": review.runbook,
        "hash": review.hash,
        "role": review.role,
        "verdict": review.verdict,
        "date": review.date,
        "note": review.note,
        "revision": review.revision,
    }
    return {key: value for key, value in given.items() if value}
