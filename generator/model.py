"""The catalogue: frozen values that pages, exports, drills and scores are made of.

Field names are the keys of the YAML sources, so a value reads as its source does.
Minutes are simulation minutes, ratios are 0..1, times of day are ``HH:MM`` in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

Parameters = Mapping[str, Any]
"""What ``with:`` holds; its keys and ranges are declared in ``schema/kinds/``."""

Setting = str | int | float | bool
"""A value that a control can take."""


class Identified(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Identified)


def by_id(items: Iterable[T], id: str) -> T:
    """The item whose ``id`` is that; KeyError when there is none."""
    for item in items:
        if item.id == id:
            return item
    raise KeyError(id)


# --- organization ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Team:
    id: str
    title: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    id: str
    title: str
    duty: str
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    title: str
    address: str
    classification: str


@dataclass(frozen=True, slots=True)
class Audience:
    id: str
    title: str
    needs: str
    channel: str


@dataclass(frozen=True, slots=True)
class Severity:
    id: str
    title: str
    meaning: str
    update_minutes: int


@dataclass(frozen=True, slots=True)
class EscalationRung:
    after_minutes: float
    to: str


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    id: str
    title: str
    rungs: tuple[EscalationRung, ...]


@dataclass(frozen=True, slots=True)
class Environment:
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Classification:
    """One rung of the organization's own ladder; the first is the most public."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Term:
    term: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Organization:
    id: str
    title: str
    teams: tuple[Team, ...]
    roles: tuple[Role, ...]
    channels: tuple[Channel, ...]
    audiences: tuple[Audience, ...]
    severities: tuple[Severity, ...]
    escalation_policies: tuple[EscalationPolicy, ...]
    environments: tuple[Environment, ...]
    classifications: tuple[Classification, ...]
    site_url: str
    page_budget_per_week: float
    glossary: tuple[Term, ...] = ()


# --- service --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Link:
    id: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Artifacts:
    model_card: str
    data_dictionary: str
    dependency_tree: str
    dashboards: tuple[Link, ...]
    logs: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Feature:
    """A model input that a pipeline computes from one source field."""

    name: str
    field: str
    transform: Literal["identity", "log1p"]
    default: float
    """Used by the model when the field is missing or the feature is switched off."""


@dataclass(frozen=True, slots=True)
class Weight:
    """A term of a logistic model: ``weight * (feature - center) / scale``."""

    feature: str
    weight: float
    center: float
    scale: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a fallback: requests with ``field > above`` get the points."""

    field: str
    above: float
    points: float


@dataclass(frozen=True, slots=True)
class NodeVersion:
    """A version of a pipeline (features), of a model (intercept, weights, threshold)."""

    id: str
    title: str
    released: str
    features: tuple[Feature, ...] = ()
    intercept: float = 0.0
    weights: tuple[Weight, ...] = ()
    threshold: float = 0.5


@dataclass(frozen=True, slots=True)
class Node:
    id: str
    kind: Literal["source", "pipeline", "feature_store", "model", "endpoint", "fallback", "consumer"]
    title: str
    owner: str
    cascade: str
    """What else suffers when this node fails."""
    fields: tuple[str, ...] = ()
    versions: tuple[NodeVersion, ...] = ()
    rules: tuple[Rule, ...] = ()
    points_threshold: float = 1.0


@dataclass(frozen=True, slots=True)
class Edge:
    feeds: str
    """The node that gives."""
    into: str
    """The node that takes."""
    versions: tuple[str, ...] = ()
    """Versions of the taking node that read this edge; empty: all."""


@dataclass(frozen=True, slots=True)
class Lineage:
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def node(self, id: str) -> Node:
        """The node of that id; KeyError when there is none."""
        return by_id(self.nodes, id)


@dataclass(frozen=True, slots=True)
class Traffic:
    requests_per_s: float
    """Mean rate on a weekday."""
    daily_swing: float
    """Half the distance from trough to peak, as a share of the mean."""
    peak_hour: float
    weekend_factor: float


@dataclass(frozen=True, slots=True)
class RouteLatency:
    """Latency of one route at the profile's mean traffic; lognormal through both quantiles."""

    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Latency:
    model: RouteLatency
    fallback: RouteLatency
    buckets_ms: tuple[float, ...]
    """Upper edges of the histogram, in ascending order; the one on ``deadline_ms`` counts late requests."""
    deadline_ms: float
    """A request slower than this is late for its consumer."""
    workers: float
    """Requests served at a time at the default capacity."""
    occupancy_ms: float
    """How long a request holds a worker in the healthy world."""


@dataclass(frozen=True, slots=True)
class Labels:
    delay_minutes: float
    share: float
    """Of the requests, how many are labelled at all."""


@dataclass(frozen=True, slots=True)
class Panel:
    file: str
    """CSV, relative to the folder of the service file: one prototype a row."""
    label: str
    """Column with the true class, 0 or 1."""
    weight: str
    """Column with the share of traffic that the prototype stands for."""


@dataclass(frozen=True, slots=True)
class DriftMonitor:
    """What the service itself measures about drift, and over which sliding windows."""

    features: tuple[str, ...]
    windows_minutes: tuple[float, ...]
    bins: int
    reference_size: int


@dataclass(frozen=True, slots=True)
class Profile:
    traffic: Traffic
    latency: Latency
    error_ratio: float
    labels: Labels
    accuracy_window_minutes: float
    panel: Panel
    drift: DriftMonitor


