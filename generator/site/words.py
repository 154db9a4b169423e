"""Conditions, minutes and numbers in, plain words out."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from generator.model import Check, Condition, Setting
from generator.site.markup import NOTHING, Html, escape, join, tag

Name = Callable[[str, str], Html]
"""Of ``signal`` or ``control`` and an id, the name as it shall stand in the sentence."""


@lru_cache(maxsize=4_096)
def number(value: float) -> str:
    """The number without noise: 0.2, 15, 14.4, 1,000.

    >>> number(0.20000), number(15.0), number(12500)
    ('0.2', '15', '12,500')
    """
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return text if text not in {"-0", ""} else "0"


@lru_cache(maxsize=4_096)
def duration(minutes: float) -> str:
    """Minutes as people say them.

    >>> duration(0.5), duration(15), duration(90), duration(2880)
    ('30 s', '15 min', '1 h 30 min', '2 d')
    """
    if 0 < minutes < 1:
        return f"{number(round(minutes * 60, 1))} s"
    if minutes < 60:
        return f"{number(round(minutes, 2))} min"
    days, rest = divmod(minutes, 24 * 60)
    hours, rest = divmod(rest, 60)
    parts = [f"{number(days)} d" if days else "", f"{number(hours)} h" if hours else ""]
    parts.append(f"{number(round(rest, 2))} min" if rest else "")
    return " ".join(part for part in parts if part)


def moment_words(after_minutes: float) -> str:
    """When something is due, counted from the declaration of the incident."""
    return f"after {duration(after_minutes)}" if after_minutes > 0 else "at once"


def setting(value: Setting) -> str:
    """A control's value: on and off for switches."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return number(value) if isinstance(value, int | float) else value


def condition(given: Condition, name: Name) -> Html:
    """The condition as part of a sentence: "amount-psi is firing and score-psi is below 0.1"."""
    if given.all or given.any:
        return _several(given.all or given.any, "and" if given.all else "or", name)
    if given.not_ is not None:
        return Html(escape("it is not so that ") + condition(given.not_, name))
    if given.signal is not None:
        return Html(name("signal", given.signal) + escape(f" is {_state(given)}"))
    if given.control is not None and given.equals is not None:
        return Html(name("control", given.control) + escape(" is set to ") + tag("b", setting(given.equals)))
    return escape("always")


def check(given: Check, name: Name, prose: Callable[[str], Html] = escape) -> Html:
    """A check as a sentence: what holds, for how long, until when."""
    held = f" for {duration(given.hold_minutes)}" if given.hold_minutes else ""
    note = Html(escape(" (") + prose(given.text) + escape(")")) if given.text else NOTHING
    limits = escape(f"{held}, within {duration(given.within_minutes)}")
    return Html(condition(given.that, name) + limits + note)


def _state(given: Condition) -> str:
    if given.above is not None:
        return f"above {number(given.above)}"
    if given.below is not None:
        return f"below {number(given.below)}"
    return given.is_ or ""


def _several(parts: tuple[Condition, ...], joint: str, name: Name) -> Html:
    """Conditions in a row; signals in the same state share one verb: "a, b and c are quiet"."""
    groups: dict[str, list[Html]] = {}
    others: list[Html] = []
    for part in parts:
        if part.signal is not None:
            groups.setdefault(_state(part), []).append(name("signal", part.signal))
        else:
            words = condition(part, name)
            others.append(Html(f"({words})") if part.all or part.any else words)
    shown = [
        Html(
            listed(names, joint) + escape(f" {'are' if len(names) > 1 and joint == 'and' else 'is'} {state}")
        )
        for state, names in groups.items()
    ]
    return join(f", {joint} " if len(groups) > 1 else f" {joint} ", [*shown, *others])


def listed(names: list[Html], joint: str) -> Html:
    """A list as a sentence has it: "a, b and c"."""
    if len(names) < 2:
        return join("", names)
    return Html(join(", ", names[:-1]) + escape(f" {joint} ") + names[-1])
