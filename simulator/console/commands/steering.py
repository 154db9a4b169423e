"""Commands with which the facilitator steers what reaches the team."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from simulator.console import times
from simulator.console.backstage import MessageSight
from simulator.console.commands.base import CommandError, Deed, Reply, named, one_of, words_of
from simulator.console.commands.facilitating import behind, sight_of
from simulator.console.desk import Desk
from simulator.console.telling import planned
from simulator.events import FACILITATOR, Delivered, Steered

How: TypeAlias = Literal["now", "hold", "release", "skip"]
IMPROVISED = "improvise ROLE CHANNEL SENDER: TEXT, such as improvise ml-on-call chat Jonas: Is it over?"


def send(rest: str, desk: Desk) -> Reply:
    sight = _unsent(rest, desk, "send NUMBER")
    return _steered(sight, "now", f"It goes out {_soon(desk)}.")


def hold(rest: str, desk: Desk) -> Reply:
    sight = _unsent(rest, desk, "hold NUMBER")
    name = planned(sight.place)
    if sight.state == "held":
        raise CommandError(f"{name} is held already: `release {name}` lets it go")
    return _steered(sight, "hold", f"It is held until `release {name}`, or `send {name}`.")


def release(rest: str, desk: Desk) -> Reply:
    sight = _unsent(rest, desk, "release NUMBER")
    if sight.state not in ("held", "skipped"):
        raise CommandError(f"{planned(sight.place)} is not held; `agenda` shows what is")
    if sight.t is None:
        return _steered(sight, "release", "It comes when what it waits for has happened.")
    at = times.time_of_day(desk.board.started, sight.t)
    return _steered(sight, "release", f"It comes {f'at {at}' if sight.t > desk.t else _soon(desk)}.")


def leave_out(rest: str, desk: Desk) -> Reply:
    sight = _unsent(rest, desk, "leave-out NUMBER")
    if sight.state == "skipped":
        raise CommandError(f"{planned(sight.place)} is left out already")
    return _steered(sight, "skip", f"It will not be sent; `release {planned(sight.place)}` puts it back.")


def _soon(desk: Desk) -> str:
    """When a message arrives that nothing keeps back."""
    return f"with the next scrape{'; `next` lets time pass to it' if desk.stands else ''}"


def improvise(rest: str, desk: Desk) -> Reply:
    known = {channel.id: channel.id for channel in behind(desk).channels}
    words, colon, text = rest.partition(":")
    role, _, more = words.partition(" ")
    channel, _, sender = more.strip().partition(" ")
    if not (colon and text.strip() and sender.strip()):
        raise CommandError(f"type: {IMPROVISED}")
    role = one_of(role, desk.board.started.roles, "role", listing="roles")
    channel = named(channel, known, "channel", listing="help improvise")
    return Reply((Deed(FACILITATOR, Delivered(role, channel, sender.strip(), text.strip())),))


def places(desk: Desk) -> Iterable[str]:
    """Numbers of messages that have not been sent; for completion."""
    if desk.backstage is None:
        return ()
    return [planned(sight.place) for sight in desk.backstage.messages(desk.t) if sight.state != "sent"]


def channels(desk: Desk) -> Iterable[str]:
    return [channel.id for channel in desk.backstage.channels] if desk.backstage else ()


def _unsent(rest: str, desk: Desk, usage: str) -> MessageSight:
    backstage = behind(desk)
    (word,) = words_of(rest, f"{usage}; `agenda` shows the numbers", least=1, most=1)
    sight = sight_of(word, desk, backstage)
    if sight.state == "sent" and sight.t is not None:
        at = times.time_of_day(desk.board.started, sight.t)
        raise CommandError(
            f"{planned(sight.place)} of the agenda was sent at {at}, as MESSAGE {sight.message.number}"
        )
    return sight


def _steered(sight: MessageSight, how: How, says: str) -> Reply:
    return Reply((Deed(FACILITATOR, Steered(sight.place, how)),), (says,))
