"""A stage, its messages and the record as it grows in; what only the facilitator may know out."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from generator.model import Channel, Fault, Hint, Measure, Task, Truth
from simulator.console.telling import planned
from simulator.console.text import clean
from simulator.events import Assumed, Delivered, Event, Hinted, Rated
from simulator.events.matching import counted, matches
from simulator.faults import mechanism
from simulator.session.delivering import Deliveries, Waiting
from simulator.session.rulers import measure
from simulator.session.stage import Stage

MessageState: TypeAlias = Literal["due", "waits", "held", "skipped", "sent", "excused"]
TaskState: TypeAlias = Literal["open", "overdue", "done", "late", "unasked", "avoided", "broken"]


@dataclass(frozen=True, slots=True)
class FaultSight:
    fault: Fault
    mechanism: str
    onset_t: float
    noise: bool
    """It is there to mislead, and harms nobody."""
    drawn: Mapping[str, float]
    """The numbers that this seed drew from the drill's ranges, and what follows from an effect, by name."""


@dataclass(frozen=True, slots=True)
class MessageSight:
    id: str
    place: int
    """In the drill's list, from 1."""
    message: Delivered
    """As it reads, or would read now."""
    state: MessageState
    t: float | None
    """When it was sent, or is to come; None: nobody knows yet."""
    after: Measure | None
    delay_minutes: float
    unless: Measure | None


@dataclass(frozen=True, slots=True)
class TaskSight:
    task: Task
    state: TaskState
    t: float | None = None
    """When it was done."""
    due_t: float | None = None


