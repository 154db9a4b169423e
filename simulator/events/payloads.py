"""What happens in a drill, as values; one payload a kind of event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from generator.model import Choice, Setting
from simulator.events.truth import Revealed

WORLD = "world"
FACILITATOR = "facilitator"


# --- what is public from the first line -------------------------------------------------------


SIMULATED = "simulated"
"""The environment of drills at a table."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Everything on which draws depend."""

    drillbook: str
    numpy: str
    faker: str = ""
    """Empty where nothing is drawn by it: the drill has no cast."""


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
    environment: str = SIMULATED
    """Where it is played."""
    compression: float = 1.0
    """Minutes of the drill that pass in a minute of the wall, where a real service has its own clock."""
    plans: Mapping[str, str] = field(default_factory=dict)
    """By runbook of the service: SHA-256 of its plan, the same in every environment."""

    # --- what the service shows -------------------------------------------------------------------

    @property
    def is_live(self) -> bool:
        """Whether it was played in front of a real service."""
        return self.environment != SIMULATED


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
class Acted:
    """What became of a control's binding in an environment that is not ours."""

    control: str
    value: Setting
    environment: str
    by: Literal["http", "command", "outside"]
    """``outside``: somebody did it without the tool, and entered it."""
    ok: bool
    status: int
    """Of the answer, or of the program at its end; 0 outside; -1 where there is neither."""
    seconds: float
    """Of the wall, that it took."""
    output: str = ""
    """SHA-256 over what it said; nothing else of it is kept here."""
    why: str = ""
    """One sentence, where it failed."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message reaches a participant."""

    to: str
    channel: str
    sender: str
    text: str
    number: int = 0
    """Among the messages of the drill, from 1; 0: not numbered."""
    choices: tuple[Choice, ...] = ()
    """Not empty: it asks for a decision."""


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
class Answered:
    """The answer to a message that asks for a decision."""

    message: int
    choice: str


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
class Sped:
    """The clock runs at another pace from here on."""

    pace: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody comes, by pseudonym; who that is stands in a file of its own, which can be erased."""

    participant: str


@dataclass(frozen=True, slots=True)
class Left:
    participant: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """A role is a participant's from here on."""

    participant: str
    role: str


@dataclass(frozen=True, slots=True)
class Steered:
    """A message of the drill is sent now, held back, let go or left out; its number tells nothing of it."""

    inject: int
    """In the drill's list, from 1."""
    how: Literal["now", "hold", "release", "skip"]


@dataclass(frozen=True, slots=True)
class Hinted:
    text: str
    points: float


@dataclass(frozen=True, slots=True)
class Remarked:
    """What an observer sees; participants are not shown it."""

    text: str


@dataclass(frozen=True, slots=True)
class Rated:
    """An observer's judgement of a dimension of the score, made before the score is known."""

    dimension: str
    rating: Literal["P", "S", "M", "U"]
    why: str


@dataclass(frozen=True, slots=True)
class Improvement:
    """What is to be better the next time, who sees to it, and by which day (ISO 8601)."""

    what: str
    owner: str
    due: str
    step: str = ""
    """``<runbook>/<step>``, where it is about one."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The drill goes on after a crash."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """The target of a live drill, compared with what it was before."""

    verdict: Literal["clean", "dirty"]
    differences: tuple[str, ...] = ()
    """One sentence each; none where it is clean."""
    held_up: float = 0.0
    """Share of steps in which the machine itself did not run as it should: what was late then is not the fault's."""
    unmeasured: str = ""
    """Why the harm could not be measured, and is the twin's, in all or in too many of the steps; empty: it was."""
    by_twin: float = 0.0
    """Share of steps in which nothing was measured: their harm is the twin's."""


@dataclass(frozen=True, slots=True)
class Injected:
    """What became of a fault on its way to a real service, by the word of the proxy that put it there."""

    fault: str
    lease: str
    """A fault that does several things has a lease for each."""
    effects: tuple[str, ...]
    """Kinds of what it did, in order."""
    at_minutes: float | None
    """When it was granted; None: never."""
    touched: int
    """Messages that it fell on."""
    passed: int | None = None
    """Requests that were sent from then on until it ended; None: nobody tells."""
    delay_p50_ms: float | None = None
    """Of the delays that it made; None: it made none."""
    delay_p99_ms: float | None = None
    why: str = ""
    """One sentence, where it ended before its time or never began."""


@dataclass(frozen=True, slots=True)
class Ended:
    reason: Literal["horizon", "ended", "aborted", "interrupted"]


Payload: TypeAlias = (
    Started | Observed | AlertChanged | ControlTookEffect | Delivered | Acknowledged | Opened | Assumed | Declared
    | Acted | Hypothesised | StepStarted | StepEnded | Decided | ControlOrdered | Approved | Posted | Collected | Noted
    | Resolved | CouldNotFollow | Answered | Paused | Resumed | Sped | Joined | Left | Assigned | Steered | Hinted
    | Remarked | Rated | Improvement | Returned | Injected | Inspected | Ended | Revealed
)  # fmt: skip

KINDS: Mapping[str, type[Payload]] = {
    "acknowledge": Acknowledged,
    "act": Acted,
    "alert": AlertChanged,
    "answer": Answered,
    "approval": Approved,
    "assign": Assigned,
    "assume": Assumed,
    "collect": Collected,
    "control": ControlOrdered,
    "control-effective": ControlTookEffect,
    "could-not-follow": CouldNotFollow,
    "decision": Decided,
    "declare": Declared,
    "end": Ended,
    "hint": Hinted,
    "hypothesis": Hypothesised,
    "improve": Improvement,
    "inject": Injected,
    "inspect": Inspected,
    "join": Joined,
    "leave": Left,
    "message": Delivered,
    "note": Noted,
    "observe": Observed,
    "open": Opened,
    "pause": Paused,
    "post": Posted,
    "rate": Rated,
    "remark": Remarked,
    "resolve": Resolved,
    "resume": Resumed,
    "return": Returned,
    "reveal": Revealed,
    "speed": Sped,
    "start": Started,
    "steer": Steered,
    "step": StepEnded,
    "step-start": StepStarted,
}
NAMES: Mapping[type[Payload], str] = {payload: name for name, payload in KINDS.items()}
