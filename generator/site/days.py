"""A catalogue in, the newest day that its texts and its evidence name out: the day of the site's files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from generator.model import Catalogue

NO_DAY = date(1980, 1, 1)
"""The oldest day that every format of archives can write."""


def newest_day(catalogue: Catalogue) -> date:
    """The day of the last change, review, exercise or rehearsal; the same sources give the same day at any time."""
    return max((day for text in _days(catalogue) if (day := _day(text)) is not None), default=NO_DAY)


def _days(catalogue: Catalogue) -> Iterator[str]:
    for compiled in catalogue.runbooks:
        yield from (change.date for change in compiled.runbook.changelog)
        kept = catalogue.kept(compiled.runbook.id)
        yield from (review.date for review in kept.reviews)
        yield from (exercise.date for exercise in kept.exercises)
        yield from (kept.proof.made_at,) if kept.proof else ()


def _day(text: str) -> date | None:
    try:
        return max(date.fromisoformat(text[:10]), NO_DAY)
    except ValueError:
        return None
