"""What a command is: words and what is known in; deeds for the record and lines for the reader out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

from simulator.console.desk import Desk
from simulator.console.vocabulary import near
from simulator.responders.view import Action

T = TypeVar("T")
FEW = 12
"""As many names as an error lists."""


class CommandError(Exception):
    """A command that cannot be followed; the message says what to type instead."""


@dataclass(frozen=True, slots=True)
class Deed:
    actor: str
    action: Action


@dataclass(frozen=True, slots=True)
class ActAs:
    role: str


@dataclass(frozen=True, slots=True)
class AskToEnd:
    reason: Literal["ended", "aborted"] = "ended"


@dataclass(frozen=True, slots=True)
class AskFirst:
    """Nothing is done before somebody has said yes; whatever else they type is understood as always."""

    question: str
    then: Reply
    otherwise: str


@dataclass(frozen=True, slots=True)
class PassTime:
    """As fast as a script's clock goes."""

    until_t: float


@dataclass(frozen=True, slots=True)
class JumpTo:
    """At once; ``stops``: no further than the next thing that happens."""

    until_t: float
    stops: bool = False
    back: str = ""
    """The pace to go on at, where the clock runs by itself."""
    why: str = ""
    """What is there at its end, if nothing happens before."""


@dataclass(frozen=True, slots=True)
class Later:
    """What is begun takes its minutes before it is done: time passes to ``t``, then comes the rest."""

    t: float
    then: Callable[[Desk], Reply]


@dataclass(frozen=True, slots=True)
class ChangeSpeed:
    speed: float


@dataclass(frozen=True, slots=True)
class Begin:
    """The drill waits no longer."""


@dataclass(frozen=True, slots=True)
class GiveHint:
    """The next one of the drill."""


Wish: TypeAlias = ActAs | AskFirst | AskToEnd | Begin | ChangeSpeed | GiveHint | JumpTo | Later | PassTime
"""What a command asks of the console itself."""


@dataclass(frozen=True, slots=True)
class Reply:
    deeds: tuple[Deed, ...] = ()
    says: tuple[str, ...] = ()
    """Shown after the deeds are recorded."""
    wish: Wish | None = None
    warns: tuple[str, ...] = ()
    """Shown before the deeds are recorded."""


Run: TypeAlias = Callable[[str, Desk], Reply]
"""The words after the command's name, and the desk."""
Names: TypeAlias = Callable[[Desk], Iterable[str]]


By: TypeAlias = Literal["team", "facilitator", "both"]
"""Who answers the incident, who leads the drill, or either. At a terminal of its own, a facilitator does all."""


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    usage: str
    summary: str
    example: str
    run: Run
    arguments: Sequence[Names] = ()
    """What may stand in each place, for completion."""
    repeats: bool = False
    """Whether the last argument may be given again."""
    in_pause: bool = False
    """Whether it works while the clock stands."""
    by: By = "team"
    backstage: bool = False
    """Whether it tells or needs what only a facilitator may know."""


def bare(
    name: str,
    summary: str,
    run: Run,
    *,
    in_pause: bool = False,
    by: By = "team",
    backstage: bool = False,
) -> Command:
    """A command that is typed as its name alone."""
    return Command(name, name, summary, name, run, in_pause=in_pause, by=by, backstage=backstage)


def words_of(rest: str, usage: str, *, least: int, most: int) -> list[str]:
    """The words of a command; CommandError when there are too few or too many."""
    words = rest.split()
    if not least <= len(words) <= most:
        raise CommandError(f"type: {usage}")
    return words


def named(word: str, known: Mapping[str, T], what: str, *, listing: str) -> T:
    """What a name, or its unmistakable beginning, stands for; else CommandError with the nearest name."""
    if word in known:
        return known[word]
    begun = [name for name in known if name.startswith(word)]
    if len(begun) == 1:
        return known[begun[0]]
    if begun:
        raise CommandError(f"'{word}' may be {' or '.join(begun[:FEW])}")
    hint = near(word, known)
    if not hint and len(known) <= FEW:
        hint = f" (there is {', '.join(known) or 'none'})"
    raise CommandError(f"unknown {what} '{word}'{hint}; `{listing}` lists them")


def one_of(word: str, known: Iterable[str], what: str, *, listing: str) -> str:
    """The word, if it is known; CommandError otherwise."""
    return named(word, {name: name for name in known}, what, listing=listing)
