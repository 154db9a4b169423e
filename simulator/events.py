"""What happens in a drill, as values; and the record that they are appended to, one JSON line an event.

Every line carries the SHA-256 of the line before it and of its own content; the wall clock stands outside the hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import IO, Any, Literal, TypeAlias, TypeVar

from generator import values
from generator.model import Objectives, Setting, Task

FORMAT = 1
WORLD = "world"
FACILITATOR = "facilitator"
GENESIS = "0" * 64


# --- what is public from the first line -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Engine:
    """Everything on which draws depend."""

    drillbook: str
    numpy: str


@dataclass(frozen=True, slots=True)
class SignalCard:
    id: str
    runbook: str
    title: str
    severity: str
    compare: Literal["above", "below"]
    threshold: float
    hold_minutes: float
    unit: str


@dataclass(frozen=True, slots=True)
class ControlCard:
    id: str
    title: str
    default: Setting
    minutes: float


@dataclass(frozen=True, slots=True)
class Started:
    """Commits to scenario, seed, catalogue and engine: SHA-256 over them and a nonce told at the reveal."""

    format: int
    commitment: str
    catalogue: str
    engine: Engine
    service: str
    weekday: str
    time: str
    step_seconds: float
    horizon_minutes: float
    responder: str
    pace: str
    briefing: str
    roles: tuple[str, ...]
    signals: tuple[SignalCard, ...]
    controls: tuple[ControlCard, ...]
    cadence_minutes: Mapping[str, float] = field(default_factory=dict)
    """Minutes between updates, by severity."""


# --- what the service shows -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Observed:
    """One scrape as participants see it; None where there is no value."""

    signals: Mapping[str, float | None]
    vitals: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class AlertChanged:
    signal: str
    runbook: str
    severity: str
    state: Literal["firing", "resolved"]
    value: float | None


@dataclass(frozen=True, slots=True)
class ControlTookEffect:
    control: str
    value: Setting


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message reaches a participant."""

    to: str
    channel: str
    sender: str
    text: str


# --- what people do ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Acknowledged:
    signal: str


@dataclass(frozen=True, slots=True)
class Opened:
    runbook: str


@dataclass(frozen=True, slots=True)
class Assumed:
    role: str


@dataclass(frozen=True, slots=True)
class Declared:
    service: str
    symptom: str
    severity: str


@dataclass(frozen=True, slots=True)
class EvidenceLink:
    """A signal or a vital, at an instant that the record shows."""

    key: str
    t: float
    value: float | None


@dataclass(frozen=True, slots=True)
class Hypothesised:
    component: str
    mechanism: str
    onset_minutes: float | None
    evidence: tuple[EvidenceLink, ...]


@dataclass(frozen=True, slots=True)
class StepStarted:
    runbook: str
    step: str


@dataclass(frozen=True, slots=True)
class StepEnded:
    runbook: str
    step: str
    outcome: Literal["success", "failure", "skipped"]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    runbook: str
    decision: str
    answer: str
    go: str


@dataclass(frozen=True, slots=True)
class ControlOrdered:
    control: str
    value: Setting
    previous: Setting
    effective_t: float


@dataclass(frozen=True, slots=True)
class Approved:
    role: str
    change: str


@dataclass(frozen=True, slots=True)
class Posted:
    channel: str
    audience: str
    template: str
    text: str


@dataclass(frozen=True, slots=True)
class Collected:
    evidence: str
    digest: str
    """SHA-256 of what the service showed at that instant."""


@dataclass(frozen=True, slots=True)
class Noted:
    text: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """The team claims that the incident is over."""


@dataclass(frozen=True, slots=True)
class CouldNotFollow:
    """The robot met a text that it could not follow to the letter."""

    runbook: str
    node: str
    place: str
    why: str


# --- the facilitator ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paused:
    pass


@dataclass(frozen=True, slots=True)
class Resumed:
    pass


@dataclass(frozen=True, slots=True)
class Ended:
    reason: Literal["horizon", "ended", "interrupted"]


@dataclass(frozen=True, slots=True)
class TruthOfFault:
    id: str
    kind: str
    mechanism: str
    node: str
    onset_minutes: float
    t0_minutes: float | None
    """When its marginal impact first crosses the tolerance; None: never, it is benign."""
    peak_impact: float