@dataclass(frozen=True, slots=True)
class Slo:
    id: str
    title: str
    objective: float
    window_days: int


@dataclass(frozen=True, slots=True)
class HttpBinding:
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    url: str
    body: str = ""


@dataclass(frozen=True, slots=True)
class Binding:
    """How a control is turned in one environment; simulated needs neither http nor command."""

    environment: str
    http: HttpBinding | None = None
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Control:
    id: str
    kind: str
    title: str
    cost: str
    """What turning it costs users or the business, in words."""
    minutes: float
    """From the order until it takes effect."""
    default: Setting
    values: tuple[Setting, ...]
    """Settings that make sense, the default among them."""
    bindings: tuple[Binding, ...]
    with_: Parameters = field(default_factory=dict)
    """What the kind asks for, such as the node; ``with`` in YAML."""


@dataclass(frozen=True, slots=True)
class MetricName:
    metric: str
    """Canonical name."""
    name: str
    """What this service calls it."""


@dataclass(frozen=True, slots=True)
class MetricLabel:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Metrics:
    labels: tuple[MetricLabel, ...] = ()
    """Labels that select this service's series."""
    names: tuple[MetricName, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    id: str
    title: str
    summary: str
    team: str
    on_call: str
    classification: str
    artifacts: Artifacts
    lineage: Lineage
    profile: Profile
    slos: tuple[Slo, ...]
    controls: tuple[Control, ...]
    metrics: Metrics = field(default_factory=Metrics)

    def control(self, id: str) -> Control:
        """The control of that id; KeyError when there is none."""
        return by_id(self.controls, id)


# --- runbook --------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Change:
    version: str
    date: str
    by: str
    change: str


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
    id: str
    what: str
    how: str
    classification: str
    retention_days: int
    custody: str


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

    def signal(self, id: str) -> Signal:
        """The signal of that id; KeyError when there is none."""
        return by_id(self.detection.signals, id)


# --- plan: compiled from a runbook ------------------------------------------------------------

END = "end"
STAND_DOWN = "stand-down"
ENDINGS = (END, STAND_DOWN)


@dataclass(frozen=True, slots=True)
class PlanNode:
    """A step or a decision with every next node resolved to a node id or an ending."""

    id: str
    part: str
    """``detection``, or the id of the path, rollback, remedy or restoration it belongs to."""
    phase: Literal["detection", "containment", "mitigation", "restoration"]
    text: str
    role: str
    minutes: float
    action: str | None
    """The action kind; None for a decision."""
    with_: Parameters
    check: Check | None
    on_success: str | None
    on_failure: str | None
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Guard:
    """While the plan is at one of ``nodes`` and ``when`` holds, go to ``go``: a rollback's trigger."""

    nodes: tuple[str, ...]
    when: Condition
    go: str


@dataclass(frozen=True, slots=True)
class Plan:
    nodes: tuple[PlanNode, ...]
    guards: tuple[Guard, ...]

    def node(self, id: str) -> PlanNode:
        """The node of that id; KeyError when there is none."""
        return by_id(self.nodes, id)


# --- drill ----------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Inject:
    id: str
    at_minutes: float
    to: str
    channel: str
    sender: str
    text: str


@dataclass(frozen=True, slots=True)
class Measure:
    """A standard a machine can judge: an event of that kind whose data holds these values."""

    event: str
    where: Parameters = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Task:
    id: str
    title: str
    cue: str
    measure: Measure
    weight: float
    within_minutes: float | None = None
    """Minutes after t0."""
    before: Measure | None = None
    """Must come before the first such event."""
    must_not: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """What only the facilitator knows; component and mechanism follow from the faults."""

    runbook: str | None
    symptom: str | None
    explanation: str


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


# --- catalogue ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Query:
    """A signal compiled for one service."""

    value: str
    """PromQL for the value."""
    firing: str
    """PromQL that has a result while the threshold is crossed."""
    metrics: tuple[str, ...]
    """Canonical names of the metrics it reads."""
    unit: str


@dataclass(frozen=True, slots=True)
class CompiledRunbook:
    runbook: Runbook
    plan: Plan
    queries: Mapping[str, Query]
    """By signal id."""
    hash: str
    """SHA-256 of the content, blind to layout and comments."""


@dataclass(frozen=True, slots=True)
class PanelRows:
    """The prototypes of a service: one tuple a column, all of one length."""

    columns: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Catalogue:
    organization: Organization
    services: tuple[Service, ...]
    runbooks: tuple[CompiledRunbook, ...]
    drills: tuple[Drill, ...]
    panels: Mapping[str, PanelRows]
    """By service id."""
    hash: str
    places: Mapping[str, str] = field(default_factory=dict, compare=False)
    """``path:line:column`` by ``<runbook id>/<node or signal id>``; not part of the hash."""

    def service(self, id: str) -> Service:
        """The service of that id; KeyError when there is none."""
        return by_id(self.services, id)

    def runbook(self, id: str) -> CompiledRunbook:
        """The runbook of that id; KeyError when there is none."""
        for compiled in self.runbooks:
            if compiled.runbook.id == id:
                return compiled
        raise KeyError(id)

    def drill(self, id: str) -> Drill:
        """The drill of that id; KeyError when there is none."""
        return by_id(self.drills, id)

    def runbooks_of(self, service: str) -> tuple[CompiledRunbook, ...]:
        """The runbooks of one service, in the order of the catalogue."""
        return tuple(c for c in self.runbooks if c.runbook.service == service)
