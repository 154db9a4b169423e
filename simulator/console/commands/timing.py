"""Commands that make time pass, or stop it."""

from __future__ import annotations

import re

from simulator.console import times
from simulator.console.clock import UNPACED, pace_of
from simulator.console.commands.base import (
    Begin,
    ChangeSpeed,
    CommandError,
    Deed,
    JumpTo,
    PassTime,
    Reply,
    words_of,
)
from simulator.console.desk import Desk
from simulator.events import FACILITATOR, Paused, Resumed, Sped

SLOWEST, FASTEST = 0.01, 10_000.0


def _at_a_table(desk: Desk, name: str) -> None:
    """Raises in a live drill, whose clock is that of a real service."""
    if desk.board.started.is_live:
        raise CommandError(
            f"a real service takes its time, so there is no `{name}` here; Ctrl-C twice leaves"
        )


def start(rest: str, desk: Desk) -> Reply:
    words_of(rest, "start", least=0, most=0)
    if not desk.waiting:
        raise CommandError("the drill has started (did you mean `do STEP`?)")
    stands = "Time stands until you say `next`, `wait MINUTES` or `until HH:MM`."
    return Reply(says=(stands if desk.stands else "The clock runs.",), wish=Begin())


def speed(rest: str, desk: Desk) -> Reply:
    _at_a_table(desk, "speed")
    (word,) = words_of(rest, "speed FACTOR, such as speed 20; speed 1 is real time", least=1, most=1)
    found = re.fullmatch(r"x?(\d{1,6}(?:\.\d{1,6})?)", word)
    factor = float(found[1]) if found else 0.0
    if not SLOWEST <= factor <= FASTEST:
        raise CommandError(
            f"'{word}' is no speed: write a factor of real time such as 1 or 20, from {SLOWEST} to {FASTEST:,.0f}"
        )
    if desk.stands:
        raise CommandError("time stands here: `next`, `wait MINUTES` and `until HH:MM` let it pass")
    return Reply((Deed(FACILITATOR, Sped(pace_of(factor))),), wish=ChangeSpeed(factor))


def pause(rest: str, desk: Desk) -> Reply:
    _at_a_table(desk, "pause")
    words_of(rest, "pause", least=0, most=0)
    return Reply((Deed(FACILITATOR, Paused()),))


def resume(rest: str, desk: Desk) -> Reply:
    words_of(rest, "resume", least=0, most=0)
    if not desk.board.paused:
        raise CommandError("the drill is not paused")
    return Reply((Deed(FACILITATOR, Resumed()),))


def next_(rest: str, desk: Desk) -> Reply:
    """To the next thing that happens; where nothing does, to the last scrape, and from there to the end."""
    _at_a_table(desk, "next")
    words_of(rest, "next", least=0, most=0)
    _may_jump(desk, "next", "it passes time; `steps` shows what is to be done")
    horizon_t = 60 * desk.scene.horizon_minutes
    last_t = horizon_t - desk.board.started.step_seconds
    end = (last_t, "nothing else happens before the end; `next` ends the drill")
    limits = [end if desk.t < last_t else (horizon_t, "")]
    if desk.backstage is not None:
        limits += [(t, f"task {id} is due") for t, id in desk.backstage.deadlines(desk.t)]
    t, why = min(limits)
    return _jump(t, desk, stops=True, why=why)


def wait(rest: str, desk: Desk) -> Reply:
    _at_a_table(desk, "wait")
    (word,) = words_of(rest, "wait MINUTES", least=1, most=1)
    try:
        minutes = float(word)
    except ValueError:
        raise CommandError(f"'{word}' is no number of minutes") from None
    if not 0 <= minutes <= desk.scene.horizon_minutes:
        raise CommandError(f"'{word}' minutes do not fit into the drill")
    return _pass_time(desk.t + 60 * minutes, desk, "wait")


def until(rest: str, desk: Desk) -> Reply:
    _at_a_table(desk, "until")
    (word,) = words_of(rest, "until HH:MM", least=1, most=1)
    minutes = times.minutes_of(word, desk.board.started)
    if minutes is None:
        raise CommandError(f"'{word}' is no time: write 02:55, or minutes since the start such as 15")
    if minutes * 60 < desk.t:
        raise CommandError(f"'{word}' is over: it is {times.time_of_day(desk.board.started, desk.t)}")
    return _pass_time(minutes * 60, desk, "until")


def _pass_time(t: float, desk: Desk, name: str) -> Reply:
    if desk.scripted and not desk.unpaced and desk.seat == "alone":
        return Reply(wish=PassTime(t))
    _may_jump(desk, name, "time passes by itself here; `wait` and `until` are for scripts")
    return _jump(t, desk, stops=False)


def _may_jump(desk: Desk, name: str, otherwise: str) -> None:
    if desk.waiting:
        raise CommandError(f"the drill has not started: `{name}` works after `start`")
    if not desk.stands and desk.seat != "facilitator":
        raise CommandError(f"`{name}` is the facilitator's where a clock runs: {otherwise}")


def _jump(t: float, desk: Desk, *, stops: bool, why: str = "") -> Reply:
    """At once; where the clock runs by itself, the record says so."""
    if desk.stands:
        return Reply(wish=JumpTo(t, stops, why=why))
    return Reply((Deed(FACILITATOR, Sped(UNPACED)),), wish=JumpTo(t, stops, desk.board.pace, why))
