"""A service with every kind of node, and one example of every kind of fault upon it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from generator.model import Control, Drill, Edge, Fault, Golden, Node, Service, Setting, Span
from simulator.session.stage import Stage, set_up
from simulator.world.outlook import Outlook
from tests.simulator.stages import FAULT_DRILL, with_drill

SERVICE = "fraud-scorer"
AT_FIVE = Span(5, 5)
NEVER = Span(1e6, 1e6)
CACHE = Node("account-cache", "feature_store", "Account features", "ml-platform", "As the account store.")


@dataclass(frozen=True, slots=True)
class Example:
    fault: Fault
    edge: Edge
    """On the way from the fault to its symptoms; without it there are none."""
    before_the_edge: tuple[str, ...] = ()
    """Metrics that the faulty node itself shows."""
    harms: bool = True
    """Whether requests end worse; what spoils only the labels that come back harms nobody."""


def _fault(kind: str, node: str, **with_: object) -> Fault:
    return Fault("x", kind, node, AT_FIVE, with_=with_)


_PAYMENTS = Edge("payments-feed", "feature-pipeline", ("v2",))
_CACHED = Edge(CACHE.id, "feature-pipeline")
_MODEL = Edge("fraud-model", "scoring-endpoint")
_ASKED = Edge("scoring-endpoint", "checkout")
WRONG = {"bias": 2.0, "noise": 2.0}
SCORES = ("model_score_psi", "model_prediction_mean", "model_golden_accuracy_ratio")
EXAMPLES = {
    example.fault.kind: example
    for example in (
        Example(_fault("bad-model-release", "fraud-model", version="summer-2026", **WRONG), _MODEL, SCORES),
        Example(_fault("bad-configuration", "scoring-endpoint", refused=0.8), _ASKED),
        Example(_fault("calibration-loss", "fraud-model", temperature=2.0, bias=1.5), _MODEL, SCORES),
        Example(_fault("category-permutation", "payments-feed", field="foreign_card"), _PAYMENTS),
        Example(_fault("concept-drift", "checkout"), _ASKED),
        Example(
            _fault("covariate-shift", "account-store", field="account_age_days", shift_sd=-1.5),
            Edge("account-store", CACHE.id),
        ),
        Example(_fault("cpu-throttling", "fraud-model", speed=0.2), _MODEL),
        Example(_fault("duplicate-data", "payments-feed", fields=["attempts_1h"], times=3), _PAYMENTS),
        Example(_fault("error-burst", "fraud-model"), _MODEL, ("model_golden_accuracy_ratio",)),
        Example(_fault("label-corruption", "checkout"), _ASKED, harms=False),
        Example(_fault("label-delay", "checkout", hours=2), _ASKED, harms=False),
        Example(_fault("load-surge", "scoring-endpoint", factor=8), _ASKED),
        Example(_fault("lookup-timeout", CACHE.id, timeout_ms=400), _CACHED),
        Example(
            _fault("memory-leak", "fraud-model", fill_minutes=1.5, restart_minutes=1, slowdown=4),
            _MODEL,
            ("model_golden_accuracy_ratio", "model_memory_used_ratio", "model_restarts_total"),
        ),
        Example(_fault("null-spike", CACHE.id, field="account_age_days"), _CACHED),
        Example(_fault("numerical-corruption", "fraud-model", noise=6), _MODEL, SCORES),
        Example(_fault("prior-shift", "checkout", odds_ratio=20), _ASKED),
        Example(_fault("prompt-regression", "fraud-model", version="summer-2026", **WRONG), _MODEL, SCORES),
        Example(_fault("provider-change", "fraud-model", **WRONG, p50_ms=200, p99_ms=900), _MODEL, SCORES),
        Example(_fault("provider-outage", "fraud-model"), _MODEL, ("model_golden_accuracy_ratio",)),
        Example(
            _fault(
                "recurring-drift", "checkout", field="account_age_days", least=0, most=30, period_hours=0.2
            ),
            _ASKED,
        ),
        Example(
            _fault("refusal-spike", "fraud-model", version="summer-2026", form="refusal"),
            _MODEL,
            ("model_golden_accuracy_ratio",),
        ),
        Example(_fault("schema-change", "payments-feed", field="amount"), _PAYMENTS),
        Example(_fault("sentinel-value", CACHE.id, field="account_age_days", value=-1), _CACHED),
        Example(
            _fault("stale-features", CACHE.id, fields=["account_age_days", "device_trust"], age_hours=240),
            _CACHED,
        ),
        Example(_fault("tail-latency", "fraud-model", p50_ms=400, p99_ms=1500), _MODEL),
        Example(
            _fault(
                "training-serving-skew",
                "feature-pipeline",
                version="v2",
                feature="account_age",
                factor=0.5,
                offset=-1,
            ),
            Edge("feature-pipeline", "fraud-model"),
        ),
        Example(_fault("unit-change", "payments-feed", field="amount", factor=100), _PAYMENTS),
        Example(_fault("upstream-outage", "payments-feed"), _PAYMENTS),
        Example(
            _fault("wrong-version", "fraud-model", version="spring-2026"),
            _MODEL,
            (*SCORES, "model_version_requests_total"),
        ),
    )
}


def staged(
    *faults: Fault, noise: tuple[Fault, ...] = (), without_edge: Edge | None = None, minutes: float = 25
) -> Stage:
    """A drill of the service with these faults, in two replicas."""

    def change(drill: Drill) -> Drill:
        return replace(drill, horizon_minutes=minutes, faults=faults, noise=noise)

    changed = with_drill(change)
    services = tuple(_extended(one) if one.id == SERVICE else one for one in changed.services)
    return set_up(replace(changed, services=services), FAULT_DRILL, (1, 2), without_edge=without_edge)


def _extended(service: Service) -> Service:
    """With a feature store, labels that come at once, questions with known answers, and every kind of control."""
    straight = Edge("account-store", "feature-pipeline")
    edges = tuple(edge for edge in service.lineage.edges if edge != straight)
    lineage = replace(
        service.lineage,
        nodes=(*service.lineage.nodes, CACHE),
        edges=(*edges, Edge("account-store", CACHE.id), Edge(CACHE.id, "feature-pipeline")),
    )
    profile = replace(
        service.profile,
        labels=replace(service.profile.labels, delay_minutes=1),
        accuracy_window_minutes=5,
        golden=Golden(questions=200, every_minutes=1),
    )
    return replace(service, lineage=lineage, profile=profile, controls=(*service.controls, *CONTROLS))


def _control(kind: str, node: str, *values: Setting, **with_: object) -> Control:
    return Control(kind, kind, kind, "", 1, values[0], values, (), with_={"node": node, **with_})


CONTROLS = (
    _control("configuration", "scoring-endpoint", "current", "previous", slowdown=1.2),
    _control("decision-threshold", "fraud-model", 0.5, 0.2, 0.35, 0.65, 0.8),
    _control("drain", "fraud-model", 0.0, 0.1, 0.2, 0.4),
    _control("last-good-values", "feature-pipeline", "off", "on", age_hours=6.0),
    _control("pin-route", "fraud-model", "balanced", "pinned", idle_share=0.25),
    _control("restart", "fraud-model", "running", "restarted", rolling_minutes=4.0, share_at_a_time=0.25),
    _control("load-shed", "scoring-endpoint", 0.0, 0.25, 0.5, 0.75),
    _control("retrain", "fraud-model", "current", "retrained"),
    _control("training-freeze", "fraud-model", "off", "on"),
)


def outlook(stage: Stage, minute: float = 20.0, **settings: Setting) -> Outlook:
    """What to expect in the first replica; settings by control, with underscores for hyphens."""
    codes = stage.outlooks.defaults
    for place, knob in enumerate(stage.knobs):
        codes[place] = knob.encode(settings.get(knob.id.replace("-", "_"), knob.decode(codes[place])))
    known, places = stage.outlooks.of(stage.rows(np.tile(codes, (2, 1)), minute))
    return known.take(places[:1])
