"""The files of ``evidence/reviews/`` in, reviews and what is wrong with them out; and back.

A review says that a role judged a text with a given content hash. It is evidence: it is hashed apart
from the runbook, so that a review does not change what it is a review of.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator import schemas
from generator.files import read_text
from generator.model import Review
from generator.source import Finding, Place, Pointer

NAME = "reviews"
"""The rule that reviews are under."""
_SCHEMA_LINE = "# yaml-language-server: $schema=../../../../schema/review.schema.json"


@dataclass(frozen=True, slots=True)
class ReadReview:
    """A review and where its keys stand."""

    review: Review
    path: str
    places: Mapping[Pointer, Place]


def folder_of(runbook: str) -> str:
    """Where the reviews of a runbook are kept, relative to the root."""
    return f"runbooks/{runbook}/evidence/reviews"


def read(root: Path, runbook: str) -> tuple[tuple[ReadReview, ...], tuple[Finding, ...]]:
    """The reviews of a runbook by date, and what is wrong with those that cannot be read."""
    found: list[ReadReview] = []
    findings: list[Finding] = []
    for file in sorted((root / folder_of(runbook)).glob("*.yaml")):
        path = file.relative_to(root).as_posix()
        review = _read(root, path, findings)
        if review is not None:
            found.append(review)
    # The second of a role and day has a longer name than the first, and '-2' sorts before '.yaml'.
    return tuple(sorted(found, key=lambda r: (r.review.date, len(r.path), r.path))), tuple(findings)


def last_approved(root: Path, runbook: str) -> Review | None:
    """The newest review that approved a text of the runbook."""
    found = (one.review for one in reversed(read(root, runbook)[0]))
    return next((r for r in found if r.verdict == "approved" and r.runbook == runbook), None)


def said_before(root: Path, review: Review) -> Review | None:
    """The newest review of the role on that very text, if it says as much; None when this one says more."""
    asked = (review.role, review.hash)
    found = [one.review for one in read(root, review.runbook)[0]]
    last = next((r for r in reversed(found) if (r.role, r.hash) == asked), None)
    if last is None or last.verdict != review.verdict or review.note not in ("", last.note):
        return None
    return last


def _read(root: Path, path: str, findings: list[Finding]) -> ReadReview | None:
    text, unread = read_text(root, path)
    if unread is not None:
        findings.append(unread)
        return None
    from generator.located import compose  # YAML is imported where it is needed

    composed = compose(text, path)
    findings += composed.findings
    if composed.findings or not isinstance(composed.data, dict):
        return None
    problems = [*_problems(composed.data, composed.values, composed.keys, path)]
    findings += problems
    return None if problems else ReadReview(Review(**composed.data), path, composed.values)


def _problems(
    data: Mapping[str, Any], values: Mapping[Pointer, Place], keys: Mapping[Pointer, Place], path: str
) -> Iterator[Finding]:
    for problem in schemas.read_part(schemas.of_kind("review"), data).problems:
        places = keys if problem.at_key else values
        place = places.get(problem.pointer, values.get((), Place(path)))
        yield Finding(place, NAME, "error", problem.message, problem.hint)


def write(root: Path, review: Review) -> Path:
    """Keep a review; one of the same role and day gets a number, and nothing is overwritten."""
    folder = root / folder_of(review.runbook)
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        suffix = "" if number == 1 else f"-{number}"
        file = folder / f"{review.date}-{review.role}{suffix}.yaml"
        try:
            with file.open("x", encoding="utf-8") as out:
                out.write(text_of(review))
        except FileExistsError:
            number += 1
        else:
            return file


def problem_of(review: Review) -> str:
    """Why a review could not be read again; empty when it could."""
    if not all(sign.isprintable() or sign in "\n\t" for sign in review.note):
        return "a control character stands in the note"
    found = schemas.read_part(schemas.of_kind("review"), _given(review)).problems
    return f"{found[0].pointer[-1]}: {found[0].message}" if found else ""


def text_of(review: Review) -> str:
    """A review as YAML; texts are quoted, so that none is taken for anything else."""
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in _given(review).items()]
    return "\n".join([_SCHEMA_LINE, *lines, ""])


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
