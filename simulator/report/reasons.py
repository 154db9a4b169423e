"""A score in, why points were lost out: each reason once, however many parts of the score it cost."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.report.phrases import clean, deduction
from simulator.scoring import Loss, ObjectiveResult, Score
from simulator.scoring.values import DimensionId, ObjectiveId
from simulator.scoring.words import Clock, points

EARNED_BY: dict[ObjectiveId, DimensionId] = {
    "detect": "detection",
    "contain": "response",
    "mitigate": "response",
}
"""Which dimension an objective is a part of."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One or several losses that say the same of the same event."""

    losses: tuple[Loss, ...]
    titles: tuple[str, ...]
    """Of the parts of the score, one a loss."""

    @property
    def points(self) -> float:
        return sum(loss.points for loss in self.losses)

    @property
    def first(self) -> Loss:
        return self.losses[0]

    @property
    def parts(self) -> str:
        """What each part of the score lost; empty where it is one alone."""
        if len(self.losses) < 2:
            return ""
        rows = zip(self.titles, self.losses, strict=True)
        return ", ".join(f"{title} −{points(loss.points)}" for title, loss in rows)


def reasons(score: Score) -> tuple[Reason, ...]:
    """Every reason, the largest first."""
    titles: dict[str, str] = {dimension.id: dimension.title for dimension in score.dimensions}
    same: dict[tuple[str, int | None, bool], list[Loss]] = {}
    for loss in score.losses:
        same.setdefault((loss.why, loss.seq, loss.gap), []).append(loss)
    found = (
        Reason(tuple(losses), tuple(titles.get(loss.dimension) or deduction(loss) for loss in losses))
        for losses in same.values()
    )
    return tuple(sorted(found, key=lambda reason: -reason.points))


def where(loss: Loss, clock: Clock, *, step: bool = True) -> str:
    """The time, event and step of a lost point."""
    parts = [] if loss.minutes is None else [clock.exact(loss.minutes)]
    if loss.seq is not None:
        parts.append(f"event {loss.seq}")
    if loss.missing:
        parts.append(f"missing: {loss.missing}")
    if loss.step and step:
        parts.append(f"during {loss.step}")
    return clean(", ".join(parts))


def note(score: Score, objective: ObjectiveResult, clock: Clock) -> str:
    """What there is to say of an objective; of one that was met and still earned nothing, what took its points."""
    part = next((one for one in score.dimensions if one.id == EARNED_BY.get(objective.id)), None)
    if not objective.met or part is None or part.points > 0:
        return objective.note
    taken = [loss for loss in part.losses if loss.seq is not None and loss.minutes is not None]
    if not taken:
        return objective.note
    most = max(taken, key=lambda loss: loss.points)
    at = clock.at(most.minutes or 0.0)
    return f"in time, but event {most.seq} at {at} took the points of {part.title.lower()}"
