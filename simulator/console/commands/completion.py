"""The beginning of a line in, what its last word may become out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from simulator.console.commands import BY_NAME, arguments, command_names, permitted
from simulator.console.commands.base import Names
from simulator.console.desk import Desk


def complete(text: str, desk: Desk) -> list[str]:
    """What the last word of a line may become."""
    *before, word = text.lstrip().split(" ")
    known: Iterable[str] = command_names(desk)
    if before:
        names = _places(before, desk)
        known = names(desk) if names else ()
    return sorted(name for name in known if name.startswith(word))


def parted(text: str, desk: Desk) -> tuple[str, str]:
    """The beginning of a line that names what the console knows, and the words that somebody put behind it."""
    words = text.split(" ")
    end = 1
    while end < len(words) and words[end] in complete(" ".join(words[: end + 1]), desk):
        end += 1
    known = " ".join(words[:end])
    return known, text[len(known) :]


def shared(words: Sequence[str]) -> str:
    """The beginning that all words share.

    >>> shared(["symptoms", "symptom"])
    'symptom'
    """
    first, last = min(words), max(words)
    differing = (place for place, (one, other) in enumerate(zip(first, last, strict=False)) if one != other)
    return first[: next(differing, len(first))]


def _places(before: Sequence[str], desk: Desk) -> Names | None:
    """What may stand behind these words."""
    if before[0] == "as" and len(before) > 2:
        before = before[2:]
        if before[0] == "as":  # one role at a time
            return None
    command = BY_NAME.get(before[0])
    if command is None or not command.arguments or not permitted(command, desk):
        return None
    place = len(before) - 1
    if command.name == "set" and place == 1:
        return lambda desk: arguments.settings_of(before[1], desk)
    if place < len(command.arguments):
        return command.arguments[place]
    return command.arguments[-1] if command.repeats else None
