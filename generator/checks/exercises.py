"""An exercise can be read, and says which texts of the runbook beside it were gone through in which drill.

The page of a runbook says of each step when its very text was exercised last.
It says so by these files alone, so that nothing is claimed that nobody went through.

The record of the drill stands in `evidence/drills/` beside it, packed, with its score.
Its lines hold together by hashes, the last of which the exercise names, so that nobody can edit one of them.

Write exercises with `drill run --keep`, or with `drill keep` from a record.
One that is broken is not mended by hand: delete it, and keep the record again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.checks.sources import Sources
from generator.content import content_hash, part_hashes
from generator.evidence import exercises, records
from generator.evidence.exercises import ReadExercise
from generator.evidence.files import misnamed, misplaced
from generator.evidence.records import KeptRecord
from generator.source import Document, Finding, Severity, likely

name = exercises.KIND.rule
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Exercises that cannot be read, stand elsewhere, count twice, or claim what the text does not hold."""
    claims: list[ReadExercise] = []
    kept: list[KeptRecord] = []
    for runbook in sources.of_kind("runbook"):
        found, findings = exercises.read(sources.root, runbook.name)
        yield from findings
        for one in found:
            yield from misplaced(one, runbook.name, exercises.KIND)
            yield from misnamed(one, exercises.KIND) if one.value.drill else _nameless(one)
        yield from _twice(found)
        yield from _claimed(found, runbook)
        held, findings = records.read(sources.root, runbook.name)
        yield from findings
        claims += found
        kept += held
    # One record may prove several runbooks, and stands beside one of them.
    yield from records.unproven(kept, [one.value for one in claims])
    yield from _otherwise(claims, kept)


def _otherwise(claims: Sequence[ReadExercise], kept: Sequence[KeptRecord]) -> Iterator[Finding]:
    """Exercises that say something else than the record that they are of."""
    held = {one.head: one for one in kept}
    for one in claims:
        record, said = held.get(one.value.record), one.value
        if record is None:
            continue
        total = None if record.total is None else round(record.total, 1)
        for key, claimed, known in (
            ("drill", said.drill, record.drill),
            ("responder", said.responder, record.responder),
            ("date", said.date, record.day or said.date),
            ("score", said.score, total),
        ):
            if claimed != known:
                message = f"its record says {'nothing' if known is None else known}, and this {claimed}"
                yield Finding(one.place(key), name, severity, message, "keep the record again: drill keep")


def _nameless(one: ReadExercise) -> Iterator[Finding]:
    """Only what is made for readers may keep the drill's name back."""
    message = "it does not say which drill was played"
    yield Finding(one.place("drill"), name, severity, message, "keep the record again: drill keep")


def _twice(found: Sequence[ReadExercise]) -> Iterator[Finding]:
    """One drill counts once."""
    first: dict[str, str] = {}
    for one in found:
        before = first.setdefault(one.value.record, one.path)
        if before != one.path:
            message = f"the same record as in {before.rpartition('/')[2]}: one drill counts once"
            yield Finding(one.place("record"), name, severity, message, "delete one of the files")


def _claimed(found: Sequence[ReadExercise], runbook: Document) -> Iterator[Finding]:
    """Steps that are not in the text that the exercise says it is of; of an older text nobody can tell."""
    present = [one for one in found if one.value.runbook == runbook.name]
    if not present or not runbook.whole:
        return
    hash, known = content_hash(runbook.data), part_hashes(runbook.data)
    for one in present:
        for step, claimed in one.value.parts.items() if one.value.hash == hash else ():
            if step not in known:
                message = f"the text of this hash has no step '{step}'"
            elif known[step] != claimed:
                message = f"the text of this hash has other words in '{step}'"
            else:
                continue
            hint = likely(step, known) if step not in known else ""
            yield Finding(
                one.place("parts", step), name, severity, message, hint or "keep the record again: drill keep"
            )
