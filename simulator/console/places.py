"""Places at a table, and what comes from them; a deed and who holds which role in, whether it may be done out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from simulator.console.board import Board
from simulator.console.commands.base import ActAs, AskFirst, AskToEnd, CommandError, Deed, Later, Reply
from simulator.console.desk import Seat
from simulator.events import FACILITATOR, WORLD, Answered, Assigned, Joined, Left

FORBIDDEN = "that is for the facilitator to do"


@dataclass(slots=True, eq=False)
class Place:
    """Where somebody sits. The person is a pseudonym, and nobody for the facilitator and who is alone."""

    seat: Seat = "alone"
    person: str = ""
    role: str = ""
    """In which they act; none before they take one."""
    width: int = 80
    scripted: bool = False
    confirming: AskFirst | AskToEnd | None = None
    """What they were asked to say yes or no to."""


@dataclass(frozen=True, slots=True)
class Typed:
    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class Came:
    place: Place
    role: str
    """The one that they want; none where they did not say."""


@dataclass(frozen=True, slots=True)
class Went:
    place: Place


Heard: TypeAlias = Typed | Came | Went
"""What comes from a place."""


def permitted(reply: Reply, place: Place, board: Board) -> None:
    """CommandError when somebody at a table acts in a role that is not theirs, or as the facilitator."""
    if place.seat == "alone":
        return
    if place.seat == "participant" and not isinstance(reply.wish, ActAs | AskFirst | Later | None):
        raise CommandError(FORBIDDEN)
    if isinstance(reply.wish, AskFirst):
        permitted(reply.wish.then, place, board)
    holders = dict(board.holders)
    for deed in reply.deeds:
        if isinstance(deed.action, Assigned):
            holders[deed.action.role] = deed.action.participant
        if deed.actor == FACILITATOR:
            if place.seat == "participant":
                raise CommandError(FORBIDDEN)
        elif deed.actor != WORLD:
            _own(deed.actor, holders.get(deed.actor, ""), place)
            if isinstance(deed.action, Answered):
                to = asked(deed.action.message, board)
                what = f"message {deed.action.message} is for {to} to answer"
                _own(to, holders.get(to, ""), place, what)


def asked(number: int, board: Board) -> str:
    """The role to which the message of that number was written."""
    return next(message.to for _, message in board.messages if message.number == number)


def _own(role: str, holder: str, place: Place, what: str = "") -> None:
    if not role:
        raise CommandError("take a role first: `as ROLE`; `roles` lists them")
    if holder == place.person:  # nobody's role may be played by the facilitator
        return
    what = what or f"that is for {role} to do"
    if holder:
        raise CommandError(f"{what}, and {holder} has that role")
    raise CommandError(f"{what}, and nobody has that role: `as {role}` takes it")


def arrival(place: Place, board: Board) -> tuple[Deed, ...]:
    """What goes into the record when somebody comes; who comes back goes on in the role taken last."""
    held = [role for role, person in board.holders.items() if person == place.person]
    if place.role not in held:
        place.role = held[-1] if held else ""
    return () if place.person in board.participants else (Deed(FACILITATOR, Joined(place.person)),)


def departure(place: Place, board: Board) -> tuple[Deed, ...]:
    return (Deed(FACILITATOR, Left(place.person)),) if place.person in board.participants else ()
