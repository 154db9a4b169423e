"""A record in, how the exercise was run out: who took part, at what pace, which messages and hints there were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from simulator.events import (
    FACILITATOR,
    WORLD,
    Answered,
    Assigned,
    Delivered,
    Event,
    Hinted,
    Joined,
    Left,
    Record,
    Returned,
    Revealed,
    Sped,
    Started,
    Steered,
    ToldInject,
    day_of,
    pauses,
)
from simulator.report.phrases import clock_of
from simulator.report.sentences import STEERED
from simulator.scoring.words import Clock, minutes


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody by pseudonym, with the roles that were theirs; without pseudonyms, a role that acted."""

    name: str
    roles: tuple[str, ...]
    joined_minutes: float | None
    left_minutes: float | None
    acts: int | None
    """How many events are theirs; None where the record tells roles alone."""


@dataclass(frozen=True, slots=True)
class Message:
    """What became of a message of the drill."""

    id: str
    """In the drill; empty: improvised, or there is no reveal that would tell."""
    number: int | None
    minutes: float | None
    to: str
    channel: str
    sender: str
    text: str
    became: str


@dataclass(frozen=True, slots=True)
class Hint:
    minutes: float
    text: str
    points: float


@dataclass(frozen=True, slots=True)
class Course:
    """How the exercise was run."""

    day: date | None
    """On which it began, in UTC; None where the record does not tell."""
    participants: tuple[Participant, ...]
    messages: tuple[Message, ...]
    hints: tuple[Hint, ...]
    pace: tuple[str, ...]
    """One sentence a change of the clock."""
    paused: tuple[tuple[float, float], ...]
    """From and to, in minutes of the drill."""


def course_of(record: Record) -> Course:
    """All of it, as far as the record goes."""
    return Course(
        day=day_of(record),
        participants=tuple(_participants(record)),
        messages=tuple(_messages(record)),
        hints=tuple(Hint(event.minutes, hint.text, hint.points) for event, hint in record.of(Hinted)),
        pace=tuple(_pace(record)),
        paused=tuple(pauses(record)),
    )


def _participants(record: Record) -> Iterator[Participant]:
    """Those who joined; where nobody did, the roles that acted."""
    joined: dict[str, float] = {}
    left: dict[str, float] = {}
    roles: dict[str, list[str]] = {}
    for event in record.events:
        said = event.payload
        if isinstance(said, Joined):
            joined.setdefault(said.participant, event.minutes)
            left.pop(said.participant, None)
        elif isinstance(said, Left):
            left[said.participant] = event.minutes
        elif isinstance(said, Assigned):
            roles.setdefault(said.participant, []).append(said.role)
    for name in dict.fromkeys((*joined, *roles)):
        held = tuple(dict.fromkeys(roles.get(name, ())))
        yield Participant(name, held, joined.get(name), left.get(name), None)
    if not joined and not roles:
        yield from _roles(record)


def _roles(record: Record) -> Iterator[Participant]:
    acts: dict[str, int] = {}
    for event in record.events:
        if event.actor not in (WORLD, FACILITATOR):
            acts[event.actor] = acts.get(event.actor, 0) + 1
    for role, count in acts.items():
        yield Participant("", (role,), None, None, count)


def _messages(record: Record) -> Iterator[Message]:
    """In the order of time; then those that never came, in the order of the drill."""
    found = list(_told(record, clock_of(record)))
    came = (one for one in found if one.minutes is not None)
    yield from sorted(came, key=lambda one: (one.minutes or 0.0, one.number or 0))
    yield from (one for one in found if one.minutes is None)


def _told(record: Record, clock: Clock) -> Iterator[Message]:
    """Without a reveal, what was delivered; else those of the drill, then those that were improvised."""
    delivered = list(record.of(Delivered))
    told = record.first(Revealed)
    listed = told[1].injects if told else ()
    by_number = {message.number: (event, message) for event, message in delivered if message.number}
    steered: dict[int, str] = {}
    for event, steer in record.of(Steered):
        steered[steer.inject] = f"{STEERED[steer.how]} by the facilitator at {clock.at(event.minutes)}"
    for place, inject in enumerate(listed, 1):
        found = by_number.pop(inject.message or 0, None)
        became = _fate(inject, record, found, steered.get(place, ""), clock)
        yield _message(inject.id, inject.message, found, became)
    known = {id(message) for _, message in by_number.values()}
    for found in delivered:
        if not listed or id(found[1]) in known:
            improvised = "improvised" if listed else "delivered"
            yield _message(
                "", found[1].number or None, found, _answered(record, found[1], clock) or improvised
            )


def _message(id_: str, number: int | None, found: tuple[Event, Delivered] | None, became: str) -> Message:
    if found is None:
        return Message(id_, number, None, "", "", "", "", became)
    event, said = found
    return Message(id_, number, event.minutes, said.to, said.channel, said.sender, said.text, became)


def _fate(
    inject: ToldInject, record: Record, found: tuple[Event, Delivered] | None, steered: str, clock: Clock
) -> str:
    if inject.excused:
        return "stayed away: what it asks for had been done"
    if found is None:
        cut = "was to come, and never did" if inject.cut else "was never due"
        return f"{cut}; {steered}" if steered else cut
    said = _answered(record, found[1], clock) or "delivered"
    return f"{said}; {steered}" if steered else said


def _answered(record: Record, message: Delivered, clock: Clock) -> str:
    """What was answered, of which the first answer counts; empty where it asks for nothing."""
    if not message.choices:
        return ""
    answers = [(event, said) for event, said in record.of(Answered) if said.message == message.number]
    if not answers:
        return "never answered"
    event, said = answers[0]
    return f"answered {said.choice} at {clock.at(event.minutes)} by {event.actor}"


def _pace(record: Record) -> Iterator[str]:
    started = record.first(Started)
    if started is None:
        return
    clock, pace = clock_of(record), started[1].pace
    yield f"Pace: {pace}."
    for event, sped in record.of(Sped):
        if sped.pace != pace:
            yield f"Pace from {clock.at(event.minutes)} on: {sped.pace}."
        pace = sped.pace
    found = list(pauses(record))
    if found:
        whole = minutes(sum(end - since for since, end in found))
        instants = ", ".join(clock.at(since) for since, _ in found)
        times = "once" if len(found) == 1 else f"{len(found)} times"
        lasted = f", for {whole} of the drill in all" if whole != "0 min" else ""
        yield f"The facilitator paused the clock {times} (at {instants}){lasted}."
    for event, _ in record.of(Returned):
        yield f"It was taken up again after a crash at {clock.at(event.minutes)}."
