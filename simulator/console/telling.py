"""An event of the record in, the lines that tell people of it out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from simulator.console import times
from simulator.console.board import Board
from simulator.console.clock import UNPACED
from simulator.console.text import clean, priced, shown
from simulator.console.wording import setting
from simulator.events import (
    FACILITATOR,
    Acknowledged,
    AlertChanged,
    Answered,
    Approved,
    Assigned,
    Assumed,
    Collected,
    ControlOrdered,
    ControlTookEffect,
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

Line: TypeAlias = tuple[str, str]
"""A style and a line of text, clean of control characters."""

ENDINGS = {
    "horizon": "The time of the drill is over.",
    "aborted": "The drill was aborted.",
    "ended": "The drill was ended.",
    "interrupted": "The drill was interrupted.",
}


STEERED = {"now": "sends", "hold": "holds back", "release": "lets go", "skip": "leaves out"}


def lines(event: Event, board: Board, *, backstage: bool = False, begins_t: float = 0.0) -> Iterator[Line]:
    """What people read of an event; nothing for a scrape, as charts show it, or for the truth.

    ``backstage``: for the facilitator, who reads also what is steered and judged. ``begins_t``: from when on people
    play, seconds since the start.
    """
    hidden = isinstance(event.payload, Improvement | Rated | Remarked | Steered)
    if isinstance(event.payload, Assigned) and event.actor != FACILITATOR:
        return  # who took it says so next
    if isinstance(event.payload, Observed | Revealed) or (hidden and not backstage):
        return
    if isinstance(event.payload, Started):
        yield from _opening(event.payload, begins_t)
        return
    style, words = _told(event, board)
    yield style, clean(f"{times.time_of_day(board.started, event.t, seconds=True)}  {words}")
    if isinstance(event.payload, Delivered):
        yield from ((style, clean(f"          {line}")) for line in choices(event.payload))


def planned(place: int) -> str:
    """How a message of the drill is called before and after it is sent; MESSAGE numbers are those of arrival.

    >>> planned(8)
    'a8'
    """
    return f"a{place}"


def choices(message: Delivered) -> Iterator[str]:
    """How each decision that a message asks for is typed, and what it means."""
    return (f"`answer {message.number} {one.id}` - {one.text}" for one in message.choices)


def _opening(started: Started, begins_t: float) -> Iterator[Line]:
    yield "class:title", clean(started.briefing)
    now = times.time_of_day(started, begins_t)
    before = f" What happened since {started.time} comes first." if begins_t else ""
    lasts = times.span(60 * started.horizon_minutes - begins_t)
    yield (
        "",
        clean(
            f"It is {started.weekday.capitalize()}, {now} UTC.{before} The exercise lasts at most "
            f"{lasts}. You answer for {started.service}."
        ),
    )
    yield (
        "",
        "`help` lists the commands. When an alert fires: `acknowledge all`, `runbooks`, `open RUNBOOK`, `steps`.",
    )


def before_the_start(
    started: Started, pace: str, *, facilitator: bool = False, begins_t: float = 0.0
) -> Iterator[Line]:
    """What people need to know before the clock runs, at a pace such as ``x10`` or ``unpaced``."""
    yield "", "Above: clock, alerts, charts, controls, incident. Below, you type."
    yield "", "`as ROLE` takes a role. Once a runbook is open, the line `next` above says what it asks for."
    yield "", "`declare`, `tell`, `resolve`, then `end`: `help COMMAND` explains each."
    if facilitator:
        yield (
            "",
            "You lead: `agenda` shows what comes, `truth` what is wrong. Nobody else may see this screen.",
        )
    how = "Type `start`, or press Enter," if facilitator else "Press Enter"
    if pace.startswith("x"):
        wall_s = (60 * started.horizon_minutes - begins_t) / float(pace.removeprefix("x"))
        all_ = "what is left" if begins_t else "the whole drill"
        what = f"to start the clock. At {pace} {all_} takes about {times.span(wall_s)}."
    else:
        done = ", and by what is done" if pace == UNPACED else ""
        what = f"to begin. Time passes by `next`, `wait MINUTES`, `until HH:MM`{done}."
    yield "class:question", f"{how} {what}"


def _told(event: Event, board: Board) -> Line:
    match event.payload:
        case AlertChanged():
            return _alert(event.payload, board)
        case ControlTookEffect(control, value):
            return "class:good", f"in force: {control} is {setting(value)}"
        case Delivered(to, channel, sender, text, number):
            which = f" {number}" if number else ""
            return "class:message", f"MESSAGE{which} from {sender} to {to} on {channel}: {text}"
        case Ended(reason):
            return "class:title", ENDINGS[reason]
        case Hinted(text, points):
            return "class:message", f"HINT ({priced(points)}): {text}"
        case Sped(pace):
            jumps = pace == UNPACED
            return "class:paused", "the facilitator lets time pass" if jumps else f"the clock runs at {pace}"
        case Remarked() | Rated() | Improvement() | Steered():
            return "class:dim", f"(hidden) {_hidden(event.payload)}"
        case Assigned(participant, role):
            return "class:deed", f"{participant} has the role {role} now"
        case Joined(participant):
            return "class:dim", f"{participant} sits down at the table"
        case Left(participant):
            return "class:dim", f"{participant} has left the table"
        case Paused():
            return "class:paused", "the facilitator paused the drill"
        case Returned():
            return "class:paused", "the drill was cut off here, and goes on"
        case Resumed():
            return "class:paused", "the drill goes on"
        case _:
            return "class:deed", f"{event.actor} {_deed(event.payload, board)}"


def _hidden(payload: Improvement | Rated | Remarked | Steered) -> str:
    """What the facilitator alone reads before the end."""
    match payload:
        case Remarked(text):
            return f"remark: {text}"
        case Rated(dimension, rating, why):
            return f"rated {dimension} {rating}: {why}"
        case Steered(inject, how):
            return f"{STEERED[how]} {planned(inject)} of the agenda"
        case Improvement(what, owner, due, step):
            return f"to improve by {due}, {owner}: {f'{step}: ' if step else ''}{what}"


def _alert(alert: AlertChanged, board: Board) -> Line:
    card = board.card(alert.signal)
    title = f": {card.title}" if card else ""
    if alert.state == "resolved":
        return "class:good", f"RESOLVED {alert.signal}{title} ({shown(alert.value)})"
    limit = f" {card.compare} {shown(card.threshold)}" if card else ""
    style = "class:dim" if alert.severity == "info" else "class:bad"
    return style, f"{alert.severity.upper()} {alert.signal}{title} ({shown(alert.value)}{limit})"


def _deed(payload: object, board: Board) -> str:
    started = board.started
    match payload:
        case Acknowledged(signal):
            return f"acknowledged {signal}"
        case Answered(message, choice):
            return f"answers message {message}: {choice}"
        case Approved(role, change):
            return f"approved: {change}"
        case Assumed(role):
            return f"takes the role {board.taken(role)}"
        case Collected(evidence, digest):
            return f"collected {evidence} (SHA-256 {digest[:12]}...)"
        case ControlOrdered(control, value, previous, effective_t):
            when = times.time_of_day(started, effective_t, seconds=True)
            return f"sets {control} from {setting(previous)} to {setting(value)}, in force from {when}"
        case Decided(runbook, decision, answer, go):
            return f"decided {decision}: {answer} -> {go}"
        case Declared(service, symptom, severity):
            return f"declared an incident of {service}: {symptom}, {severity}"
        case Hypothesised(component, mechanism, onset, evidence):
            since = "onset unknown" if onset is None else f"since {times.time_of_day(started, 60 * onset)}"
            seen = ", ".join(f"{link.key} {shown(link.value)}" for link in evidence) or "none"
            return f"suspects {mechanism} in {component}, {since}; evidence: {seen}"
        case Noted(text):
            return f"notes: {text}"
        case Opened(runbook):
            return f"opened the runbook {runbook}"
        case Posted(channel=channel, audience=audience, text=text):
            return f"told {audience} on {channel}: {text}"
        case Resolved():
            return "says that it is over"
        case StepEnded(runbook, step, outcome, note):
            return f"ended {step}: {outcome}{f' ({note})' if note else ''}"
        case StepStarted(runbook, step):
            return f"started {step}"
    return type(payload).__name__