@dataclass(frozen=True, slots=True)
class ImpactCurves:
    """Impact per step, as a share of the requests offered; all of the length of ``minutes``."""

    minutes: tuple[float, ...]
    team: tuple[float, ...]
    none: tuple[float, ...]
    oracle: tuple[float, ...]
    robot: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceQuantile:
    """Where a reading stands among the readings of the healthy world of the same seed, 0..1."""

    key: str
    t: float
    quantile: float


@dataclass(frozen=True, slots=True)
class Revealed:
    nonce: str
    seed: int
    drill: str
    scenario: str
    """SHA-256 of the drill."""
    explanation: str
    runbook: str | None
    symptom: str | None
    tolerance: float
    onset_tolerance_minutes: float
    faults: tuple[TruthOfFault, ...]
    tasks: tuple[Task, ...]
    objectives: Objectives | None
    longest_hold_minutes: float
    impact: ImpactCurves
    oracle_controls: Mapping[str, Setting]
    evidence: tuple[EvidenceQuantile, ...]
    planned_scrapes: int


Payload: TypeAlias = (
    Started | Observed | AlertChanged | ControlTookEffect | Delivered | Acknowledged | Opened | Assumed | Declared
    | Hypothesised | StepStarted | StepEnded | Decided | ControlOrdered | Approved | Posted | Collected | Noted
    | Resolved | CouldNotFollow | Paused | Resumed | Ended | Revealed
)  # fmt: skip

