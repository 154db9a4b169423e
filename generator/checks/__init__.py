"""The table of checks: one rule a module, in alphabetical order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from generator.checks import (
    acronyms,
    alert_labels,
    approval_named,
    approvals,
    bindings,
    blame,
    branches,
    budget,
    cadence,
    calls,
    cast,
    checked,
    classification,
    compatible,
    deployments,
    detect_in_time,
    duties,
    effects,
    escalation,
    escalation_times,
    evidence_first,
    exercise,
    exercises,
    false_alarms,
    frozen_data,
    hints,
    label_delay,
    links,
    measures,
    messages,
    metrics,
    names,
    nodes,
    numbers,
    objectives,
    panels,
    plan,
    proof,
    prose,
    ranges,
    references,
    reviews,
    sample_size,
    scenarios,
    schema,
    self_approval,
    settings,
    substance,
    time_boxes,
    triggers,
    way_back,
    windows,
    wording,
    worlds,
)
from generator.checks.sources import Sources
from generator.source import Finding, Severity


class Check(Protocol):
    """One rule: what it is called, how bad it is to break it, and who breaks it."""

    @property
    def name(self) -> str: ...

    @property
    def severity(self) -> Severity: ...

    @property
    def check(self) -> CheckFunction: ...


class CheckFunction(Protocol):
    def __call__(self, sources: Sources, /) -> Iterable[Finding]: ...


CHECKS: tuple[Check, ...] = (
    acronyms,
    alert_labels,
    approval_named,
    approvals,
    bindings,
    blame,
    branches,
    budget,
    cadence,
    calls,
    cast,
    checked,
    classification,
    compatible,
    deployments,
    detect_in_time,
    duties,
    effects,
    escalation,
    escalation_times,
    evidence_first,
    exercise,
    exercises,
    false_alarms,
    frozen_data,
    hints,
    label_delay,
    links,
    measures,
    messages,
    metrics,
    names,
    nodes,
    numbers,
    objectives,
    panels,
    plan,
    proof,
    prose,
    ranges,
    references,
    reviews,
    sample_size,
    scenarios,
    schema,
    self_approval,
    settings,
    substance,
    time_boxes,
    triggers,
    way_back,
    windows,
    wording,
    worlds,
)

FIRM = frozenset(
    {
        "alert-labels",
        "calls",
        "cast",
        "classification",
        "deployments",
        "effects",
        "measures",
        "messages",
        "metrics",
        "names",
        "nodes",
        "panels",
        "plan",
        "prose",
        "ranges",
        "references",
        "scenarios",
        "schema",
        "settings",
        "windows",
        "worlds",
    }
)
"""Rules that no waiver switches off: pages, alerts and drills are made of what they hold."""
