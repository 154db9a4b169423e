"""A score, its record and the sources where they are at hand in; everything that a report tells out."""

from __future__ import annotations

from dataclasses import dataclass

from generator.model import Catalogue
from simulator.events import Record, Started
from simulator.report.course import Course, course_of
from simulator.report.findings import StepFinding, findings_of
from simulator.report.known import Known, known_of
from simulator.report.lessons import (
    Burden,
    Judgement,
    Lesson,
    burdens_of,
    improvements_of,
    judgements_of,
    strengths_of,
)
from simulator.report.reality import Reality, reality_of
from simulator.report.reasons import Reason, reasons
from simulator.report.sentences import Sentences, sentences_of
from simulator.scoring import Score
from simulator.scoring.case import case_of
from simulator.scoring.words import Clock


@dataclass(frozen=True, slots=True)
class Report:
    """What every format tells; each leaves out what it has no room for, and none tells another number."""

    score: Score
    record: Record
    started: Started | None
    course: Course
    reasons: tuple[Reason, ...]
    says: Sentences
    findings: tuple[StepFinding, ...]
    strengths: tuple[str, ...]
    improvements: tuple[Lesson, ...]
    judgements: tuple[Judgement, ...]
    burdens: tuple[tuple[str, Burden], ...]
    """With the team, the robot, the oracle and nobody."""
    known: Known
    reality: Reality | None
    """None for a drill at a table."""

    @property
    def clock(self) -> Clock:
        """Tells instants as the screens did."""
        return self.says.clock

    @property
    def stale(self) -> bool:
        """Whether sources are at hand that are not those that were played."""
        return self.known.catalogue is not None and not self.known.same


def report_of(score: Score, record: Record, catalogue: Catalogue | None = None) -> Report:
    """Everything, from the record alone but for what a catalogue adds to it."""
    known, case, course = known_of(catalogue, record), case_of(record), course_of(record)
    return Report(
        score=score,
        record=record,
        started=case.started if case else None,
        course=course,
        reasons=reasons(score),
        says=sentences_of(record),
        findings=findings_of(case, known) if case else (),
        strengths=strengths_of(score, record),
        improvements=improvements_of(score, record, known, course.day),
        judgements=judgements_of(score, record),
        burdens=burdens_of(record),
        known=known,
        reality=reality_of(record),
    )
