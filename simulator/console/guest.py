"""What comes from a table or a record in, the participants' view of the drill out; and what is typed, back.

A guest knows what participants are shown, and no more: it needs nothing that the facilitator's process hides.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from generator.model import Catalogue
from simulator.console import telling, wire
from simulator.console.board import Board
from simulator.console.clock import speed_of
from simulator.console.desk import Desk
from simulator.console.sources import Source
from simulator.console.telling import Line
from simulator.console.terminal import EndOfInput, SharedTerminal
from simulator.console.text import clean
from simulator.console.wire import LOST, GoneError
from simulator.events import Event, Started
from simulator.responders.seen import Seen
from simulator.responders.view import Scene
from simulator.session.stage import runbooks_of, signals_of

PATIENCE_S = 15.0
"""So long may a table take to say what is drilled."""
LOOK_S = 0.5
"""How often to look for news where nothing says that there are some."""
LEAVE = "leave"
SILENT = "The table does not answer: has the facilitator's process been stopped?"


class OtherCatalogueError(Exception):
    """The drill was begun with other sources than those that a guest has; the message says what to do."""


class Guest:
    def __init__(
        self, source: Source, terminal: SharedTerminal, catalogue: Catalogue, *, watches: bool = False
    ) -> None:
        """``watches``: reads along, and types nothing."""
        self._source, self._terminal, self._catalogue = source, terminal, catalogue
        self._watches = watches
        self._board: Board | None = None
        self._person = self._role = ""
        self._runs = self._waiting = False
        self._clock_t, self._clock_at = 0.0, 0.0
        """What the facilitator's clock said, and when it did."""
        self._busy = True
        """Whether the table has to answer before it is told more."""
        self._deaf = watches
        """Whether nothing will be typed here."""
        self._parting: str | None = None
        self.has_left = False
        """Whether they went of their own will."""

    @property
    def is_over(self) -> bool:
        """Whether the drill has ended."""
        return self._board is not None and self._board.ended is not None

    @property
    def ending(self) -> str:
        """How the drill ended, in a sentence; empty before that."""
        ended = self._board.ended if self._board is not None else None
        return telling.ENDINGS[ended.reason] if ended is not None else ""

    @property
    def is_debriefed(self) -> bool:
        """Whether people talk about it now: a drill that was cut short has no debriefing."""
        ended = self._board.ended if self._board is not None else None
        return ended is not None and ended.reason in ("horizon", "ended")

    def run(self) -> str:
        """Until the drill or the connection is at its end; what is to be said then.

        OtherCatalogueError when the drill is not of these sources.
        """
        self._patient_until = time.monotonic() + PATIENCE_S
        self._terminal.listen(self._source.fd)
        try:
            while self._parting is None:
                self._turn()
                self._hear()
        finally:
            self._terminal.close()
            self._source.close()
        return self._parting

    def _turn(self) -> None:
        """Wait for news, or for a line to pass on."""
        seconds = LOOK_S if self._source.fd is None else None
        if self._board is None:
            self._source.wait(max(0.0, self._patient_until - time.monotonic()))
        elif self._busy or self._deaf:
            self._terminal.rest(seconds)
        else:
            self._type(seconds)

    def _type(self, seconds: float | None) -> None:
        try:
            line = self._terminal.ask(seconds)
        except EndOfInput:
            self._deaf = True
            return
        if line is not None and line.strip().lower() == LEAVE:
            self.has_left, self._parting = True, ""
        elif line is not None and line.strip():
            self._busy = True
            self._source.say(clean(line), self._terminal.width)

    # --- what is heard ---------------------------------------------------------------------------

    def _hear(self) -> None:
        try:
            for message in self._source.news():
                self._take(message)
        except GoneError as error:
            self._parting = self._parting or (str(error) if self.is_over else LOST)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            self._parting = f"The table sent what is none of its messages: {error}"
        if self._board is None and self._parting is None and time.monotonic() > self._patient_until:
            self._parting = SILENT

    def _take(self, message: Mapping[str, Any]) -> None:
        match message:
            case {"event": row}:
                self._see(wire.event_of(row))
            case {"reply": rows}:
                self._terminal.say(wire.lines_of(rows))
            case {"ready": str() as role}:
                self._role, self._busy = role, False
            case {"clock": {"t": t, "runs": runs, "waiting": waiting}}:
                self._clock_t, self._clock_at = float(t), time.monotonic()
                self._runs, self._waiting = bool(runs), bool(waiting)
            case {"welcome": str() as person}:
                self._person = person
            case {"bye": str() as why}:
                self._parting = clean(why)

    def _see(self, event: Event) -> None:
        if isinstance(event.payload, Started):
            self._open(event.payload)
        if self._board is None or self.is_over:
            return
        self._board.follow(event)
        self._seen.follow(event)
        self._terminal.say(telling.lines(event, self._board))
        if isinstance(event.payload, Started):
            self._terminal.say(self._welcome())

    def _open(self, started: Started) -> None:
        if self._catalogue.hash != started.catalogue:
            raise OtherCatalogueError(
                f"the drill was begun with catalogue {started.catalogue[:12]}, and this is "
                f"{self._catalogue.hash[:12]}: name the facilitator's sources with --root"
            )
        self._board = Board(started)
        self._scene = scene_of(self._catalogue, started)
        self._seen = Seen(self._scene)
        self._terminal.open(self._desk, started.pace)

    def _welcome(self) -> Iterator[Line]:
        if self._watches:
            yield "class:dim", "You read along; nothing can be typed here."
        else:
            yield (
                "class:question",
                f"You are {self._person} at this table. `as ROLE` takes a role, `roles` lists whose they are.",
            )

    # --- what is shown ---------------------------------------------------------------------------

    def _desk(self) -> Desk:
        assert self._board is not None
        return Desk(
            scene=self._scene,
            board=self._board,
            view=self._seen.view(),
            role=self._role,
            t=self._t(self._board),
            width=self._terminal.width,
            seat="participant",
            person=self._person,
            waiting=self._waiting,
        )

    def _t(self, board: Board) -> float:
        """Seconds since the start, as far as the facilitator's clock can have come."""
        speed = speed_of(board.pace) if board.pace.startswith("x") else None
        passed = (time.monotonic() - self._clock_at) * speed if self._runs and speed else 0.0
        next_t = self._seen.view().t + board.started.step_seconds
        return max(board.t, min(self._clock_t + passed, next_t, 60 * board.started.horizon_minutes))


def scene_of(catalogue: Catalogue, started: Started) -> Scene:
    """What is known from the start, to everybody, of a drill that begins like this."""
    runbooks = runbooks_of(catalogue, started.service)
    return Scene(
        service=catalogue.service(started.service),
        runbooks=runbooks,
        signals=signals_of(runbooks),
        replicas=1,
        pace=lambda replica, deed: 1.0,
        horizon_minutes=started.horizon_minutes,
    )
