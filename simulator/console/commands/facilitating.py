"""Commands of the facilitator, who alone stops the clock or the drill, and of scripts, who make time pass."""

from __future__ import annotations

from simulator.console import times
from simulator.console.commands.base import AskToEnd, CommandError, Deed, PassTime, Reply, words_of
from simulator.console.desk import Desk
from simulator.events import FACILITATOR, Paused, Resumed


def end(rest: str, desk: Desk) -> Reply:
    words_of(rest, "end", least=0, most=0)
    return Reply(wish=AskToEnd())


def pause(rest: str, desk: Desk) -> Reply:
    words_of(rest, "pause", least=0, most=0)
    return Reply((Deed(FACILITATOR, Paused()),))


def resume(rest: str, desk: Desk) -> Reply:
    words_of(rest, "resume", least=0, most=0)
    if not desk.board.paused:
        raise CommandError("the drill is not paused")
    return Reply((Deed(FACILITATOR, Resumed()),))


def wait(rest: str, desk: Desk) -> Reply:
    (word,) = words_of(rest, "wait MINUTES", least=1, most=1)
    try:
        minutes = float(word)
    except ValueError:
        raise CommandError(f"'{word}' is no number of minutes") from None
    if not 0 <= minutes <= desk.scene.horizon_minutes:
        raise CommandError(f"'{word}' minutes do not fit into the drill")
    return _pass_time(desk.t + 60 * minutes, desk)


def until(rest: str, desk: Desk) -> Reply:
    (word,) = words_of(rest, "until HH:MM", least=1, most=1)
    minutes = times.minutes_of(word, desk.board.started)
    if minutes is None:
        raise CommandError(f"'{word}' is no time: write 02:55, or minutes since the start such as 15")
    if minutes * 60 < desk.t:
        raise CommandError(f"'{word}' is over: it is {times.time_of_day(desk.board.started, desk.t)}")
    return _pass_time(minutes * 60, desk)


def _pass_time(t: float, desk: Desk) -> Reply:
    if not desk.scripted:
        raise CommandError("time passes by itself here; `wait` and `until` are for scripts")
    return Reply(wish=PassTime(t))
