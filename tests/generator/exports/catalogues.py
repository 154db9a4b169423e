"""Catalogues in miniature: nothing in them but what an export reads."""

from __future__ import annotations

from collections.abc import Sequence

from generator import kinds
from generator.model import (
    ActionItems,
    Artifacts,
    Card,
    Catalogue,
    Communication,
    CompiledRunbook,
    Containment,
    Detection,
    DriftMonitor,
    Governance,
    Labels,
    Latency,
    Lineage,
    Link,
    MetricLabel,
    Metrics,
    Mitigation,
    Objectives,
    Organization,
    Panel,
    Plan,
    Postmortem,
    Profile,
    Restoration,
    Retention,
    RouteLatency,
    Runbook,
    Service,
    Signal,
    Slo,
    Traffic,
)
from generator.queries import query_of

ORGANIZATION = Organization(
    id="acme",
    title="Acme",
    teams=(),
    roles=(),
    channels=(),
    audiences=(),
    severities=(),
    escalation_policies=(),
    environments=(),
    classifications=(),
    site_url="https://runbooks.acme.example/latest/",
    page_budget_per_week=2.0,
)

_PROFILE = Profile(
    traffic=Traffic(requests_per_s=40.0, daily_swing=0.3, peak_hour=14.0, weekend_factor=0.6),
    latency=Latency(
        model=RouteLatency(p50_ms=40.0, p99_ms=120.0),
        fallback=RouteLatency(p50_ms=5.0, p99_ms=10.0),
        buckets_ms=(50.0, 250.0),
        deadline_ms=250.0,
        workers=8.0,
        occupancy_ms=40.0,
    ),
    error_ratio=0.001,
    labels=Labels(delay_minutes=60.0, share=0.5),
    accuracy_window_minutes=60.0,
    panel=Panel(file="panel.csv", label="label", weight="weight"),
    drift=DriftMonitor(features=("amount",), windows_minutes=(10.0,), bins=10, reference_size=10_000),
)


def signal(id: str, kind: str, **changes: object) -> Signal:
    """A signal that pages above 0.2 after five minutes, but for the changes."""
    fields: dict[str, object] = {
        "title": id,
        "compare": "above",
        "threshold": 0.2,
        "hold_minutes": 5.0,
        "severity": "page",
        "noise": "A night with little traffic.",
        "dashboard": "overview",
        "log": "requests",
        **changes,
    }
    return Signal(id=id, kind=kind, **fields)  # type: ignore[arg-type]


def service(id: str, *, metrics: Metrics | None = None) -> Service:
    """A service that selects its series by the label ``job``, its own id, unless told otherwise."""
    link = Link(id="overview", title="Overview", url="https://dashboards.acme.example/overview")
    return Service(
        id=id,
        title="Fraud scorer",
        summary="",
        team="",
        on_call="",
        classification="",
        artifacts=Artifacts(
            model_card="", data_dictionary="", dependency_tree="", dashboards=(link,), logs=()
        ),
        lineage=Lineage(nodes=(), edges=()),
        profile=_PROFILE,
        slos=(Slo(id="no-errors", title="", objective=0.9, window_days=28),),
        controls=(),
        metrics=metrics if metrics is not None else Metrics(labels=(MetricLabel("job", id),)),
    )


def catalogue(signals_of: Sequence[tuple[Service, Sequence[Signal]]]) -> Catalogue:
    """One runbook a service, ``<service>-down``, with these signals."""
    return Catalogue(
        organization=ORGANIZATION,
        services=tuple(service for service, _ in signals_of),
        runbooks=tuple(_compiled(service, signals) for service, signals in signals_of),
        drills=(),
        panels={},
        hash="",
    )


def _compiled(service: Service, signals: Sequence[Signal]) -> CompiledRunbook:
    queries = {signal.id: query_of(signal, service, kinds.load("signals")) for signal in signals}
    return CompiledRunbook(
        runbook=_runbook(service, signals), plan=Plan(nodes=(), guards=()), queries=queries, hash=""
    )


def _runbook(service: Service, signals: Sequence[Signal]) -> Runbook:
    return Runbook(
        id=f"{service.id}-down",
        title="",
        service=service.id,
        severity="",
        symptom="",
        classification="",
        summary="",
        problem="",
        card=Card(confirm="", act="", stop=""),
        governance=Governance(
            owner="",
            initiate=(),
            approve=(),
            review_days=90,
            retention=Retention(archive_after_days=90, keep_days=365, where=""),
            compliance=(),
            risk="",
        ),
        roles=(),
        communication=Communication(cadence=(), templates=()),
        escalation=(),
        objectives=Objectives(
            detect_minutes=5.0,
            acknowledge_minutes=5.0,
            contain_minutes=15.0,
            mitigate_minutes=60.0,
            postmortem_days=5.0,
        ),
        dependencies=(),
        detection=Detection(signals=tuple(signals), cues=(), steps=()),
        containment=Containment(paths=()),
        mitigation=Mitigation(remedies=(), restoration=Restoration(phases=(), then="end")),
        postmortem=Postmortem(
            attend=(),
            evidence=(),
            template="",
            questions=(),
            action_items=ActionItems(owner="", due_days=30, backlog=""),
            measures=(),
            verify_root_cause="",
        ),
        changelog=(),
    )
