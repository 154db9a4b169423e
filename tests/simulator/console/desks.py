"""The shipped case at a certain minute, as the console sees it; and ways to play a script."""

from __future__ import annotations

import functools
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from simulator.console.board import Board
from simulator.console.clock import WallClock
from simulator.console.desk import Desk
from simulator.console.lines import LineTerminal
from simulator.console.people import Human
from simulator.console.telling import Line
from simulator.events import FACILITATOR, Ended, Event, Opened, Record, Recorder, Started
from simulator.responders.view import Move, Scene, View
from simulator.session.loop import Session
from simulator.session.play import play_people
from tests.simulator.stages import ROOT, shorter, stage

__all__ = ["ROOT", "FakeWall", "QuietTerminal", "desk", "desk_at", "play_script", "run_session", "shorter"]


class Watcher:
    """Opens the runbook, looks on, and ends the drill at a minute, with all that the console would know."""

    name, pace = "human", "max"

    def __init__(self, minutes: float) -> None:
        self._minutes = minutes
        self.board: Board | None = None

    def saw(self, event: Event) -> None:
        if isinstance(event.payload, Started):
            self.board = Board(event.payload)
        assert self.board is not None
        if not isinstance(event.payload, Ended):
            self.board.follow(event)

    def begin(self, scene: Scene) -> Sequence[Move]:
        self.scene = scene
        return [Move(0, "ml-on-call", Opened("feature-drift"))]

    def respond(self, view: View) -> Sequence[Move]:
        self.view = view
        return [Move(0, FACILITATOR, Ended("ended"))] if view.minutes >= self._minutes else []

    def wait(self, until_t: float) -> Iterator[Move]:
        return iter(())


@functools.cache
def desk_at(minutes: float) -> Desk:
    """The desk of the drill with seed 7; its board is shared, so change nothing on it."""
    watcher, recorder = Watcher(minutes), Recorder()
    recorder.heard = watcher.saw
    Session(stage(), watcher, [recorder], nonces=["nonce"]).run()
    assert watcher.board is not None
    return Desk(
        watcher.scene, watcher.board, watcher.view, role="ml-on-call", t=watcher.view.t, scripted=True
    )


def desk() -> Desk:
    """Minute 25: two alerts fire, nothing is declared, the runbook is open."""
    return desk_at(25)


def play_script(lines: Iterable[str], *, drill: str = "amount-unit-change") -> tuple[Record, str]:
    """A script played at any speed through a pipe; its record and all that was shown."""
    reading, writing = os.pipe()
    os.write(writing, "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
    os.close(writing)
    out = io.StringIO()
    try:
        people = Human(LineTerminal(reading, out), speed=None)
        record = play_people(stage(drill), people, Recorder(), nonce="nonce")
    finally:
        os.close(reading)
    return record, out.getvalue()


@dataclass
class FakeWall:
    """A wall clock that moves when it is told to."""

    seconds: float = 0.0

    def clock(self) -> WallClock:
        return WallClock(now=lambda: self.seconds, sleep=self.pass_)

    def pass_(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class QuietTerminal:
    """Somebody who types given lines at given wall seconds; an empty script types nothing more."""

    wall: FakeWall
    script: list[tuple[float, str]]
    interrupt_at: float | None = None
    said: list[str] = field(default_factory=list)
    closed: bool = False
    scripted: bool = False
    width: int = 80

    def open(self, desk: object, pace: str) -> None:
        self.pace = pace

    def ask(self, seconds: float | None) -> str | None:
        until = float("inf") if seconds is None else self.wall.seconds + seconds
        if self.interrupt_at is not None and self.interrupt_at <= until:
            raise KeyboardInterrupt
        if self.script and self.script[0][0] <= until:
            at, line = self.script.pop(0)
            self.wall.seconds = max(self.wall.seconds, at)
            return line
        self.wall.seconds = until
        return None

    def say(self, lines: Iterable[Line]) -> None:
        self.said += [text for _, text in lines]

    def close(self) -> None:
        self.closed = True


def run_session(
    script: Sequence[tuple[float, str]],
    *,
    minutes: float,
    speed: float = 60.0,
    interrupt_at: float | None = None,
) -> tuple[Record, QuietTerminal]:
    """A short drill on a fake wall clock, without its reveal."""
    wall = FakeWall()
    terminal = QuietTerminal(wall, list(script), interrupt_at=interrupt_at)
    people, recorder = Human(terminal, speed=speed, wall=wall.clock()), Recorder()
    recorder.heard = people.saw
    short = stage()
    short = replace(
        short,
        drill=shorter(minutes)(short.drill),
        clockwork=replace(short.clockwork, horizon_minutes=minutes),
    )
    Session(short, people, [recorder], nonces=["nonce"]).run()
    return recorder.record(), terminal
