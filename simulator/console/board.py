"""The events of a record in, what people at the console know out.

It follows the record alone, so it can show nothing that is not written down already.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from generator.model import Setting
from simulator.console.clock import UNPACED
from simulator.events import (
    Acknowledged,
    Acted,
    AlertChanged,
    Answered,
    Approved,
    Assigned,
    Assumed,
    ControlOrdered,
    ControlTookEffect,
    Decided,
    Declared,
    Delivered,
    Ended,
    Event,
    Hypothesised,
    Joined,
    Left,
    Observed,
    Opened,
    Paused,
    Posted,
    Resolved,
    Resumed,
    Returned,
    SignalCard,
    Sped,
    Started,
    StepEnded,
    StepStarted,
)

Reading: TypeAlias = tuple[float, float | None]
"""Seconds since the start, and the value there."""
State: TypeAlias = Literal["started", "success", "failure", "skipped", "decided"]
NodeKey: TypeAlias = tuple[str, str]
"""Runbook and step or decision."""


@dataclass(frozen=True, slots=True)
class Alert:
    card: SignalCard
    since_t: float


@dataclass(frozen=True, slots=True)
class StepState:
    state: State
    t: float
    words: str = ""


@dataclass(slots=True)
class Board:
    started: Started
    t: float = 0.0
    readings: dict[str, list[Reading]] = field(default_factory=dict)
    """By key of a signal or a vital."""
    vitals: tuple[str, ...] = ()
    firing: dict[str, Alert] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    """Of those that fire."""
    quiet_t: dict[str, float] = field(default_factory=dict)
    """Since when an alert that fired before does so no more."""
    first_page_t: float | None = None
    first_page: SignalCard | None = None
    acknowledged_t: float | None = None
    """When anything was acknowledged for the first time."""
    in_force: dict[str, Setting] = field(default_factory=dict)
    in_force_t: dict[str, float] = field(default_factory=dict)
    """Since when, where it is not since the start."""
    ordered: dict[str, ControlOrdered] = field(default_factory=dict)
    messages: list[tuple[float, Delivered]] = field(default_factory=list)
    """What reached the team, and when."""
    answers: dict[int, str] = field(default_factory=dict)
    """The choice that was made, by the number of the message that asked for it."""
    approving: set[str] = field(default_factory=set)
    """Roles that have approved anything."""
    roles: list[str] = field(default_factory=list)
    """Roles that somebody has taken, in order."""
    holders: dict[str, str] = field(default_factory=dict)
    """At a table: whose a role is, by pseudonym, the one taken last behind all others."""
    opened: list[str] = field(default_factory=list)
    steps: dict[NodeKey, StepState] = field(default_factory=dict)
    latest: NodeKey | None = None
    """The step or decision that was touched last."""
    went_to: str | None = None
    """Where its last decision led."""
    declared: tuple[float, Declared] | None = None
    hypothesis: tuple[float, Hypothesised] | None = None
    posted_t: float | None = None
    told: list[str] = field(default_factory=list)
    """Audiences that have heard anything, in order."""
    resolved_t: float | None = None
    participants: list[str] = field(default_factory=list)
    """Who is there, by pseudonym, in the order in which they came."""
    pace: str = ""
    """At which the clock runs; a jump is none."""
    paused: bool = False
    returned: bool = False
    """It was cut off, and goes on."""
    ended: Ended | None = None

    def __post_init__(self) -> None:
        self.in_force = {card.id: card.default for card in self.started.controls}
        self.pace = self.started.pace

    def taken(self, role: str) -> str:
        """A role, and at a table whose it is."""
        return f"{role} ({self.holders[role]})" if role in self.holders else role

    def card(self, signal: str) -> SignalCard | None:
        return next((card for card in self.started.signals if card.id == signal), None)

    def latest_value(self, key: str) -> float | None:
        readings = self.readings.get(key)
        return readings[-1][1] if readings else None

    @property
    def open_questions(self) -> list[tuple[float, Delivered]]:
        """The messages that ask for a decision, and that nobody has answered yet, with when they came."""
        asking = [(t, message) for t, message in self.messages if message.choices]
        return [(t, message) for t, message in asking if message.number not in self.answers]

    @property
    def update_due_t(self) -> float | None:
        """When the next update is due; None before the declaration and after the end."""
        if self.declared is None or self.resolved_t is not None:
            return None
        minutes = self.started.cadence_minutes.get(self.declared[1].severity)
        return None if minutes is None else max(self.declared[0], self.posted_t or 0.0) + 60 * minutes

    def follow(self, event: Event) -> None:
        """Take in what was recorded."""
        self.t = max(self.t, event.t)
        match event.payload:
            case Observed() as observed:
                self._read(event.t, observed)
            case AlertChanged() as alert:
                self._alert(event.t, alert)
            case Acknowledged(signal):
                self.acknowledged.add(signal)
                self.acknowledged_t = event.t if self.acknowledged_t is None else self.acknowledged_t
            case ControlOrdered() as order:
                self.ordered[order.control] = order
            case Acted(control=control, ok=False):
                self.ordered.pop(control, None)
            case ControlTookEffect(control, value):
                self.in_force[control] = value
                self.in_force_t[control] = event.t
                self.ordered.pop(control, None)
            case Approved(role):
                self.approving.add(role)
            case Assumed(role):
                self.roles = [*(held for held in self.roles if held != role), role]
            case Delivered() as message:
                self.messages.append((event.t, message))
            case Answered(message=number, choice=choice):
                self.answers.setdefault(number, choice)
            case Declared() as declared:
                self.declared, self.resolved_t = (event.t, declared), None
            case Hypothesised() as hypothesis:
                self.hypothesis = (event.t, hypothesis)
            case Posted(audience=audience):
                self.posted_t = event.t
                self.told = [*(one for one in self.told if one != audience), audience]
            case Resolved():
                self.resolved_t = event.t
            case Assigned(participant, role):
                self.holders.pop(role, None)
                self.holders[role] = participant
            case Joined(participant):
                self.participants = [*(one for one in self.participants if one != participant), participant]
            case Left(participant):
                self.participants = [one for one in self.participants if one != participant]
            case Sped(pace):
                self.pace = self.pace if pace == UNPACED else pace
            case Paused():
                self.paused = True
            case Resumed():
                self.paused = False
            case Returned():
                self.returned = True
            case Ended() as ended:
                self.ended = ended
            case payload:
                self._plan(event.t, payload)

    def _read(self, t: float, observed: Observed) -> None:
        self.vitals = tuple(observed.vitals)
        for key, value in {**observed.vitals, **observed.signals}.items():
            self.readings.setdefault(key, []).append((t, value))

    def _alert(self, t: float, alert: AlertChanged) -> None:
        card = self.card(alert.signal)
        if alert.state == "firing" and card is not None:
            self.firing[alert.signal] = Alert(card, t)
            if card.severity == "page" and self.first_page_t is None:
                self.first_page_t, self.first_page = t, card
        else:
            self.firing.pop(alert.signal, None)
            self.acknowledged.discard(alert.signal)
            self.quiet_t[alert.signal] = t

    def _plan(self, t: float, payload: object) -> None:
        match payload:
            case Opened(runbook):
                self.opened = [*(id for id in self.opened if id != runbook), runbook]
            case StepStarted(runbook, step):
                self._touch((runbook, step), StepState("started", t))
            case StepEnded(runbook, step, outcome, note):
                self._touch((runbook, step), StepState(outcome, t, note))
            case Decided(runbook, decision, answer, go):
                self._touch((runbook, decision), StepState("decided", t, answer))
                self.went_to = go

    def _touch(self, key: NodeKey, state: StepState) -> None:
        self.steps[key] = state
        self.latest = key
        self.went_to = None
