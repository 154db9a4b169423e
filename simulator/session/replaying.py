"""A record that was cut off in, the same drill under way again out: all that happened happens once more, unseen.

What the world does follows from catalogue, drill and seed; what people did is read from the record, in its order.
Each event is compared with the recorded one, hash by hash, before anything new is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from simulator.events import (
    FACILITATOR,
    WORLD,
    AlertChanged,
    ControlOrdered,
    ControlTookEffect,
    Ended,
    Event,
    Observed,
    Payload,
    Recorder,
    Returned,
    Revealed,
    Sealed,
    Started,
    chain,
)
from simulator.events.record import Lines
from simulator.events.sealed import FORMAT
from simulator.responders.view import Action, Move, Responder, Scene, TurnControl, View
from simulator.session.opening import started
from simulator.session.stage import Stage

MADE = (AlertChanged, ControlTookEffect, Observed, Revealed, Started)
"""Nobody does these, whatever a record says."""


class MismatchError(Exception):
    """The drill does not give what was recorded; the message names the line, and says why."""


def sealed_of(stage: Stage, responder: Responder, nonce: str) -> Sealed:
    """What is needed again to go on with the drill of a stage, should it be cut off."""
    opening = started(stage, 0, responder, nonce)
    return Sealed(
        format=FORMAT,
        commitment=opening.commitment,
        drill=stage.drill.id,
        seed=stage.seeds[0],
        nonce=nonce,
        catalogue=opening.catalogue,
        engine=opening.engine,
        responder=responder.name,
        pace=responder.pace,
    )


class Replay(Recorder):
    """Takes what the session makes for what was recorded, as long as it is the same; then writes on behind it."""

    def __init__(
        self,
        recorded: Sequence[Event],
        go_on: Callable[[], Lines],
        *,
        now: Callable[[], str] = lambda: "",
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> None:
        """``recorded``: at least one event. ``go_on`` opens the file behind them, once all of them came again.

        ``progress`` is told how many of how many did.
        """
        super().__init__(now=now)
        self._recorded = tuple(recorded)
        self._go_on = go_on
        self._progress = progress
        self._over = False
        self.replayed: Callable[[Event], None] = lambda event: None
        """Told of each event that came again: nobody is to be shown it as news."""

    @property
    def is_replaying(self) -> bool:
        return len(self.events) < len(self._recorded)

    @property
    def last_t(self) -> float:
        """The instant of the last event before the crash, in seconds since the start."""
        return self._recorded[-1].t

    @property
    def started(self) -> Started:
        """The recorded first event; MismatchError when it begins no drill."""
        payload = self._recorded[0].payload
        if not isinstance(payload, Started):
            raise MismatchError("line 1: begins no drill")
        return payload

    def ahead(self) -> Iterator[Event]:
        """What people did before the world, or the session by itself, did anything more."""
        for event in self._recorded[len(self.events) :]:
            if isinstance(event.payload, Returned):
                continue
            if not _is_move(event):
                return
            yield event

    def append(self, t: float, actor: str, payload: Payload, *, more: bool = False) -> Event:
        """An event again: MismatchError when it is not the recorded one. KeyboardInterrupt where one was recorded."""
        if not self.is_replaying:
            return super().append(t, actor, payload, more=more)
        expected = self._recorded[len(self.events)]
        if _is_interrupt(expected.payload) != _is_interrupt(payload):
            raise KeyboardInterrupt
        made = chain(self.head, self._content(t, actor, payload))
        if made != expected.hash:
            raise MismatchError(self._why(expected, Event(expected.seq, t, actor, payload)))
        self._take(expected)
        return expected

    def _take(self, event: Event) -> None:
        """Keep an event that came again, and those after it that the session does not make."""
        self.events.append(event)
        self._over |= isinstance(event.payload, Ended)
        self.replayed(event)
        self._progress(len(self.events), len(self._recorded))
        if not self.is_replaying:
            self._out = self._go_on()
            super().append(event.t, FACILITATOR, Returned())
            return
        following = self._recorded[len(self.events)]
        if self._over or isinstance(following.payload, Returned):
            self._take(following)

    def _why(self, expected: Event, made: Event) -> str:
        line = expected.seq + 1
        if (expected.kind, expected.actor, expected.t) == (made.kind, made.actor, made.t):
            what = f"the same event, a '{made.kind}', gives other values now"
        else:
            what = (
                f"'{expected.kind}' of {expected.actor} at {expected.t:g} s is recorded, and this drill now gives "
                f"'{made.kind}' of {made.actor} at {made.t:g} s"
            )
        return (
            f"line {line}: {what}: the record was changed by hand, or another engine (processor, numpy or edited "
            "code) made it; go on where it was begun, with an untouched copy"
        )


def _is_move(event: Event) -> bool:
    """Whether somebody did it, rather than the world or the session."""
    if event.actor == WORLD or isinstance(event.payload, MADE):
        return False
    return not (isinstance(event.payload, Ended) and event.payload.reason == "horizon")


def _is_interrupt(payload: Payload) -> bool:
    return isinstance(payload, Ended) and payload.reason == "interrupted"


class Again:
    """Plays back what people did, and lets a machine do again what it did; then ``responder`` takes over."""

    def __init__(self, responder: Responder, replay: Replay, *, is_machine: bool) -> None:
        self.name, self.pace = replay.started.responder, replay.started.pace
        self._responder, self._replay, self._is_machine = responder, replay, is_machine
        self._view: View | None = None
        """The last scrape, as long as the responder has not seen it."""

    def begin(self, scene: Scene) -> Sequence[Move]:
        return self._again(self._responder.begin(scene))

    def respond(self, view: View) -> Sequence[Move]:
        if self._is_machine or not self._replay.is_replaying:
            self._view = None
            return self._again(self._responder.respond(view))
        self._view = view
        return self._again(())

    def wait(self, until_t: float) -> Iterator[Move]:
        if self._replay.is_replaying and not self._is_machine:
            return
        if self._view is not None:
            view, self._view = self._view, None
            yield from self._responder.respond(view)
        yield from self._responder.wait(until_t)

    def _again(self, moves: Sequence[Move]) -> Sequence[Move]:
        """The recorded moves up to what the world does next; a machine's own stand where they stood."""
        if not self._replay.is_replaying:
            return moves
        own = list(moves) if self._is_machine else []
        found = []
        for event in self._replay.ahead():
            if self._is_machine and event.actor != FACILITATOR:
                found += own[:1]
                del own[:1]
            else:
                found.append(Move(0, event.actor, _action(event.payload), event.t))
        return [*found, *own]


def _action(payload: Payload) -> Action:
    """What the session is asked for, so that it makes this event of it."""
    if isinstance(payload, ControlOrdered):
        return TurnControl(payload.control, payload.value)
    return payload
