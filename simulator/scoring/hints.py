"""The case in, what hints cost out: each the points that the facilitator was told it is worth."""

from __future__ import annotations

from simulator.events import Hinted
from simulator.scoring.case import Case
from simulator.scoring.values import Loss


def hints(case: Case) -> tuple[Loss, ...]:
    """One line a hint; known without a reveal."""
    return tuple(
        Loss(
            "hints",
            hint.points,
            f"A hint was given at {case.clock.at(event.minutes)}.",
            event.minutes,
            event.seq,
        )
        for event, hint in case.record.of(Hinted)
    )
