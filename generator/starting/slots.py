"""The names of drills that exist in, two free ones that give nothing away out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

_DAYS = ("wednesday", "monday", "friday", "tuesday", "thursday", "saturday", "sunday")
_HOURS = {"morning": "09:40", "afternoon": "15:20", "noon": "12:10", "evening": "19:30", "night": "02:40"}


@dataclass(frozen=True, slots=True)
class Slot:
    """A drill is called after the time at which it is played."""

    id: str
    weekday: str
    time: str
    words: str


def drill_slots(taken: Collection[str]) -> tuple[Slot, Slot]:
    """Two slots whose names are free."""
    free = (slot for slot in _slots() if slot.id not in taken)
    return next(free), next(free)


def _slots() -> Iterator[Slot]:
    """All of them, each name once; after the last hour of the week with numbers."""
    count = 1
    while True:
        for part, time in _HOURS.items():
            for day in _DAYS:
                number = f"-{count}" if count > 1 else ""
                yield Slot(f"{day}-{part}{number}", day, time, f"{day.capitalize()} {part}")
        count += 1
