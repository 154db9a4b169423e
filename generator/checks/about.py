"""A text of a source in, what the condition beside it is about out: signals, controls and numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from generator.inside import mappings
from generator.source import Document, Pointer

CONDITIONS = ("when", "that")
_NUMBERS = ("above", "below", "equals")


@dataclass(frozen=True, slots=True)
class About:
    """What the condition beside a text names; empty when no condition stands beside it."""

    ids: tuple[str, ...] = ()
    """The signals and controls, each once."""
    by_threshold: tuple[str, ...] = ()
    """The signals, when all that is asked of any is whether it fires; else none."""
    numbers: tuple[tuple[str, float], ...] = ()
    """What stands in the condition itself, each after its signal or control."""


def about(document: Document, pointer: Pointer) -> About:
    """What the condition beside a text is about, as in ``{text: ..., when: {signal: ..., is: firing}}``."""
    holder: Any = document.data
    for part in pointer[:-1]:
        holder = holder[part]
    if not isinstance(holder, dict):
        return About()
    atoms = [atom for key in CONDITIONS for _, atom in mappings(holder.get(key))]
    signals = [atom["signal"] for atom in atoms if "signal" in atom]
    controls = [atom["control"] for atom in atoms if "control" in atom]
    numbers = tuple(
        (atom.get("signal") or atom["control"], float(atom[key]))
        for atom in atoms
        for key in _NUMBERS
        if isinstance(atom.get(key), int | float) and not isinstance(atom[key], bool)
    )
    asks_firing = all("is" in atom for atom in atoms if "signal" in atom)
    return About(
        ids=tuple(dict.fromkeys([*signals, *controls])),
        by_threshold=tuple(dict.fromkeys(signals)) if asks_firing else (),
        numbers=numbers,
    )
