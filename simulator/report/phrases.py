"""Events and scores in, the plain words that every report says them with out.

What a record holds was written by people and services, and is hostile until cleaned.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from simulator.events import (
    Acknowledged,
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
from simulator.scoring import Loss, ObjectiveResult, Score, TaskResult
from simulator.scoring.words import clock, minutes, points, share

if TYPE_CHECKING:
    from simulator.report.course import Participant
    from simulator.report.lessons import Burden

RATINGS: Mapping[str, str] = {
    "P": "performed without challenges",
    "S": "performed with some challenges",
    "M": "performed with major challenges",
    "U": "unable to be performed",
}
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str) -> str:
    """Text without control characters, and without those that turn the direction of writing.

    >>> clean("all \\x1b[31mred\\nand \\u202edne")
    'all  [31mred and dne'
    """
    kept = (c for c in text if c not in _TURNING)
    return "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Co", "Zl", "Zp") else c for c in kept)


def headline(score: Score) -> str:
    """The score in a few words.

    A drill that is not scored has none; one that was cut off has it in part.
    """
    if score.total is None:
        return "Not scored"
    return f"{points(score.total)} of 100"


def verdict(score: Score, record: Record) -> str:
    """What happened, in a sentence or two; an early end first, since it explains the rest."""
    return f"{_early_end(record)}{_verdict(score)}"


def _early_end(record: Record) -> str:
    ended, started = record.first(Ended), record.first(Started)
    if ended is None or started is None or ended[1].reason == "horizon":
        return ""
    word = EARLY.get(ended[1].reason, "Ended")
    return f"{word} at {clock(ended[0].minutes)} of {clock(started[1].horizon_minutes)}. "


EARLY: Mapping[str, str] = {"aborted": "Aborted by the facilitator", "interrupted": "Interrupted"}


def _verdict(score: Score) -> str:
    if score.total is None or score.harmful is None:
        return score.reason
    if not score.harmful:
        calm = "Nothing did harm in this drill"
        paid = any(not loss.gap for loss in score.losses)
        return f"{calm}; the team paid for acting." if paid else f"{calm}, and the team left it alone."
    said = ", ".join(_reached(objective) for objective in score.objectives if objective.id != "acknowledge")
    sentence = f"{said[:1].upper()}{said[1:]}."
    if score.impact_avoided is None:
        return sentence
    if score.impact_avoided < 0:
        return f"{sentence} The team made the impact {share(-score.impact_avoided)} larger."
    return f"{sentence} {share(score.impact_avoided)} of the impact avoided."


_DONE = {"detect": "detected", "acknowledge": "acknowledged", "contain": "contained", "mitigate": "mitigated"}


def _reached(objective: ObjectiveResult) -> str:
    done = _DONE[objective.id]
    if objective.minutes is None:
        return f"not {done}"
    return f"{done} in {minutes(objective.minutes)}"


def met(objective: ObjectiveResult) -> str:
    """Met, missed, or not judged."""
    return {True: "met", False: "missed", None: "not judged"}[objective.met]


def took(objective: ObjectiveResult) -> str:
    """The minutes of an objective, or a dash."""
    return "–" if objective.minutes is None else minutes(objective.minutes)


def limit(objective: ObjectiveResult) -> str:
    """The minutes that the runbook allows, or a dash."""
    return "–" if objective.limit is None else minutes(objective.limit)


def about(score: Score, day: date | None = None) -> str:
    """Which drill it was, and when, on one line."""
    parts = [score.service or "no service", score.drill or "drill not revealed", score.responder, score.pace]
    if score.seed is not None:
        parts.append(f"seed {score.seed}")
    if day is not None:
        parts.append(day.isoformat())
    return clean(" · ".join(part for part in parts if part))


DEDUCTIONS: Mapping[str, str] = {
    "false-alarms": "False alarms",
    "false-reports": "False reports",
    "hints": "Hints",
}
RESPONDERS: Mapping[str, str] = {
    "team": "this team",
    "robot": "the robot",
    "oracle": "the oracle",
    "none": "nobody",
}


def deduction(loss: Loss) -> str:
    """What kind of deduction a loss is."""
    return DEDUCTIONS.get(loss.dimension, str(loss.dimension).replace("-", " ").capitalize())


def deducted(score: Score) -> tuple[tuple[str, float], ...]:
    """What was taken off the total, by its kind."""
    found: dict[str, float] = {}
    for loss in score.deductions:
        name = deduction(loss)
        found[name] = found.get(name, 0.0) + loss.points
    return tuple(found.items())


def burden(burdens: Sequence[tuple[str, Burden]]) -> str:
    """What users bore with each responder, in one sentence."""
    told = [f"{minutes(one.minutes)} with {RESPONDERS[name]}" for name, one in burdens]
    return f"Users bore, in full outage: {', '.join(told)}."


def task_state(task: TaskResult) -> bool | None:
    """Whether a task went as it should; None where it was not asked."""
    return (task.done != task.must_not) if getattr(task, "asked", True) else None


def participant(one: Participant) -> str:
    """Who somebody was, from when to when, in a few words; people stand here by pseudonym and role alone."""
    roles = ", ".join(one.roles) or "no role"
    words = f"{one.name}: {roles}" if one.name else roles
    if one.joined_minutes is not None:
        words += f", from {clock(one.joined_minutes)}"
    if one.left_minutes is not None:
        words += f" to {clock(one.left_minutes)}"
    return words if one.acts is None else f"{words}, {one.acts} events"


NO_OWNER = "owner to be named"
STALE = "The sources at hand are not those that were played: steps are not judged by what these state."


def provenance(score: Score, record: Record) -> tuple[str, ...]:
    """What binds the report to its record, and how anybody can see that it holds."""
    started = record.first(Started)
    committed = () if started is None else (f"Committed to at the start: {started[1].commitment}.",)
    return (
        f"Record {score.record}, scored by the rules of version {score.scorer}.",
        *committed,
        "drill verify RECORD shows that no line was edited and that the truth is the one committed to; "
        "drill score RECORD computes these numbers again.",
    )


def where(minutes_: float | None, seq: int | None, missing: str, step: str) -> str:
    """The time, event and step of a lost point."""
    parts = [] if minutes_ is None else [clock(minutes_)]
    if seq is not None:
        parts.append(f"event {seq}")
    if missing:
        parts.append(f"missing: {missing}")
    if step:
        parts.append(f"during {step}")
    return clean(", ".join(parts))


def number(value: float | None) -> str:
    """A reading with three digits that count."""
    return "no value" if value is None else f"{value:.3g}"


def log(record: Record) -> Iterator[Event]:
    """The events that people want to read: all but the scrapes."""
    return (event for event in record.events if not isinstance(event.payload, Observed))


def sentence(event: Event) -> str:
    """What an event says, cleaned, in a few words."""
    return clean(SENTENCES[type(event.payload)](event.payload))


def _said(payload: Hypothesised) -> str:
    onset = "" if payload.onset_minutes is None else f" since {clock(payload.onset_minutes)}"
    evidence = ", ".join(
        f"{link.key} = {number(link.value)} at {clock(link.t / 60)}" for link in payload.evidence
    )
    return f"{payload.mechanism} at {payload.component}{onset}; evidence: {evidence or 'none'}"


def _truth(payload: Revealed) -> str:
    faults = "; ".join(f"{f.kind} at {f.node} from {clock(f.onset_minutes)}" for f in payload.faults)
    return f"{payload.drill}: {faults or 'no fault'}. {payload.explanation}"


def _delivered(payload: Delivered) -> str:
    number = f" (message {payload.number})" if payload.number else ""
    choices = "; ".join(f"{choice.id}: {choice.text}" for choice in payload.choices)
    asked = f" [{choices}]" if choices else ""
    return f"to {payload.to} by {payload.channel}, from {payload.sender}{number}: {payload.text}{asked}"


def _improvement(payload: Improvement) -> str:
    step = f" ({payload.step})" if payload.step else ""
    return f"to improve: {payload.what}{step}; {payload.owner}, by {payload.due}"


def _alert(payload: AlertChanged) -> str:
    return f"{payload.signal} {payload.state} ({payload.severity}), value {number(payload.value)}"


STEERED: Mapping[str, str] = {
    "now": "sent now",
    "hold": "held back",
    "release": "let go",
    "skip": "left out",
}

SENTENCES: Mapping[type[object], Callable[[Any], str]] = {
    Acknowledged: lambda p: f"acknowledged {p.signal}",
    AlertChanged: _alert,
    Answered: lambda p: f"answered message {p.message}: {p.choice}",
    Approved: lambda p: f"{p.role} approved {p.change}",
    Assigned: lambda p: f"{p.role} is {p.participant} from here on",
    Assumed: lambda p: f"took the role {p.role}",
    Collected: lambda p: f"collected {p.evidence}, SHA-256 {p.digest[:12]}",
    ControlOrdered: lambda p: (
        f"{p.control}: {p.previous} → {p.value}, in effect at {clock(p.effective_t / 60)}"
    ),
    ControlTookEffect: lambda p: f"{p.control} is now {p.value}",
    CouldNotFollow: lambda p: f"could not follow {p.runbook}/{p.node} ({p.place}): {p.why}",
    Decided: lambda p: f"{p.decision}: {p.answer} → {p.go}",
    Declared: lambda p: f"declared {p.severity}: {p.symptom} on {p.service}",
    Delivered: _delivered,
    Ended: lambda p: f"the drill ended ({p.reason})",
    Hinted: lambda p: f"gave a hint (−{points(p.points)}): {p.text}",
    Hypothesised: _said,
    Improvement: _improvement,
    Joined: lambda p: f"{p.participant} joined",
    Left: lambda p: f"{p.participant} left",
    Noted: lambda p: p.text,
    Observed: lambda p: f"{len(p.signals)} signals and {len(p.vitals)} vitals",
    Opened: lambda p: f"opened {p.runbook}",
    Paused: lambda p: "the facilitator paused the clock",
    Posted: lambda p: f"to {p.audience} on {p.channel}: {p.text}",
    Rated: lambda p: f"rated {p.dimension} {p.rating}{': ' + p.why if p.why else ''}",
    Remarked: lambda p: f"saw: {p.text}",
    Resolved: lambda p: "called the incident over",
    Resumed: lambda p: "the clock runs again",
    Returned: lambda p: "the drill goes on after a crash",
    Revealed: _truth,
    Sped: lambda p: f"the clock runs at {p.pace} from here on",
    Started: lambda p: p.briefing,
    Steered: lambda p: f"message {p.inject} of the drill: {STEERED[p.how]}",
    StepEnded: lambda p: f"{p.runbook}/{p.step}: {p.outcome}{'; ' + p.note if p.note else ''}",
    StepStarted: lambda p: f"{p.runbook}/{p.step} begun",
}
