"""One production AI service: lineage, profile, objectives, controls, metric names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from generator.model.common import Parameters, Setting, Waiver, by_id


@dataclass(frozen=True, slots=True)
class Link:
    id: str
    title: str
    url: str
    classification: str | None = None


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
    omits: tuple[str, ...] = ()
    """Features that a model weighs and this pipeline does not compute: the model takes their defaults."""
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
    classification: str | None = None
    """Of its rows."""


@dataclass(frozen=True, slots=True)
class DriftMonitor:
    """What the service itself measures about drift, and over which sliding windows."""

    features: tuple[str, ...]
    windows_minutes: tuple[float, ...]
    bins: int
    reference_size: int


@dataclass(frozen=True, slots=True)
class Golden:
    """Requests with known answers that the service asks its own model, again and again."""

    questions: int
    every_minutes: float


@dataclass(frozen=True, slots=True)
class Profile:
    traffic: Traffic
    latency: Latency
    error_ratio: float
    labels: Labels
    accuracy_window_minutes: float
    panel: Panel
    drift: DriftMonitor
    feature_age_seconds: float = 60.0
    """How old the values of features are when all is well."""
    memory_used_ratio: float = 0.5
    """Share of their limit of memory that processes use when all is well."""
    golden: Golden | None = None


@dataclass(frozen=True, slots=True)
class Slo:
    id: str
    title: str
    objective: float
    window_days: int

    @property
    def budget(self) -> float:
        """The share of requests for which it need not hold."""
        return round(1 - self.objective, 12)


@dataclass(frozen=True, slots=True)
class HttpBinding:
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    url: str
    body: str = ""
    secret: str = ""
    """The variable of the environment whose value is sent as a bearer token; empty: none is sent."""


@dataclass(frozen=True, slots=True)
class HttpReading:
    url: str
    """Asked by GET."""
    field: str = ""
    """A path into the JSON that is answered; empty: the whole answer is the setting."""
    secret: str = ""
    """As of an ``HttpBinding``."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the setting at which a control stands is asked for: by one of both."""

    http: HttpReading | None = None
    command: tuple[str, ...] = ()
    """What it prints is the setting."""


@dataclass(frozen=True, slots=True)
class Binding:
    """How a control is turned in one environment; simulated needs neither http nor command."""

    environment: str
    http: HttpBinding | None = None
    command: tuple[str, ...] = ()
    timeout_seconds: float = 30.0
    """Whatever has not ended by then is ended, and has failed."""
    read: Reading | None = None
    """None: a control that is put back is put to its default."""
    classification: str | None = None


@dataclass(frozen=True, slots=True)
class Answering:
    """How a decision is read from an answer of a deployment."""

    field: str
    """A path, as in ``predictions[0]``; see ``simulator.live.bodies``."""
    block_above: float | None = None
    """A number above it says block; None: the field says ``pass``, ``review`` or ``block``."""


@dataclass(frozen=True, slots=True)
class MetricsSource:
    """Where the metrics of a deployment are read."""

    kind: Literal["observer", "exposition", "prometheus"]
    """Measured beside it by ourselves; exposed by the deployment; or kept by a Prometheus server."""
    url: str = ""
    """The address of the exposition (as in ``/metrics``, at the target) or of the server; an observer has none."""
    compression: float = 1.0
    """By how much its windows are shorter than runbooks say; an observer's follow the drill."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """When the faults of a live drill end by themselves; what says nothing follows from the drill."""

    error_ratio: float | None = None
    """Share of the requests, in the last ten seconds, that are not answered, or with a status of 500 and above."""
    p99_ms: float | None = None
    """99th percentile of the time that they take, those included that still wait."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """The service as it runs in one environment, and how a live drill talks to it."""

    environment: str
    target: str
    """Its address, up to the paths."""
    protocol: Literal["plain-json", "open-inference-v2", "kserve-v1", "mlflow"]
    path: str
    """Where requests are sent, as in ``/invocations``; faults fall on nothing else."""
    answer: Answering
    metrics: MetricsSource
    health: str = ""
    """A path that answers when it is well; never touched by a fault."""
    stop: Stopping = field(default_factory=Stopping)
    classification: str | None = None


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
    classification: str | None = None


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
class AlertLabel:
    """A label of an alert that its link may carry to the page; prose says ``{{ alert.NAME }}``."""

    name: str
    title: str
    pattern: str
    """What a value has to match from end to end; see ``generator/patterns.py``."""
    example: str


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
    waivers: tuple[Waiver, ...] = ()
    alert_labels: tuple[AlertLabel, ...] = ()
    deployments: tuple[Deployment, ...] = ()

    def control(self, id: str) -> Control:
        """The control of that id; KeyError when there is none."""
        return by_id(self.controls, id)

    def deployment(self, environment: str) -> Deployment | None:
        """How it runs there; None where the service's file does not say."""
        return next((one for one in self.deployments if one.environment == environment), None)

    def slo(self, id: str) -> Slo:
        """The objective of that id; KeyError when there is none."""
        return by_id(self.slos, id)
