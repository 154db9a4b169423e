"""A score and its record in, JSON out: the score as ``score.schema.json``, the report as ``report.schema.json``."""

from __future__ import annotations

import json

from generator import values
from generator.model import Catalogue
from simulator.events import Record
from simulator.report import phrases
from simulator.report.reality import Reality
from simulator.report.whole import Report, report_of
from simulator.scoring import Score

FORMAT = 1


def score_json(score: Score) -> str:
    """The whole score; the record is named by its hash."""
    return _text(values.plain(score))


def as_json(score: Score, record: Record, catalogue: Catalogue | None = None) -> str:
    """The score, and what the report says beyond it."""
    return _text(_plain(report_of(score, record, catalogue)))


def _plain(report: Report) -> dict[str, object]:
    course = report.course
    return {
        "format": FORMAT,
        "day": None if course.day is None else course.day.isoformat(),
        "start": report.started.time if report.started else None,
        "headline": phrases.headline(report.score),
        "verdict": phrases.clean(phrases.verdict(report.score, report.record)),
        "live": None if report.reality is None else _live(report.reality),
        "score": values.plain(report.score),
        "burdens": {name: values.plain(one) for name, one in report.burdens},
        "strengths": list(report.strengths),
        "improvements": [values.plain(one) for one in report.improvements],
        "findings": [values.plain(one) for one in report.findings],
        "ratings": [values.plain(one) for one in report.judgements],
        "hints": [values.plain(one) for one in course.hints],
        "participants": [values.plain(one) for one in course.participants],
        "messages": [values.plain(one) for one in course.messages],
        "pace": list(course.pace),
    }


def _live(reality: Reality) -> dict[str, object]:
    return {
        "environment": reality.environment,
        "compression": reality.compression,
        "verdict": reality.verdict,
        "differences": list(reality.differences),
        "held_up": reality.held_up,
        "by_twin": reality.filled,
        "sentences": [one for one in (reality.loud, *reality.sentences) if one],
        "injected": [values.plain(one) for one in reality.injected],
        "controls": [values.plain(one) for one in reality.acted],
    }


def _text(whole: object) -> str:
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
