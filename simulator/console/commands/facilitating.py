"""Commands of the facilitator: what comes, what is true, who does what, and the end."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.console import prompter
from simulator.console.backstage import Backstage, MessageSight
from simulator.console.commands.base import AskToEnd, CommandError, Deed, GiveHint, Reply, one_of, words_of
from simulator.console.desk import Desk
from simulator.console.telling import planned
from simulator.events import FACILITATOR, Assigned, Hinted

SEAT = "with `drill run DRILL --facilitator` this terminal is the facilitator's"


def behind(desk: Desk) -> Backstage:
    """What only the facilitator may see; CommandError for everybody else."""
    if desk.backstage is None:
        raise CommandError(f"that would tell what only a facilitator may know; {SEAT}")
    return desk.backstage


def agenda(rest: str, desk: Desk) -> Reply:
    backstage = behind(desk)
    words = words_of(rest, "agenda, or agenda NUMBER for a whole message", least=0, most=1)
    if words:
        return Reply(says=tuple(prompter.message(sight_of(words[0], desk, backstage), desk.board.started)))
    return Reply(says=tuple(prompter.agenda(desk, backstage)))


def sight_of(word: str, desk: Desk, backstage: Backstage) -> MessageSight:
    """The message of that number in the agenda; CommandError when there is none."""
    sights = backstage.messages(desk.t)
    found = {name: sight for sight in sights for name in (str(sight.place), planned(sight.place))}
    if word not in found:
        there = f"they are numbered from a1 to {planned(len(sights))}" if sights else "this drill has none"
        raise CommandError(f"'{word}' is no message of the agenda: {there}")
    return found[word]


def places(desk: Desk) -> Iterable[str]:
    """Numbers of all messages of the agenda; for completion."""
    return [planned(sight.place) for sight in desk.backstage.messages(desk.t)] if desk.backstage else ()


def truth(rest: str, desk: Desk) -> Reply:
    words_of(rest, "truth", least=0, most=0)
    return Reply(says=tuple(prompter.truth(desk, behind(desk))))


def hint(rest: str, desk: Desk) -> Reply:
    words_of(rest, "hint", least=0, most=0)
    return Reply(wish=GiveHint())


def hinted(backstage: Backstage) -> Reply:
    """The next hint, told to all; CommandError when there is none left."""
    if not backstage.hints_left:
        told = "all hints were given" if backstage.hints else "this drill has no hints"
        raise CommandError(told)
    first = backstage.hints_left[0]
    return Reply((Deed(FACILITATOR, Hinted(first.text, first.points)),))


def assign(rest: str, desk: Desk) -> Reply:
    participant, role = words_of(rest, "assign P ROLE, such as assign p1 incident-commander", least=2, most=2)
    there = desk.board.participants
    if not there:
        raise CommandError("nobody has joined; at a terminal for all, `as ROLE COMMAND` acts in a role")
    participant = one_of(participant, there, "participant", listing="roles")
    role = one_of(role, desk.board.started.roles, "role", listing="roles")
    return Reply((Deed(FACILITATOR, Assigned(participant, role)),))


def end(rest: str, desk: Desk) -> Reply:
    words_of(rest, "end", least=0, most=0)
    return Reply(wish=AskToEnd())


def abort(rest: str, desk: Desk) -> Reply:
    words_of(rest, "abort", least=0, most=0)
    return Reply(wish=AskToEnd("aborted"))
