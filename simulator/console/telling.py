"""An event of the record in, the lines that tell people of it out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from simulator.console import times
from simulator.console.board import Board
from simulator.console.text import clean, shown
from simulator.console.wording import setting
from simulator.events import (
    Acknowledged,
    AlertChanged,
    Approved,
    Assumed,
    Collected,
    ControlOrdered,
    ControlTookEffect,
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
    Resolved,
    Resumed,
    Revealed,
    Started,
    StepEnded,
    StepStarted,
)

Line: TypeAlias = tuple[str, str]
"""A style and a line of text, clean of control characters."""

ENDINGS = {
    "horizon": "The time of the drill is over.",
    "ended": "The drill was ended.",
    "interrupted": "The drill was interrupted.",
}


def lines(event: Event, board: Board) -> Iterator[Line]:
    """What people read of an event; nothing for a scrape, as charts show it, or for the truth."""
    if isinstance(event.payload, Observed | Revealed):
        return
    if isinstance(event.payload, Started):
        yield from _opening(event.payload)
        return
    style, words = _told(event, board)
    yield style, clean(f"{times.time_of_day(board.started, event.t, seconds=True)}  {words}")


def _opening(started: Started) -> Iterator[Line]:
    yield "class:title", clean(started.briefing)
    yield (
        "",
        clean(
            f"It is {started.weekday.capitalize()}, {started.time} UTC. The exercise lasts at most "
            f"{times.span(60 * started.horizon_minutes)}. You answer for {started.service}."
        ),
    )
    yield (
        "",
        "`help` lists the commands. When an alert fires: `acknowledge all`, `runbooks`, `open RUNBOOK`, `steps`.",
    )


def before_the_start(started: Started, pace: str) -> Iterator[Line]:
    """What people need to know before the clock runs, at a pace such as ``x10``."""
    wall_s = 60 * started.horizon_minutes / float(pace.removeprefix("x"))
    yield "", "Above: clock, alerts, charts, controls, incident. Below, you type."
    yield "", "`as ROLE` takes a role. Once a runbook is open, `next` says what it asks for."
    yield "", "`declare`, `tell`, `resolve`, then `end`: `help COMMAND` explains each."
    yield (
        "class:question",
        f"Press Enter to start the clock. At {pace} the whole drill takes about {times.span(wall_s)}.",
    )


def _told(event: Event, board: Board) -> Line:
    match event.payload:
        case AlertChanged():
            return _alert(event.payload, board)
        case ControlTookEffect(control, value):
            return "class:good", f"in force: {control} is {setting(value)}"
        case Delivered(to, channel, sender, text):
            return "class:message", f"MESSAGE from {sender} to {to} on {channel}: {text}"
        case Ended(reason):
            return "class:title", ENDINGS[reason]
        case Paused():
            return "class:paused", "the facilitator paused the drill"
        case Resumed():
            return "class:paused", "the drill goes on"
        case _:
            return "class:deed", f"{event.actor} {_deed(event.payload, board)}"


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
        case Approved(role, change):
            return f"approved: {change}"
        case Assumed(role):
            return f"takes the role {role}"
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
