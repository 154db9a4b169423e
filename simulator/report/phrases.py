"""Events and scores in, the plain words that every report says them with out.

What a record holds was written by people and services, and is hostile until cleaned.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from simulator.events import (
    Acknowledged,
    AlertChanged,
    Approved,
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
    Hypothesised,
    Noted,
    Observed,
    Opened,
    Paused,
    Posted,
    Record,
    Resolved,
    Resumed,
    Revealed,
    Started,
    StepEnded,
    StepStarted,
)
from simulator.scoring import ObjectiveResult, Score
from simulator.scoring.words import clock, minutes, points, share

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
    word = "Interrupted" if ended[1].reason == "interrupted" else "Ended"
    return f"{word} at {clock(ended[0].minutes)} of {clock(started[1].horizon_minutes)}. "


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


def about(score: Score) -> str:
    """Which drill it was, on one line."""
    parts = [score.service or "no service", score.drill or "drill not revealed", score.responder, score.pace]
    if score.seed is not None:
        parts.append(f"seed {score.seed}")
    return clean(" · ".join(part for part in parts if part))


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


def _alert(payload: AlertChanged) -> str:
    return f"{payload.signal} {payload.state} ({payload.severity}), value {number(payload.value)}"


SENTENCES: Mapping[type[object], Callable[[Any], str]] = {
    Acknowledged: lambda p: f"acknowledged {p.signal}",
    AlertChanged: _alert,
    Approved: lambda p: f"{p.role} approved {p.change}",
    Assumed: lambda p: f"took the role {p.role}",
    Collected: lambda p: f"collected {p.evidence}, SHA-256 {p.digest[:12]}",
    ControlOrdered: lambda p: (
        f"{p.control}: {p.previous} → {p.value}, in effect at {clock(p.effective_t / 60)}"
    ),
    ControlTookEffect: lambda p: f"{p.control} is now {p.value}",
    CouldNotFollow: lambda p: f"could not follow {p.runbook}/{p.node} ({p.place}): {p.why}",
    Decided: lambda p: f"{p.decision}: {p.answer} → {p.go}",
    Declared: lambda p: f"declared {p.severity}: {p.symptom} on {p.service}",
    Delivered: lambda p: f"to {p.to} by {p.channel}, from {p.sender}: {p.text}",
    Ended: lambda p: f"the drill ended ({p.reason})",
    Hypothesised: _said,
    Noted: lambda p: p.text,
    Observed: lambda p: f"{len(p.signals)} signals and {len(p.vitals)} vitals",
    Opened: lambda p: f"opened {p.runbook}",
    Paused: lambda p: "the facilitator paused the clock",
    Posted: lambda p: f"to {p.audience} on {p.channel}: {p.text}",
    Resolved: lambda p: "called the incident over",
    Resumed: lambda p: "the clock runs again",
    Revealed: _truth,
    Started: lambda p: p.briefing,
    StepEnded: lambda p: f"{p.runbook}/{p.step}: {p.outcome}{'; ' + p.note if p.note else ''}",
    StepStarted: lambda p: f"{p.runbook}/{p.step} begun",
}
