"""One kind of incident: how it is detected, contained, mitigated and learned from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from generator.model.common import Parameters, Setting, Waiver, by_id


@dataclass(frozen=True, slots=True)
class Condition:
    """Something a machine can check from what a participant can see. Exactly one form is filled.

    ``{signal, is_}``, ``{signal, above}`` or ``{signal, below}``, ``{control, equals}``,
    ``{all}``, ``{any}`` or ``{not_}``.
    """

    signal: str | None = None
    is_: Literal["firing", "quiet"] | None = None
    above: float | None = None
    below: float | None = None
    control: str | None = None
    equals: Setting | None = None
    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()
    not_: Condition | None = None


@dataclass(frozen=True, slots=True)
class Criterion:
    """A condition in words, and, where it can be, for a machine."""

    text: str
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """How one knows a step worked: the condition holds for ``hold_minutes`` within ``within_minutes``."""

    that: Condition
    within_minutes: float
    hold_minutes: float = 0.0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    id: str
    text: str
    do: str
    """An action kind of ``schema/kinds/actions/``."""
    role: str
    minutes: float
    with_: Parameters = field(default_factory=dict)
    check: Check | None = None
    on_success: str | None = None
    """Node, path, remedy, phase, ``end`` or ``stand-down``; none: the next in the list."""
    on_failure: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    answer: str
    go: str
    when: Condition | None = None
    """None only in the last answer: otherwise."""


@dataclass(frozen=True, slots=True)
class Decision:
    id: str
    decide: str
    role: str
    minutes: float
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Approval:
    change: str
    controls: tuple[str, ...]
    role: str


@dataclass(frozen=True, slots=True)
class Retention:
    archive_after_days: int
    keep_days: int
    where: str


@dataclass(frozen=True, slots=True)
class Governance:
    owner: str
    initiate: tuple[str, ...]
    approve: tuple[Approval, ...]
    review_days: int
    retention: Retention
    compliance: tuple[str, ...]
    risk: str
    drill_days: int | None = None
    """None: as often as it is reviewed."""

    @property
    def days_between_drills(self) -> int:
        """How many days people may go without a drill."""
        return self.review_days if self.drill_days is None else self.drill_days


@dataclass(frozen=True, slots=True)
class Change:
    version: str
    date: str
    by: str
    change: str
    classification: str | None = None


@dataclass(frozen=True, slots=True)
class RoleDuty:
    role: str
    duty: str


@dataclass(frozen=True, slots=True)
class Cadence:
    severity: str
    minutes: float


@dataclass(frozen=True, slots=True)
class Template:
    """A message; ``{{ incident.* }}`` fields are filled when it is sent."""

    id: str
    title: str
    audience: str
    channel: str
    text: str
    classification: str | None = None


@dataclass(frozen=True, slots=True)
class Communication:
    cadence: tuple[Cadence, ...]
    templates: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Escalation:
    """Whom to wake; by time since the incident was declared, by condition, or by both."""

    to: str
    why: str
    after_minutes: float | None = None
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Objectives:
    """Minutes from the start of harm, but acknowledge: from the first page."""

    detect_minutes: float
    acknowledge_minutes: float
    contain_minutes: float
    mitigate_minutes: float
    postmortem_days: float


@dataclass(frozen=True, slots=True)
class Dependency:
    node: str
    role_in_incident: str
    cascades_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signal:
    id: str
    title: str
    kind: str
    """A signal kind of ``schema/kinds/signals/``."""
    compare: Literal["above", "below"]
    threshold: float
    hold_minutes: float
    severity: Literal["page", "ticket", "info"]
    noise: str
    """How to tell noise from the real thing."""
    dashboard: str
    log: str
    with_: Parameters = field(default_factory=dict)
    """The kind's parameters: of what, over which window."""
    triggers: str | None = None
    """The step or decision to begin with."""


@dataclass(frozen=True, slots=True)
class Cue:
    id: str
    who: str
    notices: str
    confirm: str
    triggers: str


@dataclass(frozen=True, slots=True)
class Detection:
    signals: tuple[Signal, ...]
    cues: tuple[Cue, ...]
    steps: tuple[Step | Decision, ...]


@dataclass(frozen=True, slots=True)
class Rollback:
    """How to take a path back: the exact trigger, the steps, and how one knows it worked."""

    trigger: Criterion
    steps: tuple[Step | Decision, ...]
    validation: Criterion


@dataclass(frozen=True, slots=True)
class Path:
    id: str
    title: str
    enter_when: Criterion
    steps: tuple[Step | Decision, ...]
    rollback: Rollback
    effect_on_users: str
    data_governance: str
    diagnostics: str
    """What stays visible for diagnosis while the path is in force."""
    classification: str | None = None


@dataclass(frozen=True, slots=True)
class Containment:
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Remedy:
    id: str
    title: str
    owner: str
    minutes: float
    preconditions: tuple[Criterion, ...]
    steps: tuple[Step | Decision, ...]
    success: tuple[Criterion, ...]
    postconditions: tuple[Criterion, ...]
    safety_net: str
    compensating: tuple[str, ...]
    live_validation: str
    classification: str | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """One rung of the return to normal: set the share, hold it, pass the gate."""

    id: str
    control: str
    share: float
    hold_minutes: float
    within_minutes: float
    gate: Criterion
    role: str
    on_failure: str


@dataclass(frozen=True, slots=True)
class Restoration:
    phases: tuple[Phase, ...]
    then: str
    """Where the plan goes after the last phase."""


@dataclass(frozen=True, slots=True)
class Mitigation:
    remedies: tuple[Remedy, ...]
    restoration: Restoration


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something to keep; where it is classified above the audience, only its name is told, and why no more."""

    id: str
    what: str
    how: str
    classification: str
    retention_days: int
    custody: str
    destroyed_by: tuple[str, ...] = ()
    """Controls that spoil it when they are turned."""


@dataclass(frozen=True, slots=True)
class ActionItems:
    owner: str
    due_days: int
    backlog: str


@dataclass(frozen=True, slots=True)
class Postmortem:
    attend: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    template: str
    questions: tuple[str, ...]
    action_items: ActionItems
    measures: tuple[str, ...]
    verify_root_cause: str


@dataclass(frozen=True, slots=True)
class Card:
    """The first screen at 3 am."""

    confirm: str
    act: str
    stop: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A publication that the runbook rests on, and the fact that is taken from it."""

    title: str
    source: str
    fact: str
    classification: str | None = None


@dataclass(frozen=True, slots=True)
class Runbook:
    id: str
    title: str
    service: str
    severity: str
    symptom: str
    classification: str
    summary: str
    problem: str
    card: Card
    governance: Governance
    roles: tuple[RoleDuty, ...]
    communication: Communication
    escalation: tuple[Escalation, ...]
    objectives: Objectives
    dependencies: tuple[Dependency, ...]
    detection: Detection
    containment: Containment
    mitigation: Mitigation
    postmortem: Postmortem
    changelog: tuple[Change, ...]
    environments: tuple[str, ...] = ()
    """Where it can be followed; empty: at a table alone."""
    citations: tuple[Citation, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    def signal(self, id: str) -> Signal:
        """The signal of that id; KeyError when there is none."""
        return by_id(self.detection.signals, id)
