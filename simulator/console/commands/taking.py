"""A role and who wants it in, what goes into the record when they take it at a table out."""

from __future__ import annotations

from simulator.console.commands.base import CommandError, Deed
from simulator.console.desk import Desk
from simulator.events import Assigned


def taking(role: str, desk: Desk) -> tuple[Deed, ...]:
    """A role becomes a participant's; CommandError when it is somebody else's. Who is alone takes any."""
    if desk.seat == "alone":
        return ()
    holder = desk.board.holders.get(role, "")
    if holder not in ("", desk.person):
        raise CommandError(f"{role} is {holder}'s; the facilitator can give it to you")
    is_given = desk.seat == "facilitator" or holder == desk.person
    return () if is_given else (Deed(role, Assigned(desk.person, role)),)
