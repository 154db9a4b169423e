"""A scenario for a service, with what only the facilitator knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from generator.model.common import Parameters, Waiver


@dataclass(frozen=True, slots=True)
class Span:
    """A uniform range to draw from; equal ends: a constant."""

    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Slice:
    """Requests whose field lies in [least, most]."""

    field: str
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What a fault is to come to at its full extent, of which one number of it follows; one of the first two."""

    psi: float | None = None
    """Population stability index of the feature that drifts most."""
    p99_ms: float | None = None
    """99th percentile of the time that requests take."""
    direction: Literal["up", "down"] = "up"
    """Which way a field moves that has to be moved."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong at a node. Kinds and their parameters: ``schema/kinds/faults/``."""

    id: str
    kind: str
    node: str
    onset_minutes: Span
    shape: Literal["step", "linear", "sigmoid", "pulse", "periodic"] = "step"
    ramp_minutes: float = 0.0
    duration_minutes: float | None = None
    share: float = 1.0
    slice: Slice | None = None
    with_: Parameters = field(default_factory=dict)
    vary: Mapping[str, Span] = field(default_factory=dict)
    """What each seed draws for itself: a number of ``with_``, or the share, the ramp or the duration, by name."""
    effect: Effect | None = None
    """What it is to come to; the number that has this effect is left out, and found where the drill is set up."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A standard a machine can judge: an event of that kind whose data holds these values."""

    event: str
    where: Parameters = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers that a message asks for; the id is unique in the drill, and participants see it."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Inject:
    """A message, at a time of the drill or so long after the first event of a kind."""

    id: str
    to: str
    channel: str
    sender: str
    text: str
    at_minutes: float | None = None
    """From the start; None where ``after`` says when."""
    after: Measure | None = None
    delay_minutes: float = 0.0
    """From the event that ``after`` waits for."""
    unless: Measure | None = None
    """It stays away if there has been such an event by then: what follows a missed deadline."""
    choices: tuple[Choice, ...] = ()
    """Not empty: it asks for a decision."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What a facilitator may tell a team that is stuck; each in its turn, at its price."""

    text: str
    points: float = 2.0


@dataclass(frozen=True, slots=True)
class Task:
    id: str
    title: str
    cue: str
    measure: Measure
    weight: float
    within_minutes: float | None = None
    """Minutes after t0, or after the delivery of ``inject``."""
    before: Measure | None = None
    """Must come before the first such event."""
    must_not: bool = False
    inject: str | None = None
    """The message that asks for it; where that never came, it is not asked."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What only the facilitator knows; component and mechanism follow from the faults."""

    runbook: str | None
    symptom: str | None
    explanation: str


@dataclass(frozen=True, slots=True)
class Live:
    """How a drill is played against a real service."""

    compression: float
    """Minutes of the drill that pass in a minute of the wall: windows, holds and label delays shrink by it."""
    requests_per_s: float | None = None
    """Of the wall, at most; None: the profile's traffic, times the compression."""


@dataclass(frozen=True, slots=True)
class Drill:
    id: str
    title: str
    service: str
    classification: str
    briefing: str
    """What participants are told before they start; gives nothing away."""
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    time: str
    step_seconds: float
    horizon_minutes: float
    tolerance: float
    """Impact, as a share of requests, above which a fault counts as harm."""
    faults: tuple[Fault, ...]
    noise: tuple[Fault, ...]
    injects: tuple[Inject, ...]
    tasks: tuple[Task, ...]
    truth: Truth
    onset_tolerance_minutes: float = 10.0
    cast: Mapping[str, str] = field(default_factory=dict)
    """Who and what messages are about, by name: a kind each (person, company, ticket, ...), drawn by seed."""
    hints: tuple[Hint, ...] = ()
    live: Live | None = None
    """None: it is for a table alone."""
    waivers: tuple[Waiver, ...] = ()
