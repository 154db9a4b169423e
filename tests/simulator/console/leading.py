"""Drills that a facilitator leads by a script, through a pipe."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from generator.model import Drill, Hint, Inject, Measure
from simulator.console.desk import Seat
from simulator.console.lines import LineTerminal
from simulator.console.people import Human
from simulator.events import Record, Recorder
from simulator.session.loop import Session
from simulator.session.play import play_people
from simulator.session.stage import Stage, set_up
from tests.simulator.console.desks import FakeWall, QuietTerminal
from tests.simulator.stages import FAULT_DRILL, with_drill

HINTS = (Hint("Look at what the amounts are."), Hint("Pipeline v1 reads the old topic.", 3.0))
DECLARED = Measure("declare", {"symptom": "input-drift"})
INJECTS = (
    Inject("early", "ml-on-call", "engineering", "Noor", "A graph has a gap.", at_minutes=3),
    Inject("later", "support-lead", "support-desk", "Jonas", "Three calls.", at_minutes=6),
    Inject("thanks", "ml-on-call", "support-desk", "Jonas", "Good.", after=DECLARED, delay_minutes=2),
    Inject("press", "ml-on-call", "support-desk", "Jonas", "Nobody said it.", at_minutes=8, unless=DECLARED),
)
"""At 02:43 and 02:46, two minutes after a declaration, and at 02:48 unless there was one."""


def scenario(*, minutes: float = 12, injects: Sequence[Inject] = INJECTS) -> Callable[[Drill], Drill]:
    return lambda drill: replace(drill, horizon_minutes=minutes, injects=tuple(injects), hints=HINTS)


def short_stage(change: Callable[[Drill], Drill] | None = None) -> Stage:
    """The shipped drill from 02:40 on, for twelve minutes, with messages and hints of our own."""
    return set_up(with_drill(change or scenario()), FAULT_DRILL, [7])


def lead(
    lines: Iterable[str],
    *,
    seat: Seat = "facilitator",
    unpaced: bool = True,
    whole: bool = False,
    from_minutes: float = 0.0,
    change: Callable[[Drill], Drill] | None = None,
) -> tuple[Record, str]:
    """A script in its own time; the record and all that was shown. ``whole``: with debriefing and reveal."""
    reading, writing = os.pipe()
    os.write(writing, "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
    os.close(writing)
    out, recorder, stage = io.StringIO(), Recorder(), short_stage(change)
    try:
        people = Human(
            LineTerminal(reading, out), speed=None, seat=seat, unpaced=unpaced, from_minutes=from_minutes
        )
        if whole:
            return play_people(stage, people, recorder, nonce="nonce"), out.getvalue()
        _session(stage, people, recorder)
    finally:
        os.close(reading)
    return recorder.record(), out.getvalue()


def lead_at_a_clock(
    script: Sequence[tuple[float, str]], *, speed: float = 60.0, seat: Seat = "facilitator"
) -> tuple[Record, QuietTerminal]:
    """A script at wall seconds, of which each is a minute of the drill at first."""
    wall, recorder = FakeWall(), Recorder()
    terminal = QuietTerminal(wall, list(script))
    people = Human(terminal, speed=speed, wall=wall.clock(), seat=seat)
    _session(short_stage(), people, recorder)
    return recorder.record(), terminal


def _session(stage: Stage, people: Human, recorder: Recorder) -> None:
    session = Session(stage, people, [recorder], nonces=["nonce"])
    recorder.heard = people.saw
    people.enter(stage, session.deliveries[0], recorder.events)
    session.run()
