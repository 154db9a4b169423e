"""Commands of who observes: remarks, ratings, improvements. Participants see none of them before the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal, TypeAlias

from simulator.console import vocabulary
from simulator.console.commands.base import CommandError, Deed, Reply, one_of
from simulator.console.desk import Desk
from simulator.events import FACILITATOR, Improvement, Rated, Remarked
from simulator.scoring.rubric import WEIGHTS
from simulator.scoring.values import DimensionId

Letter: TypeAlias = Literal["P", "S", "M", "U"]
LETTERS: Mapping[Letter, str] = {
    "P": "performed",
    "S": "with some challenges",
    "M": "with major challenges",
    "U": "unable to perform",
}
RATED: tuple[DimensionId, ...] = tuple(id for id in WEIGHTS if id != "outcome")
"""What an observer can judge; the outcome is measured."""
RATE = "rate DIMENSION P|S|M|U WHY, such as rate detection S Nobody declared for ten minutes"
IMPROVE = "improve ROLE DATE WORDS, such as improve ml-on-call 2026-12-15 Put the topic on the dashboard"


def remark(rest: str, desk: Desk) -> Reply:
    if not rest:
        raise CommandError("type: remark WORDS; participants are not shown them")
    return Reply((Deed(FACILITATOR, Remarked(rest)),), ("Written down; participants are not shown it.",))


def rate(rest: str, desk: Desk) -> Reply:
    words = rest.split(maxsplit=2)
    if len(words) < 3:
        raise CommandError(f"type: {RATE}; dimensions: {', '.join(RATED)}")
    dimension = one_of(words[0], RATED, "dimension", listing="help rate")
    rating = rated(dimension, words[1], words[2])
    return Reply((Deed(FACILITATOR, rating),), ("Written down; participants are not shown it.",))


def rated(dimension: str, letter: str, why: str) -> Rated:
    """A rating; CommandError for a letter that is none, and where nothing says why."""
    found = _letter(letter)
    if not why.strip():
        raise CommandError("say why, in a sentence behind the letter")
    return Rated(dimension, found, why.strip())


def _letter(word: str) -> Letter:
    for letter in LETTERS:
        if word.upper() == letter:
            return letter
    known = ", ".join(f"{letter} {words}" for letter, words in LETTERS.items())
    raise CommandError(f"'{word}' is no rating: {known}")


def improve(rest: str, desk: Desk) -> Reply:
    words = rest.split(maxsplit=2)
    if len(words) < 3:
        raise CommandError(f"type: {IMPROVE}")
    found = improvement(words[2], words[0], words[1], roles=desk.board.started.roles, steps=_steps(desk))
    return Reply((Deed(FACILITATOR, found),), ("Written down; participants are not shown it.",))


def improvement(
    what: str, owner: str, due: str, *, roles: Iterable[str], steps: Iterable[str] = ()
) -> Improvement:
    """What is to be better; CommandError for a role or a day that is none. It may begin with RUNBOOK/STEP."""
    owner = one_of(owner, roles, "role", listing="roles")
    step, words = about(what, [*steps])
    return Improvement(words, owner, day(due), step)


def about(what: str, steps: Sequence[str]) -> tuple[str, str]:
    """The step that an improvement begins with, or none, and the words; CommandError for none of a known runbook."""
    first, _, words = what.strip().partition(" ")
    step = first.rstrip(":")
    if step in steps and words.strip():
        return step, words.strip()
    runbook, slash, _ = step.partition("/")
    if slash and step not in steps and any(known.startswith(f"{runbook}/") for known in steps):
        raise CommandError(f"'{step}' is no step of {runbook}{vocabulary.near(step, steps)}")
    return "", what.strip()


def day(text: str, today: date | None = None) -> str:
    """A day to come as ISO 8601 writes it; CommandError for anything else."""
    try:
        found = date.fromisoformat(text) if len(text) == len("2026-12-15") else _no_day(text)
    except ValueError:
        return _no_day(text).isoformat()
    if found < (today or date.today()):
        raise CommandError(f"'{text}' is over: write a day to come")
    return found.isoformat()


def _no_day(text: str) -> date:
    raise CommandError(f"'{text}' is no day: write 2026-12-15")


def dimensions(desk: Desk) -> Iterable[str]:
    return RATED


def letters(desk: Desk) -> Iterable[str]:
    return LETTERS


def _steps(desk: Desk) -> Iterable[str]:
    return [f"{step.runbook.runbook.id}/{step.node.id}" for step in vocabulary.steps(desk.scene).values()]
