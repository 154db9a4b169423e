"""Where an observer and the machine differ by more than a level, the report asks for a note."""

from __future__ import annotations

from simulator.report import terminal_text
from simulator.scoring import score
from tests.simulator.console.leading import lead

DRILL = ("start", "end", "yes")
NOTE = "Detection: the observer says P, the machine U. More than one level apart"


def told(*answers: str) -> str:
    record, _ = lead([*DRILL, *answers], whole=True, change=lambda drill: drill)
    return " ".join(terminal_text(score(record), record).split())


def test_a_rating_far_from_the_machines_asks_for_a_note() -> None:
    """Nobody declared anything, and the observer is full of praise."""
    assert NOTE in told("P Splendid", *[""] * 5)


def test_a_rating_next_to_the_machines_asks_for_none() -> None:
    """One level apart is a matter of taste."""
    assert "apart" not in told("M Not much was done", *[""] * 5)
