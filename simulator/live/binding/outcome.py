"""What became of a binding that was carried out."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.live.binding.hearing import Heard


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was answered or said, and whether that means that it is done."""

    ok: bool
    status: int
    """Of the answer, or of the program at its end; -1 where there is neither."""
    heard: Heard
    why: str = ""
    """One sentence, where it failed; nothing of what was heard stands in it."""
