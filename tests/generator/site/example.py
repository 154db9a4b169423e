"""A small catalogue, built by hand: one organization, one service, one runbook, one sealed drill."""

from __future__ import annotations

import hashlib

from generator import model as m
from generator.plan import plan_of

SECRET = "zebra-crossing"
"""Stands in every sealed field of the drill, and must stand nowhere on the site."""

ORGANIZATION = m.Organization(
    id="acme",
    title="Acme runbooks",
    teams=(
        m.Team("risk-ml", "Risk ML", "risk-ml@example.org"),
        m.Team("payments", "Payments", "https://chat.example.org/payments"),
    ),
    roles=(
        m.Role("on-call", "On-call engineer", "acts first", "risk-ml"),
        m.Role("incident-lead", "Incident lead", "decides and speaks", "risk-ml"),
        m.Role("risk-officer", "Risk officer", "accepts the risk", "payments"),
    ),
    channels=(m.Channel("status", "Status page", "https://status.example.org", "public"),),
    audiences=(m.Audience("merchants", "Merchants", "whether payments work", "status"),),
    severities=(m.Severity("sev1", "Critical", "Many payments end wrong.", 15),),
    escalation_policies=(
        m.EscalationPolicy(
            "default", "Default", (m.EscalationRung(0, "on-call"), m.EscalationRung(15, "incident-lead"))
        ),
    ),
    environments=(m.Environment("simulated", "Simulated"),),
    classifications=(m.Classification("public", "Public"), m.Classification("internal", "Internal")),
    site_url="https://example.org/runbooks/",
    page_budget_per_week=2,
    glossary=(m.Term("PSI", "How far a distribution moved."), m.Term("drift", "Inputs change.")),
)


def node(id: str, kind: str, title: str) -> m.Node:
    """A node of the example's lineage."""
    return m.Node(id, kind, title, "risk-ml", "Scores go stale.")  # type: ignore[arg-type]


LINEAGE = m.Lineage(
    nodes=(
        node("payments-api", "source", "Payments API"),
        node("customer-store", "source", "Customer store"),
        node("feature-pipeline", "pipeline", "Feature pipeline"),
        node("feature-store", "feature_store", "Feature store"),
        node("fraud-model", "model", "Fraud model"),
        node("rules", "fallback", "Rule set"),
        node("scoring-api", "endpoint", "Scoring API"),
        node("checkout", "consumer", "Checkout"),
        node("review-queue", "consumer", "Manual review queue"),
    ),
    edges=(
        m.Edge("payments-api", "feature-pipeline"),
        m.Edge("customer-store", "feature-pipeline"),
        m.Edge("feature-pipeline", "feature-store"),
        m.Edge("feature-store", "fraud-model"),
        m.Edge("payments-api", "rules"),
        m.Edge("fraud-model", "scoring-api"),
        m.Edge("rules", "scoring-api"),
        m.Edge("scoring-api", "checkout"),
        m.Edge("scoring-api", "review-queue"),
    ),
)

SERVICE = m.Service(
    id="fraud-scorer",
    title="Fraud scorer",
    summary="Scores every card payment before it is authorized.",
    team="risk-ml",
    on_call="on-call",
    classification="internal",
    artifacts=m.Artifacts(
        model_card="https://example.org/card",
        data_dictionary="https://example.org/data",
        dependency_tree="https://example.org/tree",
        dashboards=(m.Link("overview", "Overview", "https://grafana.example.org/d/fraud"),),
        logs=(m.Link("scoring", "Scoring log", "https://logs.example.org/fraud"),),
    ),
    lineage=LINEAGE,
    profile=m.Profile(
        traffic=m.Traffic(40, 0.4, 14, 0.7),
        latency=m.Latency(m.RouteLatency(30, 90), m.RouteLatency(5, 12), (50, 100, 200), 200, 16, 30),
        error_ratio=0.001,
        labels=m.Labels(1440, 0.2),
        accuracy_window_minutes=60,
        panel=m.Panel("panel.csv", "fraud", "weight"),
        drift=m.DriftMonitor(("amount",), (30,), 10, 10000),
    ),
    slos=(m.Slo("available", "Requests answered", 0.999, 28),),
    controls=(
        m.Control(
            "pipeline-version",
            "version",
            "Version of the feature pipeline",
            "Features added since are lost.",
            3,
            "v2",
            ("v1", "v2"),
            (m.Binding("simulated"),),
            {"node": "feature-pipeline"},
        ),
        m.Control(
            "fallback-share",
            "traffic-split",
            "Share scored by rules",
            "More good payments go to review.",
            1,
            0.0,
            (0.0, 0.5, 1.0),
            (m.Binding("simulated"),),
            {"node": "scoring-api"},
        ),
    ),
)

