"""Scores in, the plain words that every report says them with out.

What a record holds was written by people and services, and is hostile until cleaned.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from simulator.events import Ended, Record, Revealed, Started
from simulator.report import effects
from simulator.scoring import Loss, ObjectiveResult, Score, TaskResult
from simulator.scoring.words import Clock, drawn, minutes, points, share

if TYPE_CHECKING:
    from simulator.report.course import Participant
    from simulator.report.lessons import Burden

RATINGS: Mapping[str, str] = {
    "P": "performed without challenges",
    "S": "performed with some challenges",
    "M": "performed with major challenges",
    "U": "unable to be performed",
}
TRUTH_MOST = 190
"""Characters of the truth on a terminal: two lines."""
_TURNING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str) -> str:
    """Text without control characters, and without those that turn the direction of writing.

    >>> clean("all \\x1b[31mred\\nand \\u202edne")
    'all  [31mred and dne'
    """
    kept = (c for c in text if c not in _TURNING)
    return "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Co", "Zl", "Zp") else c for c in kept)


def clock_of(record: Record) -> Clock:
    """The clock of the drill's screens, which every report tells instants by."""
    started = record.first(Started)
    return Clock("" if started is None else started[1].time)


def times(started: Started) -> str:
    """By which clock the instants of a report are told."""
    last = Clock(started.time).at(started.horizon_minutes)
    return (
        f"Times are those on the screens of the drill: minute 0 is {started.weekday.capitalize()}, "
        f"{started.time}, and it ends at {last} at the latest."
    )


def truth(record: Record) -> str:
    """What was wrong, where and since when, and how it began, in two lines; empty without a reveal."""
    found = record.first(Revealed)
    if found is None:
        return ""
    clock = clock_of(record)
    harmful = [fault for fault in found[1].faults if fault.t0_minutes is not None]
    told = [
        f"{f.kind} at {f.node}{drawn(effects.numbers(f))} since {clock.at(f.onset_minutes)}" for f in harmful
    ]
    said = f"What was wrong: {'; '.join(told) or 'nothing that did harm'}. {found[1].explanation}"
    return _cut(clean(" ".join(said.split())), TRUTH_MOST)


def _cut(text: str, most: int) -> str:
    """As many whole sentences as there is room for; of a longer one, its beginning."""
    if len(text) <= most:
        return text
    end = text.rfind(". ", 0, most)
    head = text[: end + 1]
    return head if len(head) > most / 2 else f"{text[: most - 1].rsplit(' ', 1)[0]}…"


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
    at, whole = ended[0].minutes, started[1].horizon_minutes
    return f"{word} at {clock_of(record).at(at)}, after {minutes(at)} of {minutes(whole)}. "


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
    return (task.done != task.must_not) if task.asked else None


def participant(one: Participant, clock: Clock) -> str:
    """Who somebody was, from when to when, in a few words; people stand here by pseudonym and role alone."""
    roles = ", ".join(one.roles) or "no role"
    words = f"{one.name}: {roles}" if one.name else roles
    if one.joined_minutes is not None:
        words += f", from {clock.at(one.joined_minutes)}"
    if one.left_minutes is not None:
        words += f" to {clock.at(one.left_minutes)}"
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


def number(value: float | None) -> str:
    """A reading with three digits that count."""
    return "no value" if value is None else f"{value:.3g}"