class Backstage:
    """Times are seconds since the start of the drill."""

    def __init__(self, stage: Stage, deliveries: Deliveries, events: Sequence[Event]) -> None:
        self._stage, self._deliveries, self._events = stage, deliveries, events

    @property
    def truth(self) -> Truth:
        return self._stage.drill.truth

    @property
    def channels(self) -> tuple[Channel, ...]:
        return self._stage.catalogue.organization.channels

    @property
    def roles(self) -> tuple[str, ...]:
        """Who acts in it: by the runbook to open, or because somebody writes to them."""
        drill, catalogue = self._stage.drill, self._stage.catalogue
        wanted = [one for one in self._stage.runbooks if one.runbook.id == drill.truth.runbook]
        named = {node.role for compiled in wanted for node in compiled.plan.nodes}
        named |= {self._stage.service.on_call, *(inject.to for inject in drill.injects)}
        return tuple(role.id for role in catalogue.organization.roles if role.id in named)

    @functools.cached_property
    def harm_t(self) -> float | None:
        """When users begin to be harmed if nobody acts; None: never."""
        first = float(measure(self._stage).harm_minutes[0])
        return None if math.isnan(first) else 60 * first

    @property
    def faults(self) -> tuple[FaultSight, ...]:
        drill = self._stage.drill
        return tuple(
            FaultSight(
                fault,
                mechanism(fault.kind),
                60 * float(placed.onset_minutes[0]),
                fault in drill.noise,
                {
                    **{name: float(values[0]) for name, values in placed.drawn.items()},
                    **self._solved(fault.id),
                },
            )
            for fault, placed in zip((*drill.faults, *drill.noise), self._stage.faults, strict=True)
        )

    def _solved(self, fault: str) -> Mapping[str, float]:
        """The number that follows from the effect that the drill states, if it states one."""
        found = self._stage.solved.get(fault)
        return {} if found is None else {found.parameter: found.value}

    # --- messages --------------------------------------------------------------------------------

    def messages(self, t: float) -> tuple[MessageSight, ...]:
        """All of the drill as they stand now, in its order."""
        waiting = self._deliveries.standing(self._events)
        return tuple(self._message(place, one, t) for place, one in enumerate(waiting, 1))

    def place_of(self, number: int) -> int | None:
        """Where a message that was sent stands in the drill's list, from 1; None: it was improvised."""
        found = enumerate(self._deliveries.standing(self._events), 1)
        return next((place for place, one in found if one.number == number), None)

    def _message(self, place: int, waiting: Waiting, t: float) -> MessageSight:
        inject = waiting.inject
        sent = next((pair for pair in self._delivered() if pair[1].number == waiting.number), None)
        at, message = sent or (waiting.instant, self._deliveries.worded(inject, max(t, waiting.instant or t)))
        state = _state(waiting)
        return MessageSight(
            inject.id, place, message, state, at, inject.after, inject.delay_minutes, inject.unless
        )

    def _delivered(self) -> Iterator[tuple[float, Delivered]]:
        return ((event.t, event.payload) for event in self._events if isinstance(event.payload, Delivered))

    # --- tasks -----------------------------------------------------------------------------------

    def tasks(self, t: float) -> tuple[TaskSight, ...]:
        sent = {one.inject.id: one.number for one in self._deliveries.standing(self._events)}
        came = {message.number: at for at, message in self._delivered()}
        return tuple(
            self._task(task, came.get(sent.get(task.inject or "") or 0), t) for task in self._tasks()
        )

    def _tasks(self) -> tuple[Task, ...]:
        return self._stage.drill.tasks

    def _task(self, task: Task, asked_t: float | None, t: float) -> TaskSight:
        """``asked_t``: when the message came that asks for it."""
        done_t = next((event.t for event in self._counting() if matches(event, task.measure)), None)
        if task.must_not:
            return TaskSight(task, "avoided" if done_t is None else "broken", done_t)
        if task.inject is not None and asked_t is None:
            return TaskSight(task, "unasked", done_t)
        since_t = asked_t if task.inject is not None else self.harm_t or 0.0
        due_t = None if task.within_minutes is None or since_t is None else since_t + 60 * task.within_minutes
        late = due_t is not None and (t if done_t is None else done_t) > due_t
        if done_t is None:
            return TaskSight(task, "overdue" if late else "open", None, due_t)
        return TaskSight(task, "late" if late else "done", done_t, due_t)

    def _counting(self) -> Iterator[Event]:
        """What counts for tasks: all since the first fault began, and the roles taken before."""
        harmful = [sight.onset_t for sight in self.faults if not sight.noise]
        since_t = min(harmful, default=0.0) if self.harm_t is not None else 0.0
        return (
            event
            for event in counted(self._events)
            if event.t >= since_t or isinstance(event.payload, Assumed)
        )

    # --- judgements, hints and what comes next ---------------------------------------------------------------

    @property
    def rated(self) -> dict[str, Rated]:
        """What the facilitator said last of each dimension."""
        said = (event.payload for event in self._events)
        return {one.dimension: one for one in said if isinstance(one, Rated)}

    @property
    def hints_left(self) -> tuple[Hint, ...]:
        told = {event.payload.text for event in self._events if isinstance(event.payload, Hinted)}
        return tuple(hint for hint in self._stage.drill.hints if hint.text not in told)

    @property
    def hints(self) -> int:
        """How many there are in all."""
        return len(self._stage.drill.hints)

    def coming(self, t: float) -> tuple[tuple[float, str], ...]:
        """What is known to happen after ``t``, in order of time, each in words."""
        faults = [
            (sight.onset_t, f"{'noise' if sight.noise else 'fault'} {sight.fault.id} begins")
            for sight in self.faults
        ]
        messages = [
            (sight.t, f"{planned(sight.place)} from {clean(sight.message.sender)}")
            for sight in self.messages(t)
            if sight.state == "due" and sight.t is not None
        ]
        found = [*faults, *messages, *((at, f"task {id} is due") for at, id in self.deadlines(t))]
        return tuple(sorted(pair for pair in found if pair[0] > t))

    def deadlines(self, t: float) -> Iterator[tuple[float, str]]:
        """The tasks that are open and fall due after ``t``, each with when."""
        for sight in self.tasks(t):
            if sight.state == "open" and sight.due_t is not None and sight.due_t > t:
                yield sight.due_t, sight.task.id


def _state(waiting: Waiting) -> MessageState:
    if waiting.number is not None:
        return "sent"
    if waiting.word in ("hold", "skip"):
        return "held" if waiting.word == "hold" else "skipped"
    if waiting.word != "now" and (waiting.excused or waiting.is_kept_away):
        return "excused"
    return "due" if waiting.word == "now" or waiting.instant is not None else "waits"
