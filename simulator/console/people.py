"""A terminal and a clock in, a responder out: people answer the drill, one command at a time.

The recorder tells ``saw`` what it has written: the terminal shows what is in the record, and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from simulator.console import telling
from simulator.console.board import Board
from simulator.console.clock import DrillClock, WallClock, pace_of
from simulator.console.commands import CommandError, understand
from simulator.console.commands.base import ActAs, AskToEnd, PassTime, Reply
from simulator.console.desk import Desk
from simulator.console.telling import Line
from simulator.console.text import clean
from simulator.events import FACILITATOR, Ended, Event, Paused, Resumed, Started
from simulator.responders.view import Move, Scene, View

YES = ("y", "yes")
COMMENT = "#"


class EndOfInput(Exception):  # noqa: N818 - it is no error
    """Nobody will type anything any more."""


class Terminal(Protocol):
    """Where people type and read."""

    scripted: bool
    """Whether who types may let time pass by a command."""

    @property
    def width(self) -> int: ...

    def open(self, desk: Callable[[], Desk], pace: str) -> None: ...

    def ask(self, seconds: float | None) -> str | None:
        """The next line typed within so many seconds, None when there is none; EndOfInput at the end."""
        ...

    def say(self, lines: Iterable[Line]) -> None: ...

    def close(self) -> None: ...


class Human:
    name = "human"

    def __init__(self, terminal: Terminal, *, speed: float | None, wall: WallClock | None = None) -> None:
        """``speed``: how many times faster than the wall clock; None: time passes only by a script's ``wait``."""
        self.pace = pace_of(speed)
        self._terminal = terminal
        self._clock = DrillClock(speed, wall or WallClock())
        self._running = False
        self._until_t = 0.0
        self._pass_to = 0.0
        """Up to when a script lets time pass."""
        self._confirming = False
        self._deaf = False
        """Whether the input is at its end."""

    def close(self) -> None:
        """Give the terminal back, whatever happened."""
        self._terminal.close()

    # --- the record speaks -----------------------------------------------------------------------

    def saw(self, event: Event) -> None:
        """Show an event that was recorded; after the end nothing is shown, the truth least of all."""
        if isinstance(event.payload, Started):
            self._board = Board(event.payload)
        if self._board.ended is not None:
            return
        self._board.follow(event)
        self._terminal.say(telling.lines(event, self._board))
        if isinstance(event.payload, Ended):
            self._terminal.close()

    # --- the session asks ------------------------------------------------------------------------

    def begin(self, scene: Scene) -> Sequence[Move]:
        self._scene = scene
        self._role = scene.service.on_call
        return ()

    def respond(self, view: View) -> Sequence[Move]:
        self._view = view
        if not self._running:
            self._terminal.open(self._desk, self.pace)
            self._clock.start()
            self._running = True
        return ()

    def wait(self, until_t: float) -> Iterator[Move]:
        self._until_t = until_t
        while self._goes_on(until_t):
            try:
                line = None if self._deaf else self._terminal.ask(self._clock.wall_seconds_to(until_t))
            except EndOfInput:
                yield from self._fall_silent()
                continue
            if line is None:
                return
            yield from self._obey(line)

    def _goes_on(self, until_t: float) -> bool:
        """Let pass what a script wants passed; whether there is time left to ask before ``until_t``."""
        if self._clock.paused:
            return True
        passed_t = until_t if self._deaf else min(until_t, self._pass_to)
        if self._clock.speed is None:
            self._clock.reach(passed_t)
            return self._clock.now() < until_t
        if seconds := self._clock.wall_seconds_to(passed_t):
            self._clock.sleep(seconds)
        return passed_t < until_t

    # --- people answer ---------------------------------------------------------------------------

    def _obey(self, line: str) -> Iterator[Move]:
        text = clean(line).strip()
        if self._confirming:
            yield from self._confirm(text)
            return
        if not text or text.startswith(COMMENT):
            return
        try:
            reply = understand(text, self._desk())
        except CommandError as error:
            self._terminal.say([("class:error", f"? {clean(str(error))}")])
            return
        yield from self._moves(reply)
        self._terminal.say(("class:reply", clean(said)) for said in reply.says)
        self._grant(reply)

    def _moves(self, reply: Reply) -> Iterator[Move]:
        for deed in reply.deeds:
            if isinstance(deed.action, Paused):
                self._clock.pause()
            yield Move(0, deed.actor, deed.action, self._instant())
            if isinstance(deed.action, Resumed):
                self._clock.resume()

    def _grant(self, reply: Reply) -> None:
        match reply.wish:
            case ActAs(role):
                self._role = role
            case AskToEnd():
                self._confirming = True
                self._terminal.say([("class:question", "End the drill for everybody? Type yes or no.")])
            case PassTime(t):
                self._pass_to = t

    def _confirm(self, text: str) -> Iterator[Move]:
        self._confirming = False
        if text.lower() in YES:
            yield Move(0, FACILITATOR, Ended("ended"), self._instant())
        else:
            self._terminal.say([("class:question", "The drill goes on.")])

    def _fall_silent(self) -> Iterator[Move]:
        """No more input: the drill plays to its horizon, unless it stands."""
        self._deaf = True
        if self._clock.paused:
            yield Move(0, FACILITATOR, Ended("interrupted"), self._instant())
        self._terminal.say([("class:question", "No more input: the drill goes on to its end by itself.")])

    def _instant(self) -> float:
        return max(self._view.t, self._clock.instant(self._until_t))

    def _desk(self) -> Desk:
        return Desk(
            scene=self._scene,
            board=self._board,
            view=self._view,
            role=self._role,
            t=max(self._view.t, min(self._clock.now(), self._until_t)),
            scripted=self._terminal.scripted,
            width=self._terminal.width,
        )
