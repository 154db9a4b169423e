"""What was kept beside a runbook: who judged its text, which drills went through it, and what was proven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from generator.model.proof import Proof

Verdict = Literal["approved", "rejected"]
Beside = Literal["service", "drills"]
"""What a proof holds for, beside the text of its runbook."""


@dataclass(frozen=True, slots=True)
class Review:
    """A role's judgement of the text with a given content hash."""

    runbook: str
    hash: str
    role: str
    verdict: Verdict
    date: str
    note: str = ""
    revision: str = ""
    """The commit that holds the text; empty when that is not known."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """A drill that was played with the runbook, and the very texts that were gone through."""

    runbook: str
    hash: str
    """Content hash of the runbook as it was then."""
    responder: Literal["human", "robot"]
    environment: str
    date: str
    record: str
    """Hash of the record's last line."""
    parts: Mapping[str, str]
    """Content hash by id of each step, decision and phase that was gone through to its end."""
    drill: str = ""
    """Empty: not told, since drills are kept from whoever reads this."""
    score: float | None = None
    """Of 100; None when nothing could be scored."""
    objectives_met: bool = False
    """Whether every objective that the drill put to the test was met."""
    revision: str = ""
    """The commit that holds the text; empty when that is not known."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The evidence of one runbook, each kind by date."""

    reviews: tuple[Review, ...] = ()
    exercises: tuple[Exercise, ...] = ()
    proof: Proof | None = None
    """Of the last rehearsal, of whatever text."""
    outdated: tuple[Beside, ...] = ()
    """What is no longer as the proof has it, beside the runbook, whose hash tells by itself."""
