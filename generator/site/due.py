"""A catalogue in, when each runbook is to be reviewed and drilled next out; which day is today, it does not know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from generator.model import Catalogue, CompiledRunbook, Kept

Occasion = Literal["drill", "review"]


@dataclass(frozen=True, slots=True)
class Due:
    """Something that a runbook asks for by a day."""

    occasion: Occasion
    compiled: CompiledRunbook
    day: date
    days: int
    """How many days may lie between two of them."""
    since: date
    """The day that they are counted from."""
    done: bool
    """Whether that was the last of them; else there was none, and it is the day of the last change."""


def dues(catalogue: Catalogue) -> list[Due]:
    """What all runbooks ask for, the earliest first."""
    found = [due for one in catalogue.runbooks for due in dues_of(one, catalogue.kept(one.runbook.id))]
    return sorted(found, key=lambda due: (due.day, due.compiled.runbook.title, due.occasion))


def dues_of(compiled: CompiledRunbook, kept: Kept) -> Iterator[Due]:
    """The next review and the next drill; only an approval ends a review, and only people need practice."""
    governance = compiled.runbook.governance
    reviews = [review.date for review in kept.reviews if review.verdict == "approved"]
    drills = [exercise.date for exercise in kept.exercises if exercise.responder == "human"]
    changes = [change.date for change in compiled.runbook.changelog]
    occasions: tuple[tuple[Occasion, int, list[str]], ...] = (
        ("review", governance.review_days, reviews),
        ("drill", governance.days_between_drills, drills),
    )
    for occasion, days, done in occasions:
        if done or changes:
            since = date.fromisoformat(max(done or changes))
            yield Due(occasion, compiled, _later(since, days), days, since, bool(done))


def _later(day: date, days: int) -> date:
    """So many days later; the calendar ends with the year 9999."""
    return day + timedelta(min(days, (date.max - day).days))