DRIFTING = m.Condition(signal="amount-psi", is_="firing")
CALM = m.Condition(signal="amount-psi", below=0.1)


def step(id: str, text: str, do: str, minutes: float, **rest: object) -> m.Step:
    """A step of the on-call engineer."""
    return m.Step(id, text, do, "on-call", minutes, **rest)  # type: ignore[arg-type]


RULES = m.Path(
    id="rules-path",
    title="Send traffic to the rules",
    enter_when=m.Criterion("Payments are being scored wrongly.", DRIFTING),
    steps=(
        step(
            "rules-on",
            "Send all traffic to the rule set.",
            "set-control",
            1,
            with_={"control": "fallback-share", "value": 1.0},
            check=m.Check(m.Condition(control="fallback-share", equals=1.0), 5, 2),
            on_failure="wake-lead",
        ),
        step(
            "tell-merchants",
            "Tell merchants.",
            "send",
            3,
            with_={"template": "first-update"},
            on_success="pin-pipeline",
        ),
        step(
            "wake-lead",
            "Wake the incident lead.",
            "page-role",
            2,
            with_={"role": "incident-lead"},
            on_success="pin-pipeline",
        ),
    ),
    rollback=m.Rollback(
        trigger=m.Criterion(
            "The review queue overflows.", m.Condition(signal="review-backlog", is_="firing")
        ),
        steps=(
            step(
                "rules-half",
                "Halve the share of the rules.",
                "set-control",
                1,
                with_={"control": "fallback-share", "value": 0.5},
                on_success="pin-pipeline",
                on_failure="wake-lead",
            ),
        ),
        validation=m.Criterion("The backlog shrinks.", m.Condition(signal="review-backlog", is_="quiet")),
    ),
    effect_on_users="About 3 % more payments wait for review.",
    data_governance="No data leaves the region.",
    diagnostics="The model still scores in the shadow.",
)

PIN = m.Remedy(
    id="pin-pipeline",
    title="Pin the previous pipeline",
    owner="on-call",
    minutes=20,
    preconditions=(m.Criterion("Version v1 can still be deployed."),),
    steps=(
        step(
            "pin-v1",
            "Set the pipeline to v1.",
            "set-control",
            3,
            with_={"control": "pipeline-version", "value": "v1"},
            check=m.Check(CALM, 15, 5),
            on_failure="wake-lead",
        ),
        m.Decision(
            "healthy",
            "Do scores look as they did last week?",
            "incident-lead",
            2,
            (
                m.Answer(
                    "yes", "ramp-half", m.Condition(all=(CALM, m.Condition(signal="score-psi", is_="quiet")))
                ),
                m.Answer("no", "wake-lead"),
            ),
        ),
    ),
    success=(m.Criterion("Drift is gone.", CALM),),
    postconditions=(m.Criterion("The rules can be switched off."),),
    safety_net="The rules still stand.",
    compensating=("Re-score the payments of the last hour.",),
    live_validation="Compare ten payments by hand.",
)

