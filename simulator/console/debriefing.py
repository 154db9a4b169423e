"""Who led the drill in, ratings and improvements out: asked after the end, before the score or any truth is shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import TypeAlias, TypeVar

from simulator.console.commands.base import CommandError
from simulator.console.commands.judging import LETTERS, RATED, improvement, rated
from simulator.events import Improvement, Rated
from simulator.scoring.rubric import TITLES

T = TypeVar("T")
Ask: TypeAlias = Callable[[str], str]
"""A question, and what was typed; StopAsking when nobody will type anything any more."""


class StopAsking(Exception):  # noqa: N818 - it is no error
    """Nobody answers."""


def debrief(
    ask: Ask, *, roles: Sequence[str], steps: Sequence[str] = (), known: Collection[str] = ()
) -> Iterator[Rated | Improvement]:
    """Five ratings and any number of improvements; what is not understood is asked again, and Enter skips.

    ``known``: dimensions that were rated before a crash.
    """
    try:
        yield from _ratings(ask, known)
        yield from _improvements(ask, roles, steps)
    except StopAsking:
        return


def _ratings(ask: Ask, known: Collection[str]) -> Iterator[Rated]:
    scale = ", ".join(f"{letter} {words}" for letter, words in LETTERS.items())
    head = f"Before the score is shown: how did they do?\n{scale}.\nType a letter and why; Enter skips.\n"
    for dimension in RATED:
        if dimension in known:
            continue
        question = f"{head}{TITLES[dimension]}?"
        if found := _until_right(ask, question, partial(_rating, dimension)):
            yield found
        head = ""


def _rating(dimension: str, text: str) -> Rated:
    letter, _, why = text.partition(" ")
    return rated(dimension, letter, why)


def _improvements(ask: Ask, roles: Sequence[str], steps: Sequence[str]) -> Iterator[Improvement]:
    question = "What is to be better the next time? One thing; it may begin with RUNBOOK/STEP. Enter ends."
    while what := ask(question):
        asked = f"Who sees to it, and by which day? ROLE DATE, such as {roles[0]} 2026-12-15. Enter drops it."
        if found := _until_right(ask, asked, partial(_owned, what, roles, steps)):
            yield found
        question = "What else? Enter ends."


def _owned(what: str, roles: Sequence[str], steps: Sequence[str], text: str) -> Improvement:
    owner, _, due = text.partition(" ")
    return improvement(what, owner, due.strip(), roles=roles, steps=steps)


def _until_right(ask: Ask, question: str, read: Callable[[str], T]) -> T | None:
    """What an answer means; None when it is left empty."""
    asked = question
    while text := ask(asked):
        try:
            return read(text)
        except CommandError as error:
            asked = f"? {error}. {question}"
    return None