KINDS: Mapping[str, type[Payload]] = {
    "acknowledge": Acknowledged,
    "alert": AlertChanged,
    "approval": Approved,
    "assume": Assumed,
    "collect": Collected,
    "control": ControlOrdered,
    "control-effective": ControlTookEffect,
    "could-not-follow": CouldNotFollow,
    "decision": Decided,
    "declare": Declared,
    "end": Ended,
    "hypothesis": Hypothesised,
    "message": Delivered,
    "note": Noted,
    "observe": Observed,
    "open": Opened,
    "pause": Paused,
    "post": Posted,
    "resolve": Resolved,
    "resume": Resumed,
    "reveal": Revealed,
    "start": Started,
    "step": StepEnded,
    "step-start": StepStarted,
}
NAMES: Mapping[type[Payload], str] = {payload: name for name, payload in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Event:
    seq: int
    t: float
    """Simulation seconds since the start of the drill."""
    actor: str
    """A role, or ``world``, or ``facilitator``."""
    payload: Payload
    wall: str = ""
    hash: str = ""

    @property
    def kind(self) -> str:
        return NAMES[type(self.payload)]

    @property
    def minutes(self) -> float:
        return self.t / 60


P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Record:
    """The events of one drill, in order."""

    events: tuple[Event, ...]
    problems: tuple[str, ...] = ()
    """What is wrong with the file: a broken chain, a line that does not read, an end that is missing."""

    def of(self, kind: type[P]) -> Iterator[tuple[Event, P]]:
        """Events of that kind with their payloads, in order."""
        for event in self.events:
            if isinstance(event.payload, kind):
                yield event, event.payload

    def first(self, kind: type[P]) -> tuple[Event, P] | None:
        return next(self.of(kind), None)

    @property
    def head(self) -> str:
        """The hash of the last event: names the whole record."""
        return self.events[-1].hash if self.events else GENESIS


# --- writing ------------------------------------------------------------------------------------


def plain(value: object) -> Any:
    """What JSON writes for a value of this module; an encoder's ``default``."""
    if is_dataclass(value):
        return {item.name.rstrip("_"): getattr(value, item.name) for item in fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no place in a record")


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces: equal values, equal text."""
    return json.dumps(value, default=plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON of a value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


class Recorder:
    """Appends events; each is on its way to the disk before ``append`` returns.

    With no file the events are only kept, as for the replicas of a batch.
    """

    def __init__(self, out: IO[str] | None = None, *, now: Callable[[], str] = lambda: "") -> None:
        self.events: list[Event] = []
        self._out = out
        self._now = now
        self.heard: Callable[[Event], None] = lambda event: None
        """Told of each event after that: what it shows is in the record already."""

    def append(self, t: float, actor: str, payload: Payload) -> Event:
        seq = len(self.events)
        content = canonical(
            {"seq": seq, "t": t, "kind": NAMES[type(payload)], "actor": actor, "data": payload}
        )
        before = self.events[-1].hash if self.events else GENESIS
        event = Event(seq, t, actor, payload, self._now(), chain(before, content))
        self.events.append(event)
        if self._out is not None:
            self._out.write(line(content, event))
            self._out.flush()
        self.heard(event)
        return event

    def record(self) -> Record:
        return Record(tuple(self.events))


def chain(before: str, content: str) -> str:
    """The hash of an event: over the hash before it and its own content."""
    return hashlib.sha256(f"{before}{content}".encode()).hexdigest()


def line(content: str, event: Event) -> str:
    """One line of the file: the hashed content, then what stands outside the hash."""
    outside = canonical({"wall": event.wall, "hash": event.hash})
    return f"{content[:-1]},{outside[1:]}\n"


# --- verifying ---------------------------------------------------------------------------------


def commitment(*, nonce: str, scenario: str, seed: int, catalogue: str, engine: Engine) -> str:
    """SHA-256 over scenario, seed, catalogue and engine with a nonce: binds without telling."""
    return digest([nonce, scenario, seed, catalogue, engine])


def verify(record: Record) -> tuple[str, ...]:
    """What does not hold in a record: its chain, its end, and what its first line committed to."""
    started, revealed = record.first(Started), record.first(Revealed)
    if started is None:
        return (*record.problems, "the record has no first line that commits to anything")
    if revealed is None:
        return (*record.problems, "the record has no reveal: nothing says what was committed to")
    public, told = started[1], revealed[1]
    found = commitment(
        nonce=told.nonce,
        scenario=told.scenario,
        seed=told.seed,
        catalogue=public.catalogue,
        engine=public.engine,
    )
    broken = () if found == public.commitment else ("the truth that was told is not the one committed to",)
    return (*record.problems, *broken)


# --- reading ------------------------------------------------------------------------------------


def read(path: Path) -> Record:
    """The record in a file, or in a record folder. What does not hold is a problem, never an exception.

    OSError when the file cannot be read at all.
    """
    file = path / "events.jsonl" if path.is_dir() else path
    return parse(file.read_text(encoding="utf-8", errors="replace").split("\n"))


def parse(lines: Sequence[str]) -> Record:
    """The record in lines of text; reads up to the first line that is not an event."""
    events: list[Event] = []
    problems: list[str] = []
    before = GENESIS
    for number, text in enumerate(lines, 1):
        if not text:
            continue
        event, why = _event(text, seq=len(events), before=before)
        told = bool(events) and isinstance(events[-1].payload, Revealed)
        if event is None or (why := _out_of_place(event, told=told)):
            torn = number == len(lines) and not told and not _is_json(text)
            problems.append(
                f"line {number}: {'was being written when the drill was cut off' if torn else why}"
            )
            break
        events.append(event)
        before = event.hash
    if not any(isinstance(event.payload, Ended) for event in events):
        problems.append("the record has no end: the drill was cut off")
    return Record(tuple(events), tuple(problems))


def _event(text: str, *, seq: int, before: str) -> tuple[Event | None, str]:
    try:
        row = json.loads(text)
        content = canonical({key: row[key] for key in ("seq", "t", "kind", "actor", "data")})
        hashed = chain(before, content)
        event = _typed(row)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return None, f"is not an event: {type(error).__name__} {error}"
    if event.seq != seq:
        return None, f"has number {event.seq} where {seq} belongs: a line was removed, repeated or moved"
    if event.hash != hashed:
        return None, "does not match its hash: it, or a line before it, was edited"
    return (None, why) if (why := _impossible(event.payload)) else (event, "")


def _out_of_place(event: Event, *, told: bool) -> str:
    """Why an event cannot stand where it does; a start is the first of all, and nothing follows a reveal."""
    if told:
        return "was added: it comes after the truth was told, which ends a record"
    if isinstance(event.payload, Started) and event.seq > 0:
        return "begins a second drill in the same record"
    return ""


def _impossible(payload: Payload) -> str:
    """Why no drill can have begun like this; empty where it can, and for every other event."""
    if not isinstance(payload, Started):
        return ""
    if payload.format != FORMAT:
        return f"is of format {payload.format}; this version of drillbook reads format {FORMAT}"
    if payload.step_seconds <= 0 or payload.horizon_minutes <= 0:
        return "begins a drill without length: its step and its horizon must be above 0"
    return ""


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _typed(row: Mapping[str, Any]) -> Event:
    return Event(
        seq=values.structure(row["seq"], int),
        t=values.structure(row["t"], float),
        actor=values.structure(row["actor"], str),
        payload=values.structure(row["data"], KINDS[row["kind"]]),
        wall=values.structure(row["wall"], str),
        hash=values.structure(row["hash"], str),
    )
