"""A facilitator's terminal and a run folder in, a table out: others join it from terminals of their own.

One process holds the session and alone understands what is typed. It listens to its own terminal and to every
guest at once, and waits for none: who hangs, floods or sends rubbish loses the connection, and nobody else anything.
"""

from __future__ import annotations

import selectors
import shlex
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from generator import values
from simulator.console import times, wire
from simulator.console.clock import speed_of
from simulator.console.connected import LINES_PER_S, Guest
from simulator.console.desk import Desk
from simulator.console.door import Door
from simulator.console.names import FILE, NameError_, Names
from simulator.console.places import Came, Heard, Place, Typed, Went
from simulator.console.telling import Line
from simulator.console.terminal import EndOfInput, SharedTerminal
from simulator.console.wire import GoneError, Hello, Said, Wire
from simulator.events import Ended, Event

MOST_GUESTS = 24
MOST_AT_THE_DOOR = 24
"""Connections of which nobody has said yet who comes; another one takes the place of the oldest."""
GREETING_S = 10.0
"""So long may a connection say nothing about who comes."""
PARTING_S = 1.0
"""So long are guests given to take the last of what happened."""
LEAST_WIDTH, MOST_WIDTH = 20, 400


class Hosting:
    """The table of a facilitator who has company."""

    has_company = True

    def __init__(self, terminal: SharedTerminal, folder: Path, *, sources: str = "") -> None:
        """``sources``: the options that others need to find the same sources, where they are not at hand."""
        self.first = Place("facilitator", scripted=terminal.scripted)
        self._terminal = terminal
        self._folder, self._sources = folder, sources
        self._names = Names(folder)
        self._door = Door(folder)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._door.socket, selectors.EVENT_READ)
        terminal.listen(self._selector.fileno())
        self._guests: list[Guest] = []
        self._places: dict[str, Place] = {}
        """By pseudonym; who comes back sits down where they sat."""
        self._heard: deque[Heard] = deque()
        self._asked: Place | None = None
        """Whose line is being answered."""
        self._history: list[bytes] = []
        self._time: Mapping[str, Any] = {}
        self._timed: Mapping[str, Any] = {}
        self._silent = False
        """Whether the facilitator's input is at its end."""
        self._ended = False
        """Whether all were shown how the drill ended."""
        self._open = True

    def open(self, desk: Callable[[Place], Desk]) -> None:
        self._desk = desk
        folder = self._folder.resolve() if self._sources else self._folder
        command = f"drill join {shlex.quote(str(folder))}{self._sources} --name NAME --role ROLE"
        self.say([("class:question", f"Others join with: {command}")])
        if (backstage := desk(self.first).backstage) is not None:
            self.say([("", f"Roles: {', '.join(backstage.roles)}")])

    # --- what comes ------------------------------------------------------------------------------

    def ask(self, seconds: float | None) -> Heard | None:
        """What comes next from anybody within so many seconds; EndOfInput, once, when the facilitator's ends."""
        until = float("inf") if seconds is None else time.monotonic() + seconds
        self._answered()
        while True:
            self._serve()
            if self._heard:
                return self._next()
            left = max(0.0, until - time.monotonic())
            if (line := self._listen(min(left, self._rest()))) is not None:
                return Typed(self.first, line)
            if time.monotonic() >= until:
                self._serve()
                return self._next() if self._heard else None

    def veil(self, text: str) -> str:
        """Words that were typed, with pseudonyms in the place of names."""
        return self._names.veil(text)

    def _next(self) -> Heard:
        heard = self._heard.popleft()
        self._asked = heard.place
        return heard

    def _listen(self, seconds: float) -> str | None:
        """A line of the facilitator's; None when a guest wants something, or so many seconds are over."""
        waited = None if seconds == float("inf") else seconds
        if self._silent:
            self._selector.select(waited)
            return None
        try:
            return self._terminal.ask(waited)
        except EndOfInput:
            self._silent = True
            raise

    def _serve(self) -> None:
        """Let in, hear and send what is there now."""
        self._tell_time()
        for key, events in self._selector.select(0):
            if key.data is None:
                self._let_in()
            else:
                self._attend(key.data, self._exchange, events)
        now = time.monotonic()
        for guest in [*self._guests]:
            self._attend(guest, self._heed, now)

    def _attend(self, guest: Guest, deed: Callable[..., None], *given: object) -> None:
        """Do something for a guest; who makes it fail is hung up on."""
        try:
            if guest in self._guests:
                deed(guest, *given)
            if guest in self._guests:
                self._watch(guest)
        except GoneError as error:
            self._hang_up(guest, f"The facilitator's terminal hung up: {error}.")

    def _let_in(self) -> None:
        with suppress(OSError):
            end, _ = self._door.socket.accept()
            at_the_door = [guest for guest in self._guests if not guest.greeted]
            if len(at_the_door) >= MOST_AT_THE_DOOR:
                self._hang_up(at_the_door[0], "The facilitator's terminal hung up: nobody said who comes.")
            guest = Guest(Wire(end, longest=wire.LONGEST_SAID), time.monotonic())
            self._guests.append(guest)
            self._selector.register(guest.wire, selectors.EVENT_READ, guest)

    def _exchange(self, guest: Guest, events: int) -> None:
        if events & selectors.EVENT_WRITE:
            guest.go_on()
        if events & selectors.EVENT_READ:
            guest.messages += guest.wire.receive()

    def _heed(self, guest: Guest, now: float) -> None:
        """Hear a guest as often as is fair."""
        if not guest.greeted and now - guest.since > GREETING_S:
            raise GoneError("nobody said who comes")
        for message in guest.may_say(now):
            self._take(guest, message)

    def _take(self, guest: Guest, message: Mapping[str, Any]) -> None:
        try:
            if not guest.greeted:
                self._greet(guest, values.structure(message, Hello))
                return
            said = values.structure(message, Said)
        except NameError_ as error:
            raise GoneError(str(error)) from error
        except ValueError as error:
            raise GoneError("it sent what is no message of a table") from error
        if guest.place is not None:
            guest.place.width = min(max(said.width, LEAST_WIDTH), MOST_WIDTH)
            self._heard.append(Typed(guest.place, said.line))

    def _rest(self) -> float:
        """Seconds until somebody who has said too much is heard again."""
        waits = (1 / LINES_PER_S for guest in self._guests if guest.messages)
        silent = (GREETING_S for guest in self._guests if not guest.greeted)
        return min([*waits, *silent], default=float("inf"))

    def _watch(self, guest: Guest) -> None:
        """Read from a guest who has been heard, write to one who has something to come."""
        wanted = (0 if guest.messages else selectors.EVENT_READ) | (
            selectors.EVENT_WRITE if guest.is_late else 0
        )
        known = self._selector.get_map().get(guest.wire.fileno())
        if known is not None and known.events != wanted:
            self._selector.unregister(guest.wire)
            known = None
        if known is None and wanted:
            self._selector.register(guest.wire, wanted, guest)

    # --- who comes and goes ----------------------------------------------------------------------

    def _greet(self, guest: Guest, hello: Hello) -> None:
        self._room_for(hello)
        guest.greeted = True
        known_role = not hello.role or hello.role in self._desk(self.first).board.started.roles
        if not hello.watch:
            self._seat(guest, hello.name, hello.role if known_role else "")
        person = guest.place.person if guest.place else ""
        guest.send(wire.encoded({"welcome": person}))
        guest.catch_up(self._history)
        guest.send(wire.encoded(self._time))
        guest.send(wire.encoded({"reply": [("class:question", self._ahead())]}))
        if not known_role:
            said = "? there is no such role here: `roles` lists them, `as ROLE` takes one"
            guest.send(wire.encoded({"reply": [("class:error", said)]}))

    def _room_for(self, hello: Hello) -> None:
        """GoneError when the table is full; who comes back takes no more room than before."""
        back = "" if hello.watch else self._names.known(hello.name)
        here = [guest for guest in self._greeted() if guest.place is None or guest.place.person != back]
        if len(here) >= MOST_GUESTS:
            raise GoneError(f"the table is full, with {MOST_GUESTS} at it; come again when somebody has left")

    def _ahead(self) -> str:
        """How long it will take those who come now."""
        desk = self._desk(self.first)
        now = times.time_of_day(desk.board.started, desk.t)
        left_s = 60 * desk.scene.horizon_minutes - desk.t
        said = f"It is {now}, and the exercise lasts at most {times.span(left_s)} more"
        if desk.stands:
            return f"{said}. Time passes as the facilitator says, and as deeds take it."
        pace = desk.board.pace
        return f"{said}: at {pace}, {times.span(left_s / (speed_of(pace) or 1.0))} of real time."

    def _seat(self, guest: Guest, name: str, role: str) -> None:
        known = self._names.known(name)
        person = self._pseudonym(name)
        place = self._places.setdefault(person, Place("participant", person))
        for other in [other for other in self._guests if other.place is place]:
            other.place = None  # nobody went: they come back by another door
            self._hang_up(other, "You came back in another terminal, and go on there; this one is closed.")
        guest.place = place
        if not known:
            self.say([("class:dim", f"{person} is {self._names.name(person)}")])
        self._heard.append(Came(place, role))

    def _pseudonym(self, name: str) -> str:
        """GoneError when it cannot be written down who that is, of which the facilitator is told."""
        try:
            return self._names.person(name)
        except OSError as error:
            file, why = self._folder / FILE, error.strerror or error
            said = f"? Somebody was turned away at the door: {file} cannot be written ({why})."
            self.say([("class:error", f"{said} They can come again when it can.")])
            raise GoneError(
                f"your name cannot be written down there ({why}); tell the facilitator"
            ) from error

    def _hang_up(self, guest: Guest, why: str) -> None:
        self._guests.remove(guest)
        with suppress(GoneError):
            guest.wire.send(wire.encoded({"bye": why}))
        if guest.wire.fileno() in self._selector.get_map():
            self._selector.unregister(guest.wire)
        guest.wire.close()
        if guest.place is not None:
            self._heard.append(Went(guest.place))

    # --- what is told ----------------------------------------------------------------------------

    def show(self, event: Event) -> None:
        """Push what participants may see of what was recorded."""
        self._ended = self._ended or isinstance(event.payload, Ended)
        if (row := wire.public(event)) is not None:
            self._history.append(wire.encoded({"event": row}))
            for guest in self._greeted():
                self._send(guest, self._history[-1], happened=True)

    def say(self, lines: Iterable[Line], to: Place | None = None) -> None:
        """An answer to one place; the facilitator's without a place."""
        if to is None or to is self.first:
            self._terminal.say(lines)
            return
        said = [*lines]
        for guest in self._at(to) if said else ():
            self._send(guest, wire.encoded({"reply": said}))

    def _answered(self) -> None:
        """Whoever typed last may type again."""
        place, self._asked = self._asked, None
        for guest in self._at(place) if place is not None else ():
            self._send(guest, wire.encoded({"ready": place.role if place else ""}))

    def _tell_time(self) -> None:
        desk = self._desk(self.first)
        runs = not (desk.waiting or desk.stands or desk.board.paused)
        told = {"t": desk.t, "runs": runs, "waiting": desk.waiting, "unpaced": desk.unpaced}
        state = {**told, "t": desk.t if not runs else desk.view.t}
        if state == self._timed:
            return
        self._timed, self._time = state, {"clock": told}
        for guest in self._greeted():
            self._send(guest, wire.encoded(self._time))

    def _greeted(self) -> list[Guest]:
        return [guest for guest in self._guests if guest.greeted]

    def _at(self, place: Place) -> list[Guest]:
        return [guest for guest in self._guests if guest.place is place]

    def _send(self, guest: Guest, line: bytes, *, happened: bool = False) -> None:
        self._attend(guest, lambda guest: guest.send(line, happened=happened))

    # --- the end ---------------------------------------------------------------------------------

    def close(self) -> None:
        """Send everybody home with what happened last, and leave nothing behind."""
        if not self._open:
            return
        self._open = False
        self._door.close()
        for guest in self._greeted():
            self._send(guest, wire.encoded({"bye": "" if self._ended else wire.LOST}))
        until = time.monotonic() + PARTING_S
        while (late := [g for g in self._guests if g.is_late]) and time.monotonic() < until:
            self._selector.select(max(0.0, until - time.monotonic()))
            for guest in late:
                self._attend(guest, Guest.go_on)
        for guest in self._guests:
            guest.wire.close()
        self._guests.clear()
        self._terminal.listen(None)
        self._selector.close()
