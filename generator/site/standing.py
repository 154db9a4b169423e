"""A runbook and its evidence in, how far its text is proven out: by content hash alone, without a clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from generator.model import CompiledRunbook, Exercise, Kept, Review
from generator.model.proven import ProofState, proven_by

PassageState = Literal["exercised", "changed", "never"]
Light = Literal["good", "amber", "bad", "none"]

_LIGHTS: dict[ProofState, Light] = {"proven": "good", "changed": "amber", "failed": "bad", "none": "none"}

BY = {"human": "people", "robot": "robot"}


@dataclass(frozen=True, slots=True)
class Passage:
    """Whether the very text of one step was gone through."""

    state: PassageState
    exercise: Exercise | None = None
    """The newest of this very text; of a text that changed, the newest of an older one."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the evidence says of a runbook as a whole."""

    light: Light
    words: str


def passage(compiled: CompiledRunbook, kept: Kept, id: str) -> Passage:
    """How far one step, decision or phase is proven."""
    text = compiled.parts.get(id)
    tried = [exercise for exercise in kept.exercises if id in exercise.parts]
    same = [exercise for exercise in tried if exercise.parts[id] == text]
    if same:
        return Passage("exercised", same[-1])
    return Passage("changed", tried[-1]) if tried else Passage("never")


def passages(compiled: CompiledRunbook, kept: Kept) -> dict[str, Passage]:
    """How far every step is proven, by id, in the order of the plan."""
    ids = [node.id for node in compiled.plan.nodes if node.id in compiled.parts]
    return {id: passage(compiled, kept, id) for id in ids}


def standing(compiled: CompiledRunbook, kept: Kept) -> Standing:
    """Green: this very text was exercised, and nothing speaks against it; amber: something does."""
    steps = passages(compiled, kept)
    exercised = sum(step.state == "exercised" for step in steps.values())
    rejected = [review for review in judgements(compiled, kept) if review.verdict == "rejected"]
    same = [exercise for exercise in kept.exercises if exercise.hash == compiled.hash]
    if rejected:
        return Standing("amber", f"rejected {rejected[-1].date}")
    if same:
        last = same[-1].date
        if any(missed(exercise) for exercise in same if exercise.date == last):
            return Standing("amber", f"objectives missed {last}")
        return Standing("good", f"{exercised} of {len(steps)} steps exercised")
    if kept.exercises:
        return Standing("amber", f"exercised {kept.exercises[-1].date}, older text")
    return Standing("none", "never exercised")


def proof_standing(compiled: CompiledRunbook, kept: Kept) -> Standing:
    """Green: proven as it stands; red: it failed; amber: something is another than what was rehearsed."""
    found = proven_by(compiled, kept)
    return Standing(_LIGHTS[found.state], found.words)


def judgements(compiled: CompiledRunbook, kept: Kept) -> list[Review]:
    """What each role said last of this very text."""
    last = {review.role: review for review in kept.reviews if review.hash == compiled.hash}
    return sorted(last.values(), key=lambda review: review.date)


def silent_approvers(compiled: CompiledRunbook, kept: Kept) -> list[str]:
    """The roles that approve changes in an incident, and have not judged this very text."""
    judged = {review.role for review in judgements(compiled, kept)}
    approvers = dict.fromkeys(approval.role for approval in compiled.runbook.governance.approve)
    return [role for role in approvers if role not in judged]


def missed(exercise: Exercise) -> bool:
    """Whether an objective was missed; what could not be scored says nothing."""
    return exercise.score is not None and not exercise.objectives_met
