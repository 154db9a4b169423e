"""Conditions and settings of a runbook in, plain words out."""

from __future__ import annotations

from collections.abc import Iterator

from generator.model import Condition, Setting
from generator.prose import printed
from simulator.responders.view import Scene, View, holds


def setting(value: Setting) -> str:
    """A control's value as it is typed.

    >>> setting(0.0), setting("v1"), setting(True)
    ('0', 'v1', 'on')
    """
    return printed(value)


def condition(given: Condition) -> str:
    """A condition as part of a sentence.

    >>> condition(Condition(any=(Condition(signal="a", is_="firing"), Condition(control="c", equals=0.5))))
    'a is firing or c is 0.5'
    """
    if given.all:
        return " and ".join(_inner(part) for part in given.all)
    if given.any:
        return " or ".join(_inner(part) for part in given.any)
    if given.not_ is not None:
        return f"not ({condition(given.not_)})"
    if given.control is not None:
        return f"{given.control} is {setting(given.equals if given.equals is not None else '')}"
    if given.above is not None:
        return f"{given.signal} is above {printed(given.above)}"
    if given.below is not None:
        return f"{given.signal} is below {printed(given.below)}"
    return f"{given.signal} is {given.is_}"


def _inner(part: Condition) -> str:
    words = condition(part)
    return f"({words})" if part.all or part.any else words


def live(given: Condition, *, view: View, scene: Scene, runbook: str) -> Iterator[tuple[bool, str]]:
    """The parts of a condition that all must hold, each with whether it does now."""
    for part in given.all or (given,):
        yield bool(holds(part, view, scene, runbook)[0]), condition(part)
