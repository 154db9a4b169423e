"""What was in force in, the lines for an auditor or data for a program out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.model import Exercise, Review
from generator.publishing.answering import InForce
from generator.show import text_of
from generator.values import brief, plain


def as_text(found: InForce) -> str:
    """Which text, since when, who approved it and what is known of it; then the text."""
    return "\n".join(_clean(line) for line in "\n".join(_lines(found)).split("\n"))


def as_data(found: InForce) -> dict[str, Any]:
    """The same for programs: ``runbook`` is the compiled text, or nothing when it has errors by now."""
    made = found.provenance
    return {
        "id": found.runbook.id,
        "version": made.version,
        "title": made.title,
        "published_at": found.published_at,
        "published_by": found.published_by,
        "commit": made.commit,
        "committed_at": made.committed_at,
        "audience": made.audience,
        "engine": made.engine,
        "hash": found.runbook.hash,
        "problems": list(found.problems),
        "reviews": [brief(review) for review in found.runbook.reviews],
        "exercises": [brief(exercise) for exercise in found.runbook.exercises],
        "runbook": plain(found.compiled) if found.compiled else None,
        "source": found.source if found.compiled is None else None,
    }


def _lines(found: InForce) -> Iterator[str]:
    made = found.provenance
    titled = f" ({made.title})" if made.title != made.version else ""
    yield f"{found.runbook.id} in version {made.version}{titled}, for '{made.audience}'"
    yield f"published {found.published_at} (commit {found.published_by[:12]} of the branch)"
    yield f"made of   commit {made.commit} of {made.committed_at}, by Drillbook {made.engine}"
    yield f"content   {found.runbook.hash}"
    yield from (f"AMISS     {problem}" for problem in found.problems)
    yield ""
    yield "Approved by:" if found.runbook.reviews else "Approved by nobody, as far as this version knows."
    yield from (f"  {_review(review)}" for review in found.runbook.reviews)
    yield "Exercised:" if found.runbook.exercises else "Exercised by nobody, as far as this version knows."
    yield from (f"  {_exercise(one, found.runbook.hash)}" for one in found.runbook.exercises)
    yield ""
    if found.catalogue is not None and found.compiled is not None:
        yield text_of(found.compiled, found.catalogue)
    else:
        yield "The sources of that commit have errors in the eyes of this Drillbook; this is the text as it was:"
        yield ""
        yield found.source


def _review(review: Review) -> str:
    note = f": {review.note}" if review.note else ""
    return f"{review.role} on {review.date}{note}"


def _exercise(exercise: Exercise, hash: str) -> str:
    score = "no score" if exercise.score is None else f"score {exercise.score:g}"
    whole = "this very text" if exercise.hash == hash else "an earlier text, some of whose steps are the same"
    met = "objectives met" if exercise.objectives_met else "objectives not met"
    drill = exercise.drill or "a drill"
    return (
        f"{exercise.date} {drill} by {exercise.responder}, {exercise.environment}: {score}, {met}; {whole};"
        f" record {exercise.record[:12]}"
    )


def _clean(said: str) -> str:
    """Nothing that a terminal takes for a command."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in said)
