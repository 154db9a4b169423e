"""A terminal and a clock in, a responder out: people answer the drill, one command at a time.

The recorder tells ``saw`` what it has written: the terminal shows what is in the record, and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from simulator.console import debriefing, telling
from simulator.console.backstage import Backstage
from simulator.console.before import Before
from simulator.console.board import Board
from simulator.console.clock import UNPACED, DrillClock, WallClock, pace_of, speed_of
from simulator.console.commands import CommandError, understand
from simulator.console.commands.base import (
    ActAs,
    AskFirst,
    AskToEnd,
    Begin,
    ChangeSpeed,
    Deed,
    GiveHint,
    JumpTo,
    Later,
    PassTime,
    Reply,
)
from simulator.console.commands.completion import parted
from simulator.console.commands.facilitating import hinted
from simulator.console.commands.following import still_under_way
from simulator.console.desk import Desk, Seat
from simulator.console.passing import Passing
from simulator.console.places import Came, Heard, Place, Typed, Went, arrival, departure, permitted
from simulator.console.table import Alone, Table
from simulator.console.telling import Line
from simulator.console.terminal import EndOfInput, Terminal
from simulator.console.text import clean, fold
from simulator.console.vocabulary import steps as steps_of
from simulator.events import (
    FACILITATOR,
    Delivered,
    Ended,
    Event,
    Improvement,
    Paused,
    Rated,
    Resumed,
    Returned,
    Started,
)
from simulator.responders.view import Move, Scene, View
from simulator.session.delivering import Deliveries
from simulator.session.stage import Stage

YES, NO = ("y", "yes"), ("n", "no")
ASKS = {
    "ended": "End the drill for everybody?",
    "aborted": "Abort the drill for everybody? It will not be scored.",
}
COMMENT = "#"


class Human:
    name = "human"

    def __init__(
        self,
        terminal: Terminal,
        *,
        speed: float | None,
        wall: WallClock | None = None,
        seat: Seat = "alone",
        unpaced: bool = False,
        from_minutes: float = 0.0,
        table: Table | None = None,
    ) -> None:
        """``speed``: how many times faster than the wall clock; None: time passes only by ``wait`` and its like.

        ``unpaced``: it passes also by the minutes that deeds state. A facilitator's drill waits for ``start``,
        ``from_minutes`` into it. ``table``: where others sit too; the terminal is that of its first place.
        """
        self.pace = UNPACED if unpaced else pace_of(speed)
        self._terminal = terminal
        self._table = table or Alone(terminal, seat)
        self._seat, self._unpaced = seat, unpaced
        self._clock = DrillClock(speed, wall or WallClock())
        waits = seat == "facilitator" or from_minutes > 0
        self._begins_t = 60 * from_minutes
        self._passing = Passing(self._clock, stands_from_t=60 * from_minutes if waits else None)
        self._running = False
        self._until_t = 0.0
        self._busy = self._table.first
        """Whose deed takes its minutes."""
        self._deaf = False
        """Whether the input is at its end."""
        self._before = Before()
        """What the record says of the time before a crash."""

    def close(self) -> None:
        """Give the terminal back, whatever happened."""
        self._table.close()
        self._terminal.close()

    def enter(self, stage: Stage, deliveries: Deliveries, events: Sequence[Event]) -> None:
        """What is played, and the record as it grows; only a facilitator is shown what is behind."""
        self._backstage = Backstage(stage, deliveries, events)

    def debrief(self) -> Iterator[Rated | Improvement]:
        """What the facilitator judges after the end, before any truth or score is shown."""
        played = self._board.ended is not None and self._board.ended.reason in ("horizon", "ended")
        if played and self._seat == "facilitator" and not self._deaf:
            steps = [f"{step.runbook.runbook.id}/{step.node.id}" for step in steps_of(self._scene).values()]
            yield from debriefing.debrief(
                self._asked,
                roles=self._board.started.roles,
                steps=steps,
                known=self._before.rated,
                before=self._backstage.rated,
            )

    def _asked(self, question: str) -> str:
        lines = [part for line in question.split("\n") for part in fold(line, self._terminal.width)]
        self._terminal.say(("class:question", line) for line in lines)
        try:
            return self._table.veil(clean(self._terminal.ask(None) or "").strip())
        except EndOfInput:
            raise debriefing.StopAsking from None
        except KeyboardInterrupt:
            self._terminal.say([("", "")])  # behind the ^C that the terminal shows
            raise

    # --- the record speaks -----------------------------------------------------------------------

    def catch_up(self, event: Event) -> None:
        """An event from before a crash: known again, and news to nobody."""
        if isinstance(event.payload, Started):
            self._board = Board(event.payload)
        if self._board.ended is not None:
            self._before.judged(event)
        else:
            self._board.follow(event)
            lines = telling.lines(event, self._board, backstage=self._seat == "facilitator")
            self._before.follow(event, lines)
            self._table.show(event)

    def _go_on(self, t: float) -> None:
        """Where things stood when the drill was cut off; who comes back starts the clock, a script goes on."""
        board, first = self._board, self._table.first
        stands = not self._terminal.scripted or self._seat == "facilitator" or self._table.has_company
        self._clock.go_on(t, speed=None if self._unpaced else speed_of(board.pace), paused=board.paused)
        self._passing.go_on(
            t, stands=stands and not board.paused, back=self._before.pace_to_go_back_to(board)
        )
        if not self._table.has_company:
            first.role = self._before.role or first.role
        self._terminal.say(self._before.lines(board, t, role=first.role, stands=self._passing.waiting))

    def saw(self, event: Event) -> None:
        """Show an event that was recorded; after the end nothing is shown, the truth least of all."""
        if isinstance(event.payload, Started):
            self._board = Board(event.payload)
        if self._board.ended is not None:
            if isinstance(event.payload, Returned):
                self.close()
            return
        self._board.follow(event)
        self._passing.saw(event)
        if isinstance(event.payload, Returned):
            self._go_on(event.t)
        leads = self._seat == "facilitator"
        self._terminal.say(telling.lines(event, self._board, backstage=leads, begins_t=self._begins_t))
        self._terminal.say(self._behind(event))
        self._table.show(event)
        if isinstance(event.payload, Ended):
            self.close()

    def _behind(self, event: Event) -> Iterator[Line]:
        """The facilitator reads which message of the agenda arrived."""
        if self._seat == "facilitator" and isinstance(event.payload, Delivered):
            place = self._backstage.place_of(event.payload.number)
            name = "improvised" if place is None else f"{telling.planned(place)} of the agenda"
            yield "class:dim", f"          (hidden) that was {name}"

    # --- the session asks ------------------------------------------------------------------------

    def begin(self, scene: Scene) -> Sequence[Move]:
        self._scene = scene
        if not self._table.has_company:
            self._table.first.role = scene.service.on_call
        return ()

    def respond(self, view: View) -> Sequence[Move]:
        self._view = view
        if not self._running:
            self._terminal.open(lambda: self._desk(self._table.first), self.pace)
            self._table.open(self._desk)
            self._clock.start()
            self._running = True
            if (step := self._before.under_way) is not None and self._unpaced:
                self._passing.grant(still_under_way(*step, self._desk(self._table.first)))
        return ()

    def wait(self, until_t: float) -> Iterator[Move]:
        self._until_t = until_t
        while self._passing.goes_on(until_t, deaf=self._deaf):
            yield from self._answer(self._busy, self._passing.landed, allowed=True)
            yield from self._due()
            try:
                heard = None if self._deaf else self._table.ask(self._clock.wall_seconds_to(until_t))
            except EndOfInput:
                yield from self._fall_silent()
                continue
            if heard is None:
                return
            yield from self._heed(heard)

    # --- people answer ---------------------------------------------------------------------------

    def _heed(self, heard: Heard) -> Iterator[Move]:
        match heard:
            case Typed(place, text):
                yield from self._obey(place, clean(text).strip())
            case Came(place, role):
                yield from self._acts(arrival(place, self._board))
                if role and role != place.role:
                    yield from self._answer(place, lambda desk: understand(f"as {role}", desk))
            case Went(place):
                yield from self._acts(departure(place, self._board))

    def _obey(self, place: Place, text: str) -> Iterator[Move]:
        if place.confirming is not None:
            yield from self._confirm(place, text, place.confirming)
        elif not text and self._passing.waiting and place is self._table.first:
            yield from self._answer(place, lambda desk: Reply(wish=Begin()))
        elif text and not text.startswith(COMMENT):
            known, words = parted(text, self._desk(place))
            veiled = known + self._table.veil(words)
            yield from self._answer(place, lambda desk: understand(veiled, desk))

    def _due(self) -> Iterator[Move]:
        """What was begun, and has taken its minutes now."""
        if later := self._passing.due():
            yield from self._answer(self._busy, later.then, allowed=True)

    def _answer(
        self, place: Place, asked: Callable[[Desk], Reply], *, allowed: bool = False
    ) -> Iterator[Move]:
        """``allowed``: it was when it was begun."""
        try:
            reply = asked(self._desk(place))
            if not allowed:
                permitted(reply, place, self._board)
        except CommandError as error:
            self._table.say([("class:error", f"? {clean(str(error))}")], place)
            return
        self._table.say([("class:question", clean(said)) for said in reply.warns], place)
        yield from self._acts(reply.deeds)
        self._table.say([("class:reply", clean(said)) for said in reply.says], place)
        yield from self._grant(place, reply)

    def _acts(self, deeds: Sequence[Deed]) -> Iterator[Move]:
        for left, deed in zip(reversed(range(len(deeds))), deeds, strict=True):
            if isinstance(deed.action, Paused):
                self._clock.pause()
            yield Move(0, deed.actor, deed.action, self._instant(), more=left > 0)
            if isinstance(deed.action, Resumed):
                self._clock.resume()

    def _grant(self, place: Place, reply: Reply) -> Iterator[Move]:
        match reply.wish:
            case ActAs(role):
                place.role = role
            case AskFirst(question):
                place.confirming = reply.wish
                self._table.say([("class:question", clean(question))], place)
            case AskToEnd(reason):
                place.confirming = reply.wish
                self._table.say([("class:question", f"{ASKS[reason]} Type yes or no.")], place)
            case PassTime() | JumpTo() | Later():
                self._busy = place
                self._passing.grant(reply.wish)
            case ChangeSpeed(speed):
                self._clock.run_at(speed)
            case Begin():
                self._passing.start()
            case GiveHint():
                yield from self._answer(place, lambda desk: hinted(self._backstage))

    def _confirm(self, place: Place, text: str, asked: AskFirst | AskToEnd) -> Iterator[Move]:
        place.confirming = None
        if isinstance(asked, AskFirst):
            yield from self._confirm_deed(place, text, asked)
        elif text.lower() in YES:
            yield Move(0, FACILITATOR, Ended(asked.reason), self._instant())
        else:
            self._table.say([("class:question", "The drill goes on.")], place)

    def _confirm_deed(self, place: Place, text: str, asked: AskFirst) -> Iterator[Move]:
        """What is neither yes nor no is no, and is obeyed: a script loses no line."""
        if text.lower() in YES:
            yield from self._answer(place, lambda desk: asked.then)
            return
        self._table.say([("class:question", asked.otherwise)], place)
        if text.lower() not in NO:
            yield from self._obey(place, text)

    def _fall_silent(self) -> Iterator[Move]:
        """No more input: the drill plays to its horizon, unless it stands."""
        self._deaf = not self._table.has_company or self._clock.speed is None
        if self._clock.paused:
            yield Move(0, FACILITATOR, Ended("interrupted"), self._instant())
        whose = "by itself" if self._deaf else "with those at the table"
        self._terminal.say([("class:question", f"No more input: the drill goes on to its end {whose}.")])

    def _instant(self) -> float:
        return max(self._view.t, self._clock.instant(self._until_t))

    def _desk(self, place: Place) -> Desk:
        is_first = place is self._table.first
        return Desk(
            scene=self._scene,
            board=self._board,
            view=self._view,
            role=place.role,
            person=place.person,
            t=max(self._view.t, min(self._clock.now(), self._until_t)),
            scripted=place.scripted,
            width=self._terminal.width if is_first else place.width,
            seat=place.seat,
            backstage=self._backstage if place.seat == "facilitator" else None,
            begins_t=self._begins_t,
            waiting=self._passing.waiting,
            stands=self._clock.speed is None,
            unpaced=self._unpaced,
        )
