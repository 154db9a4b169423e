"""How a request was answered in; how it ended, and whether that is worse than when all was well, out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import orjson

from simulator.world.outcomes import OUTCOMES

End: TypeAlias = Literal["right", "late", "refused", "wrong", "failed"]
assert get_args(End) == OUTCOMES
_RANK = {outcome: place for place, outcome in enumerate(OUTCOMES)}
HELD = "review"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0: nothing did."""

    status: int
    decision: str = ""
    """Empty where none can be read."""


NOTHING = Answer(0)


def decision_in(body: bytes) -> str:
    """What an answer of the sandbox decides; empty where it cannot be read."""
    try:
        found = orjson.loads(body)
    except ValueError:
        return ""
    decision = found.get("decision") if isinstance(found, dict) else None
    return decision if decision in ("pass", "block", HELD) else ""


def answer_of(status: int, body: bytes, read: Callable[[bytes], str] = decision_in) -> Answer:
    """What an answer says; one that nobody can ``read`` has no decision."""
    return Answer(status, read(body)) if status == 200 else Answer(status)


def end_of(answer: Answer, label: int, *, is_late: bool) -> End:
    """How a request ended, as in the simulated world: late is late, whatever was decided; what is held waits.

    >>> end_of(Answer(200, "block"), 1, is_late=False), end_of(Answer(200, "review"), 1, is_late=False)
    ('right', 'refused')
    >>> end_of(Answer(429), 1, is_late=False), end_of(NOTHING, 0, is_late=True)
    ('refused', 'failed')
    """
    if answer.status == 429:
        return "refused"
    if not answer.decision:
        return "failed"
    if is_late:
        return "late"
    if answer.decision == HELD:
        return "refused"
    return "right" if is_right(answer, label) else "wrong"


def is_right(answer: Answer, label: int) -> bool:
    """Whether a decision that was made agrees with the label."""
    return (answer.decision == "block") == (label == 1)


def is_worse(end: End, healthy: End) -> bool:
    """Whether a request ended worse than the same case did when all was well."""
    return _RANK[end] > _RANK[healthy]
