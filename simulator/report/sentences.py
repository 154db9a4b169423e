"""Events in, the sentences that a log says them with out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.events import (
    Acknowledged,
    Acted,
    AlertChanged,
    Answered,
    Approved,
    Assigned,
    Assumed,
    Collected,
    ControlOrdered,
    ControlTookEffect,
    CouldNotFollow,
    Decided,
    Declared,
    Delivered,
    Ended,
    Event,
    Hinted,
    Hypothesised,
    Improvement,
    Injected,
    Inspected,
    Joined,
    Left,
    Noted,
    Observed,
    Opened,
    Paused,
    Posted,
    Rated,
    Record,
    Remarked,
    Resolved,
    Resumed,
    Returned,
    Revealed,
    Sped,
    Started,
    Steered,
    StepEnded,
    StepStarted,
)
from simulator.report import effects
from simulator.report.phrases import clean, clock_of, number
from simulator.scoring.words import Clock, drawn, points


def log(record: Record) -> Iterator[Event]:
    """The events that people want to read: all but the scrapes."""
    return (event for event in record.events if not isinstance(event.payload, Observed))


@dataclass(frozen=True, slots=True)
class Sentences:
    """Says the events of one record as its screens did: by the time of day, and by the numbers of messages."""

    clock: Clock
    special: Mapping[int, str]
    """What takes more than the event itself to say, by its place in the record."""

    def __call__(self, event: Event) -> str:
        """What an event says, cleaned, in a few words."""
        said = self.special.get(event.seq) or SENTENCES[type(event.payload)](event.payload, self.clock)
        return clean(said)


def sentences_of(record: Record) -> Sentences:
    """The sentences of a record; what messages were called is known once the truth is told."""
    clock = clock_of(record)
    return Sentences(clock, {**dict(_comings(record, clock)), **dict(_steered(record))})


def _comings(record: Record, clock: Clock) -> Iterator[tuple[int, str]]:
    """Whoever joins again had not left: their terminal had closed."""
    gone: dict[str, Event] = {}
    seen: set[str] = set()
    for event in record.events:
        said = event.payload
        if isinstance(said, Left):
            gone[said.participant] = event
        elif isinstance(said, Joined):
            if said.participant in seen:
                yield event.seq, f"{said.participant} came back"
            if (left := gone.pop(said.participant, None)) is not None:
                back = clock.exact(event.minutes)
                yield left.seq, f"the terminal of {said.participant} closed; they were back at {back}"
            seen.add(said.participant)


def _steered(record: Record) -> Iterator[tuple[int, str]]:
    found = record.first(Revealed)
    told = dict(enumerate(found[1].injects, 1)) if found else {}
    for event, said in record.of(Steered):
        if (inject := told.get(said.inject)) is not None:
            name = (
                f"the message “{inject.id}”"
                if inject.message is None
                else f"message {inject.message} (“{inject.id}”)"
            )
            yield event.seq, f"{name}: {STEERED[said.how]}"


def _said(payload: Hypothesised, clock: Clock) -> str:
    onset = "" if payload.onset_minutes is None else f" since {clock.at(payload.onset_minutes)}"
    evidence = ", ".join(
        f"{link.key} = {number(link.value)} at {clock.exact(link.t / 60)}" for link in payload.evidence
    )
    return f"{payload.mechanism} at {payload.component}{onset}; evidence: {evidence or 'none'}"


def _truth(payload: Revealed, clock: Clock) -> str:
    faults = "; ".join(
        f"{f.kind} at {f.node}{drawn(effects.numbers(f))} from {clock.at(f.onset_minutes)}"
        f"{f' ({effects.asked(f)})' if f.effect else ''}"
        for f in payload.faults
    )
    return f"{payload.drill}: {faults or 'no fault'}. {payload.explanation}"


def _delivered(payload: Delivered, _: Clock) -> str:
    number = f" (message {payload.number})" if payload.number else ""
    choices = "; ".join(f"{choice.id}: {choice.text}" for choice in payload.choices)
    asked = f" [{choices}]" if choices else ""
    return f"to {payload.to} by {payload.channel}, from {payload.sender}{number}: {payload.text}{asked}"


def _improvement(payload: Improvement, _: Clock) -> str:
    step = f" ({payload.step})" if payload.step else ""
    return f"to improve: {payload.what}{step}; {payload.owner}, by {payload.due}"


def _alert(payload: AlertChanged, _: Clock) -> str:
    return f"{payload.signal} {payload.state} ({payload.severity}), value {number(payload.value)}"


STEERED: Mapping[str, str] = {
    "now": "sent now",
    "hold": "held back",
    "release": "let go",
    "skip": "left out",
}


def _acted(p: Acted, _: Clock) -> str:
    if p.by == "outside":
        return f"{p.control} was set to {p.value} in {p.environment} without the tool"
    how = {"http": "an HTTP request", "command": "a command"}[p.by]
    done = "did it" if p.ok else f"FAILED: {p.why}"
    return f"{p.control} to {p.value} in {p.environment}: {how} {done} ({p.seconds:.1f} s)"


def _injected(p: Injected, _: Clock) -> str:
    ended = f"; {p.why}" if p.why else ""
    return f"{p.lease} ({', '.join(p.effects)}) fell on {p.touched} messages on their way{ended}"


SENTENCES: Mapping[type[object], Callable[[Any, Clock], str]] = {
    Acknowledged: lambda p, _: f"acknowledged {p.signal}",
    Acted: _acted,
    AlertChanged: _alert,
    Answered: lambda p, _: f"answered message {p.message}: {p.choice}",
    Approved: lambda p, _: f"{p.role} approved {p.change}",
    Assigned: lambda p, _: f"{p.role} is {p.participant} from here on",
    Assumed: lambda p, _: f"took the role {p.role}",
    Collected: lambda p, _: f"collected {p.evidence}, SHA-256 {p.digest[:12]}",
    ControlOrdered: lambda p, clock: (
        f"{p.control}: {p.previous} → {p.value}, in effect at {clock.exact(p.effective_t / 60)}"
    ),
    ControlTookEffect: lambda p, _: f"{p.control} is now {p.value}",
    CouldNotFollow: lambda p, _: f"could not follow {p.runbook}/{p.node} ({p.place}): {p.why}",
    Decided: lambda p, _: f"{p.decision}: {p.answer} → {p.go}",
    Declared: lambda p, _: f"declared {p.severity}: {p.symptom} on {p.service}",
    Delivered: _delivered,
    Ended: lambda p, _: f"the drill ended ({p.reason})",
    Hinted: lambda p, _: f"gave a hint (−{points(p.points)}): {p.text}",
    Hypothesised: _said,
    Improvement: _improvement,
    Joined: lambda p, _: f"{p.participant} joined",
    Left: lambda p, _: f"{p.participant} left",
    Noted: lambda p, _: p.text,
    Observed: lambda p, _: f"{len(p.signals)} signals and {len(p.vitals)} vitals",
    Opened: lambda p, _: f"opened {p.runbook}",
    Paused: lambda p, _: "the facilitator paused the clock",
    Posted: lambda p, _: f"to {p.audience} on {p.channel}: {p.text}",
    Rated: lambda p, _: f"rated {p.dimension} {p.rating}{': ' + p.why if p.why else ''}",
    Remarked: lambda p, _: f"saw: {p.text}",
    Resolved: lambda p, _: "called the incident over",
    Resumed: lambda p, _: "the clock runs again",
    Injected: _injected,
    Inspected: lambda p, _: (
        "the target is as it was before"
        if p.verdict == "clean"
        else f"THE TARGET IS NOT AS IT WAS: {'; '.join(p.differences)}"
    ),
    Returned: lambda p, _: "the drill goes on after a crash",
    Revealed: _truth,
    Sped: lambda p, _: f"the clock runs at {p.pace} from here on",
    Started: lambda p, _: p.briefing,
    Steered: lambda p, _: f"a message of the drill: {STEERED[p.how]}",
    StepEnded: lambda p, _: f"{p.runbook}/{p.step}: {p.outcome}{'; ' + p.note if p.note else ''}",
    StepStarted: lambda p, _: f"{p.runbook}/{p.step} begun",
}
