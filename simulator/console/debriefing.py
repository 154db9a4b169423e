"""Who led the drill in, ratings and improvements out: asked after the end, before the score or any truth is shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeAlias, TypeVar

from simulator.console.commands.base import CommandError
from simulator.console.commands.judging import LETTERS, RATED, about, improvement, rated
from simulator.events import Improvement, Rated
from simulator.scoring.rubric import TITLES
from simulator.scoring.values import DimensionId

T = TypeVar("T")
BACK = "back"
Ask: TypeAlias = Callable[[str], str]
"""A question, and what was typed; StopAsking when nobody will type anything any more."""


class StopAsking(Exception):  # noqa: N818 - it is no error
    """Nobody answers."""


def debrief(
    ask: Ask,
    *,
    roles: Sequence[str],
    steps: Sequence[str] = (),
    known: Collection[str] = (),
    before: Mapping[str, Rated] | None = None,
) -> Iterator[Rated | Improvement]:
    """Five ratings and any number of improvements; what is not understood is asked again, and Enter skips.

    ``known``: dimensions that were rated before a crash; ``before``: what was said of one while the drill ran.
    Of one that is rated again, the last rating holds.
    """
    try:
        yield from _ratings(ask, known, dict(before or {}))
        yield from _improvements(ask, roles, steps)
    except StopAsking:
        return


def _ratings(ask: Ask, known: Collection[str], said: dict[str, Rated]) -> Iterator[Rated]:
    scale = ", ".join(f"{letter} {words}" for letter, words in LETTERS.items())
    head = (
        f"Before the score is shown: how did they do?\n{scale}.\n"
        f"Type a letter and why; Enter skips, `{BACK}` goes to the one before.\n"
    )
    wanted = [dimension for dimension in RATED if dimension not in known]
    place = 0
    while place < len(wanted):
        dimension = wanted[place]
        found = _until_right(ask, _question(dimension, said), partial(_rating, dimension), head=head)
        head = ""
        if found == BACK:
            place = max(0, place - 1)
            continue
        if isinstance(found, Rated):
            said[dimension] = found
            yield found
        place += 1


def _question(dimension: DimensionId, said: Mapping[str, Rated]) -> str:
    """With what was said of it already."""
    if (one := said.get(dimension)) is None:
        return f"{TITLES[dimension]}?"
    return f"{TITLES[dimension]}? You wrote: {one.rating} {one.why} (Enter keeps it)"


def _rating(dimension: str, text: str) -> Rated | str:
    if text.lower() == BACK:
        return BACK
    letter, _, why = text.partition(" ")
    return rated(dimension, letter, why)


def _improvements(ask: Ask, roles: Sequence[str], steps: Sequence[str]) -> Iterator[Improvement]:
    question = "What is to be better the next time? One thing; it may begin with RUNBOOK/STEP. Enter ends."
    while what := _until_right(ask, question, partial(_named, steps)):
        asked = f"Who sees to it, and by which day? ROLE DATE, such as {roles[0]} 2026-12-15. Enter drops it."
        if found := _until_right(ask, asked, partial(_owned, what, roles, steps)):
            yield found
        question = "What else? Enter ends."


def _named(steps: Sequence[str], what: str) -> str:
    about(what, steps)
    return what


def _owned(what: str, roles: Sequence[str], steps: Sequence[str], text: str) -> Improvement:
    owner, _, due = text.partition(" ")
    return improvement(what, owner, due.strip(), roles=roles, steps=steps)


def _until_right(ask: Ask, question: str, read: Callable[[str], T], *, head: str = "") -> T | None:
    """What an answer means; None when it is left empty. A mistake has a line of its own."""
    asked = f"{head}{question}"
    while text := ask(asked):
        try:
            return read(text)
        except CommandError as error:
            asked = f"? {error}.\n{question}"
    return None