RUNBOOK = m.Runbook(
    id="feature-drift",
    title="A feature drifted",
    service="fraud-scorer",
    severity="sev1",
    symptom="wrong-predictions",
    classification="internal",
    summary="A feature no longer looks as it did when the model was trained.",
    problem="Upstream changed a unit.\n\n- Scores shift.\n- Good payments are declined.",
    card=m.Card(
        confirm="`amount-psi` is above {{ signal.amount-psi.threshold }} and the mean jumped at one moment.",
        act="Send traffic to the rules: {{ control.fallback-share.minutes }} min, and it can be undone.",
        stop="Stop if the review queue overflows; then halve the share.",
    ),
    governance=m.Governance(
        owner="risk-ml",
        initiate=("on-call",),
        approve=(m.Approval("All traffic to the rules", ("fallback-share",), "incident-lead"),),
        review_days=90,
        retention=m.Retention(365, 2555, "the archive"),
        compliance=("PCI DSS 12.10",),
        risk="Declining good payments.",
    ),
    roles=(m.RoleDuty("incident-lead", "Decides on paths."), m.RoleDuty("on-call", "Turns the controls.")),
    communication=m.Communication(
        cadence=(m.Cadence("sev1", 15),),
        templates=(
            m.Template(
                "first-update",
                "First update",
                "merchants",
                "status",
                "Since {{ incident.started }} some payments wait for review.\n\nNext update in 15 minutes.",
            ),
        ),
    ),
    escalation=(
        m.Escalation("incident-lead", "Decides whether to stay on rules.", 15),
        m.Escalation(
            "risk-officer", "Accepts the risk.", None, m.Condition(signal="review-backlog", is_="firing")
        ),
    ),
    objectives=m.Objectives(5, 5, 15, 60, 5),
    dependencies=(m.Dependency("payments-api", "May have changed a unit.", ("fraud-model", "checkout")),),
    detection=m.Detection(
        signals=(
            m.Signal(
                "amount-psi",
                "Amount drifted",
                "psi",
                "above",
                0.20000,
                5,
                "page",
                "Sales days move it slowly; a broken unit moves it at once.",
                "overview",
                "scoring",
                {"feature": "amount", "window_minutes": 30},
                "confirm-jump",
            ),
            m.Signal(
                "score-psi",
                "Scores drifted",
                "score-psi",
                "above",
                0.1,
                2,
                "ticket",
                "Follows amount.",
                "overview",
                "scoring",
            ),
            m.Signal(
                "review-backlog",
                "Review backlog",
                "queue",
                "above",
                500,
                10,
                "info",
                "Mondays.",
                "overview",
                "scoring",
            ),
        ),
        cues=(
            m.Cue(
                "declines",
                "Support",
                "Customers say that cards are declined.",
                "Look at amount-psi.",
                "confirm-jump",
            ),
        ),
        steps=(
            step(
                "confirm-jump",
                "Look at the mean amount of the last hour.",
                "look",
                2,
                with_={"signal": "amount-psi"},
            ),
            m.Decision(
                "is-it-real",
                "Did the mean amount jump by more than half at one moment?",
                "on-call",
                1,
                (m.Answer("yes", "rules-on", DRIFTING), m.Answer("no", "stand-down")),
            ),
        ),
    ),
    containment=m.Containment((RULES,)),
    mitigation=m.Mitigation(
        (PIN,),
        m.Restoration(
            (
                m.Phase(
                    "ramp-half",
                    "fallback-share",
                    0.5,
                    10,
                    20,
                    m.Criterion("Calm.", CALM),
                    "on-call",
                    "rules-half",
                ),
                m.Phase(
                    "ramp-all",
                    "fallback-share",
                    0.0,
                    10,
                    20,
                    m.Criterion("Calm.", CALM),
                    "on-call",
                    "rules-half",
                ),
            ),
            "end",
        ),
    ),
    postmortem=m.Postmortem(
        attend=("incident-lead", "on-call"),
        evidence=(
            m.Evidence(
                "metrics", "Metrics of the day", "Export the dashboard.", "internal", 365, "incident-lead"
            ),
        ),
        template="What happened?\n\nWhat did we learn?",
        questions=("Why did no contract test catch it?",),
        action_items=m.ActionItems("incident-lead", 14, "the team's backlog"),
        measures=("Minutes to contain.",),
        verify_root_cause="Replay the batch with both units.",
    ),
    changelog=(m.Change("1.0.0", "2026-11-01", "risk-ml", "First version."),),
)

DRILL = m.Drill(
    id=f"drill-{SECRET}",
    title=f"The {SECRET} drill",
    service="fraud-scorer",
    classification="internal",
    briefing=f"briefing {SECRET}",
    weekday="tuesday",
    time="14:00",
    step_seconds=15,
    horizon_minutes=120,
    tolerance=0.01,
    faults=(m.Fault(f"fault-{SECRET}", "unit-change", "payments-api", m.Span(10, 20)),),
    noise=(),
    injects=(m.Inject(f"inject-{SECRET}", 5, "on-call", "status", SECRET, SECRET),),
    tasks=(m.Task(f"task-{SECRET}", SECRET, SECRET, m.Measure("control-set"), 1),),
    truth=m.Truth("feature-drift", "wrong-predictions", SECRET),
)


def catalogue(runbook: m.Runbook = RUNBOOK, service: m.Service = SERVICE) -> m.Catalogue:
    """The example with another runbook or service in place."""
    query = m.Query(
        "model_feature_psi", 'model_feature_psi{feature="amount"} > 0.2', ("model_feature_psi",), ""
    )
    plan = plan_of(runbook)
    parts = {node.id: hashlib.sha256(node.id.encode()).hexdigest() for node in plan.nodes}
    compiled = m.CompiledRunbook(runbook, plan, {"amount-psi": query}, "ab" * 32, parts)
    return m.Catalogue(ORGANIZATION, (service,), (compiled,), (DRILL,), {}, "cd" * 32)
