"""A drill's messages and the record so far in, the messages that arrive now out.

What arrives follows from the drill, its seed and the record alone, so that a record played again gives the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from generator.model import Choice, Drill, Inject
from generator.prose import REFERENCE
from simulator.cast import cast_of
from simulator.events import Delivered, Event, Steered, ToldInject
from simulator.events.matching import Counting, matches
from simulator.session.announcing import clock


@dataclass(slots=True)
class Waiting:
    """A message of the drill and what has become of it; times in seconds since the start."""

    inject: Inject
    due_t: float | None
    """When it is to come; None: nobody knows yet."""
    done_t: float | None = None
    """When what it would ask for was done."""
    word: str = ""
    """The facilitator's last: now, hold, release or skip."""
    word_t: float = 0.0
    number: int | None = None
    excused: bool = False

    @property
    def instant(self) -> float | None:
        """When it comes, or would have; a message let go after its time comes as it is let go."""
        if self.due_t is None or self.word != "release":
            return self.due_t
        return max(self.due_t, self.word_t)

    @property
    def is_kept_away(self) -> bool:
        """Whether what it would ask for was done by its instant."""
        return self.instant is not None and self.done_t is not None and self.done_t <= self.instant

    def hear(self, event: Event) -> None:
        """Take in an event that counts."""
        inject = self.inject
        if self.due_t is None and inject.after is not None and matches(event, inject.after):
            self.due_t = event.t + 60 * inject.delay_minutes
        if self.done_t is None and inject.unless is not None and matches(event, inject.unless):
            self.done_t = event.t

    def comes(self, t: float) -> bool:
        """Whether it arrives at ``t``, if it has not yet."""
        if self.word == "now":
            return True
        if self.excused or self.word in ("hold", "skip") or self.instant is None or self.instant > t:
            return False
        self.excused = self.is_kept_away
        return not self.excused


class Deliveries:
    """The messages of one drill, in the order in which they arrive, numbered from 1."""

    def __init__(self, drill: Drill, seed: int) -> None:
        self._waiting = [
            Waiting(inject, None if inject.at_minutes is None else 60 * inject.at_minutes)
            for inject in drill.injects
        ]
        self._drill, self._seed = drill, seed
        self._counting = Counting()
        self._heard = 0
        self._number = 0

    def due(self, t: float, events: Sequence[Event]) -> list[Delivered]:
        """What arrives at ``t`` seconds, given all events so far; each message once."""
        if not self._waiting:
            return []
        self._hear(events)
        coming = [waiting for waiting in self._waiting if waiting.number is None and waiting.comes(t)]
        coming.sort(key=lambda waiting: waiting.word_t if waiting.word == "now" else waiting.instant or 0.0)
        return [self._sent(waiting, t) for waiting in coming]

    def numbered(self, message: Delivered) -> Delivered:
        """A message that is not in the drill, under its number."""
        self._number += 1
        return replace(message, number=self._number)

    def told(self, events: Sequence[Event]) -> tuple[ToldInject, ...]:
        """What became of each message, in the drill's order, once the drill is over."""
        self._hear(events)
        return tuple(_told(waiting) for waiting in self._waiting)

    def standing(self, events: Sequence[Event]) -> Sequence[Waiting]:
        """All messages of the drill as they stand after these events, in its order."""
        self._hear(events)
        return tuple(self._waiting)

    def worded(self, inject: Inject, t: float) -> Delivered:
        """A message as it would read at ``t`` seconds, without its number."""
        known = self._known(t)
        choices = tuple(Choice(one.id, _filled(one.text, known)) for one in inject.choices)
        sender, text = _filled(inject.sender, known), _filled(inject.text, known)
        return Delivered(inject.to, inject.channel, sender, text, choices=choices)

    def _hear(self, events: Sequence[Event]) -> None:
        for event in events[self._heard :]:
            if isinstance(event.payload, Steered):
                self._steer(event.t, event.payload)
            elif self._counting.takes(event):
                for waiting in self._waiting:
                    waiting.hear(event)
        self._heard = len(events)

    def _steer(self, t: float, steered: Steered) -> None:
        # A place that the drill does not have is no message's.
        if 1 <= steered.inject <= len(self._waiting):
            waiting = self._waiting[steered.inject - 1]
            waiting.word, waiting.word_t = steered.how, t

    def _sent(self, waiting: Waiting, t: float) -> Delivered:
        message = self.numbered(self.worded(waiting.inject, t))
        waiting.number = message.number
        return message

    def _known(self, t: float) -> Mapping[str, str]:
        """What stands for the blanks of a message that is sent at ``t``."""
        return {**cast_of(self._drill.cast, self._seed), "incident.now": clock(self._drill, t / 60)}


def _filled(text: str, known: Mapping[str, str]) -> str:
    return REFERENCE.sub(lambda blank: known.get(blank.group(1), blank.group()), text)


def _told(waiting: Waiting) -> ToldInject:
    """Excused: what it would ask for was done before it could come. Cut: it was to come, and did not."""
    if waiting.number is not None:
        return ToldInject(waiting.inject.id, waiting.number)
    excused = waiting.excused or waiting.is_kept_away
    return ToldInject(waiting.inject.id, None, excused=excused, cut=waiting.due_t is not None and not excused)
