"""What the changes of a waiver are called, in whichever source it stands."""

from __future__ import annotations

from generator.changes.change import Weight
from generator.changes.nouns import Noun
from generator.changes.words import shown

WAIVER = Noun(
    "waiver",
    Weight.SAFETY,
    keys=("rule", "at"),
    called=lambda _, name: "the rule " + " is waived at ".join(name.split()),
    came=lambda subject, waiver: f"{_waived(subject)}: {shown(waiver.get('reason'))}",
    went=lambda subject, _: f"{_waived(subject)} no longer",
)


def _waived(subject: str) -> str:
    return subject if " is waived" in subject else f"{subject} is waived"
