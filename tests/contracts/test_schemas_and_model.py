"""The schemas say of every source what the model says, and tell its forms apart."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import MISSING
from typing import Any

import pytest

from generator import model
from tests.contracts.schema_tree import errors, reference, resolve

DEFINED_IN = {
    "common": ("Waiver Condition Criterion Check Step Answer Decision Span=span-range"),
    "organization": (
        "Organization= Team Role Channel Audience Severity EscalationRung=rung "
        "EscalationPolicy=escalation-policy Environment Classification Term"
    ),
    "service": (
        "Service= Link=dashboard Link=log Artifacts Feature Weight Rule NodeVersion=version Node Edge "
        "Lineage Traffic RouteLatency=route-latency Latency Labels Panel DriftMonitor=drift Golden Profile Slo "
        "HttpBinding=http HttpReading=http-reading Reading Binding Control Answering "
        "MetricsSource=metrics-source Stopping Deployment "
        "MetricName=metric-name MetricLabel=label Metrics "
        "AlertLabel=alert-label"
    ),
    "runbook": (
        "Runbook= Approval Retention Governance Change RoleDuty=role-duty Cadence Template Communication "
        "Escalation Objectives Dependency Signal Cue Detection Rollback Path Containment Remedy Phase "
        "Restoration Mitigation Evidence Citation ActionItems=action-items Postmortem Card"
    ),
    "drill": "Drill= Live Slice Effect Fault Choice Hint Inject Measure Task Truth",
    "catalogue": (
        "Catalogue= Query PlanNode=plan-node Guard Plan CompiledRunbook=compiled-runbook PanelRows=panel-rows "
        "Kept=kept"
    ),
    "review": "Review=",
    "exercise": "Exercise=",
    "proof": (
        "Proof= Interval Quantiles Unfollowed DrillProof=drill-result CurvePoint=curve-point "
        "SignalProof=signal-result StepWorth=step-worth Reaction ProofHashes=hashes ProofEngine=engine "
        "SeedRange=seed-range Turn"
    ),
}


def model_pairs() -> list[tuple[str, str]]:
    """A class of the model and the reference of its schema, for every class that has one."""
    pairs = []
    for file, words in DEFINED_IN.items():
        for word in words.split():
            name, equals, definition = word.partition("=")
            pairs.append((name, reference(file, definition if equals else name.lower())))
    return pairs


def forms(schema: dict[str, Any], home: str) -> Iterator[dict[str, Any]]:
    """The objects that a value of this schema may be: itself, or each of its conditional forms."""
    if "$ref" in schema:
        yield from forms(*resolve(schema["$ref"], home))
    elif "properties" in schema:
        yield schema
    else:
        for part in (*schema.get("allOf", ()), schema.get("then", {}), schema.get("else", {})):
            yield from forms(part, home)


def yaml_key(field: str) -> str:
    return field.rstrip("_")


def plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {key: one for key, one in dataclasses.asdict(value).items() if one is not None}
    return [] if value == () else value


def default_of(field: dataclasses.Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def test_every_class_of_the_model_has_a_schema() -> None:
    """No frozen value of the model is missing from the schemas."""
    classes = {name for name, value in vars(model).items() if dataclasses.is_dataclass(value)}

    assert classes == {name for name, _ in model_pairs()}


@pytest.mark.parametrize(("name", "ref"), model_pairs(), ids=lambda value: value.split("/")[-1])
def test_schema_and_model_agree(name: str, ref: str) -> None:
    """A schema has the fields of its class as keys, and requires those without a default."""
    fields = dataclasses.fields(getattr(model, name))
    found = list(forms(*resolve(ref, "common")))
    keys = {key for form in found for key in form["properties"]}
    required = set.intersection(*(set(form.get("required", ())) for form in found))

    assert keys == {yaml_key(f.name) for f in fields}
    assert required == {
        yaml_key(f.name) for f in fields if f.default is MISSING and f.default_factory is MISSING
    }


@pytest.mark.parametrize(("name", "ref"), model_pairs(), ids=lambda value: value.split("/")[-1])
def test_defaults_are_those_of_the_model(name: str, ref: str) -> None:
    """A default that an editor shows is the one that holds."""
    fields = {yaml_key(f.name): f for f in dataclasses.fields(getattr(model, name))}
    for form in forms(*resolve(ref, "common")):
        for key, node in form["properties"].items():
            if "default" in node and key != "metrics":
                assert plain(default_of(fields[key])) == node["default"], key


SIGNAL = {"signal": "score-drift", "is": "firing"}
STEP = {"id": "look", "text": "Look.", "do": "observe", "role": "ml-on-call", "minutes": 1}


@pytest.mark.parametrize(
    "condition",
    [
        SIGNAL,
        {"signal": "score-drift", "above": 0.2},
        {"signal": "score-drift", "below": 1},
        {"control": "traffic-split", "equals": 0.5},
        {"all": [SIGNAL, {"not": SIGNAL}]},
        {"any": [SIGNAL]},
    ],
)
def test_a_condition_of_each_form_is_right(condition: dict[str, Any]) -> None:
    """Each form of a condition fits, also inside another."""
    assert errors("common.schema.json#/definitions/condition", condition) == []


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"signal": "a", "above": 1, "below": 2}, "should not be valid under"),
        ({"signal": "a"}, "does not have enough properties"),
        ({"is": "firing", "above": 1}, "'signal' is a required property"),
        ({"control": "a", "is": "firing"}, "'is' was unexpected"),
        ({"all": []}, "should be non-empty"),
        ({"any": [{"not": {"signl": "a", "is": "quiet"}}]}, "'signl' was unexpected"),
        ("firing", "is not of type 'object'"),
    ],
)
def test_a_condition_of_no_form_is_named(condition: Any, message: str) -> None:
    """A message about a condition speaks of the form that was meant."""
    found = errors("common.schema.json#/definitions/condition", condition)

    assert any(message in error for error in found), found


def test_a_decision_is_told_from_a_step_by_its_key() -> None:
    """What decides is judged as a decision, and all else as a step."""
    steps = "common.schema.json#/definitions/steps"

    assert errors(steps, [STEP]) == []
    assert errors(steps, [{**STEP, "minuts": 2}]) == [
        "Additional properties are not allowed ('minuts' was unexpected)"
    ]
    assert errors(steps, [{"id": "real", "decide": "Is it?", "role": "ml-on-call", "minutes": 1}]) == [
        "'answers' is a required property"
    ]


def test_an_onset_is_a_number_or_a_range() -> None:
    """A span may be written as a number or as {least, most}."""
    span = "common.schema.json#/definitions/span"

    assert errors(span, 20) == errors(span, {"least": 10, "most": 20}) == []
    assert errors(span, -1) == ["-1 is less than the minimum of 0"]
    assert errors(span, {"least": 10}) == ["'most' is a required property"]


def test_an_escalation_needs_a_time_or_a_condition() -> None:
    """Whom to wake is worth nothing without when."""
    escalation = "runbook.schema.json#/definitions/escalation"
    rung = {"to": "model-owner", "why": "Approves a change."}

    assert errors(escalation, {**rung, "when": SIGNAL}) == []
    assert errors(escalation, {**rung, "after_minutes": 5}) == []
    assert errors(escalation, rung) == ["'after_minutes' is a required property"]
