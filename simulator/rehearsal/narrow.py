"""A catalogue in, as much of it as decides what the robot and the signals do out; and the hash of that.

A task sees nothing else, so what is left out cannot matter: an edit to prose, to a title that orders nothing, to the
text of a message, to the limit of an objective or to evidence changes no key; one to anything that acts does.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Mapping
from dataclasses import replace

from generator import values
from generator.model import (
    ActionItems,
    Answer,
    Approval,
    Artifacts,
    Card,
    Catalogue,
    Check,
    Communication,
    CompiledRunbook,
    Containment,
    Control,
    Detection,
    Drill,
    Governance,
    Lineage,
    Metrics,
    Mitigation,
    Node,
    Objectives,
    Organization,
    Panel,
    PanelRows,
    Plan,
    PlanNode,
    Postmortem,
    Query,
    Restoration,
    Retention,
    Runbook,
    Service,
    Signal,
    Template,
)
from simulator.events import digest
from simulator.session.stage import runbooks_of

NOBODY = Organization("", "", (), (), (), (), (), (), (), (), "", 0.0)
"""Who there is decides nothing that is measured."""


def narrowed(catalogue: Catalogue, service: str, drill: Drill | None) -> Catalogue:
    """One service with its panel and its runbooks, and a drill, without what decides nothing.

    Runbooks stand in the order of their urgency, and in place of the objectives that it follows from stand their
    places in it; limits are for who judges. Narrowed again, it stays the same. KeyError for an unknown service.
    """
    runbooks = runbooks_of(catalogue, service)
    return Catalogue(
        organization=NOBODY,
        services=(_service(catalogue.service(service)),),
        runbooks=tuple(_runbook(compiled, place) for place, compiled in enumerate(runbooks)),
        drills=() if drill is None else (_drill(drill),),
        panels={service: catalogue.panels[service]},
        hash="",
    )


def without_plans(catalogue: Catalogue) -> Catalogue:
    """A narrowed catalogue as far as the signals see it: what is done once one has fired, and by whose leave, apart."""
    return replace(catalogue, runbooks=tuple(map(_without_plan, catalogue.runbooks)))


def key_of(catalogue: Catalogue, *what: object) -> str:
    """SHA-256 over a narrowed catalogue, and what else decides: data that JSON can hold."""
    panels = {service: _panel_hash(rows) for service, rows in catalogue.panels.items()}
    return digest([values.plain(replace(catalogue, panels={})), panels, what])


def plan_hashes(catalogue: Catalogue) -> Mapping[str, str]:
    """By runbook of a narrowed catalogue: the hash of what the robot reads only once it has opened it."""
    return {compiled.runbook.id: digest(values.plain(_read(compiled))) for compiled in catalogue.runbooks}


def _read(compiled: CompiledRunbook) -> tuple[object, ...]:
    text = compiled.runbook
    return compiled.plan, text.severity, text.symptom, text.communication.templates


def _panel_hash(panel: PanelRows) -> str:
    mark = hashlib.sha256()
    for name, column in panel.columns.items():
        mark.update(f"{name}\0{len(column)}\0".encode() + array("d", column).tobytes())
    return mark.hexdigest()


# --- services and drills --------------------------------------------------------------------------


def _service(service: Service) -> Service:
    lineage, panel = service.lineage, service.profile.panel
    return replace(
        service,
        title="",
        summary="",
        team="",
        on_call="",
        classification="",
        artifacts=Artifacts("", "", "", (), ()),
        lineage=Lineage(tuple(map(_node, lineage.nodes)), lineage.edges),
        profile=replace(service.profile, panel=Panel("", panel.label, panel.weight)),
        slos=tuple(replace(slo, title="") for slo in service.slos),
        controls=tuple(map(_control, service.controls)),
        metrics=Metrics(),
        waivers=(),
        alert_labels=(),
    )


def _node(node: Node) -> Node:
    versions = tuple(replace(version, title="", released="") for version in node.versions)
    return replace(node, title="", owner="", cascade="", versions=versions)


def _control(control: Control) -> Control:
    return replace(control, title="", cost="", bindings=(), classification=None)


def _drill(drill: Drill) -> Drill:
    """Messages reach people, and tasks are asked of them; the robot hears no one."""
    return replace(
        drill,
        title="",
        classification="",
        briefing="",
        injects=(),
        tasks=(),
        truth=replace(drill.truth, explanation=""),
        onset_tolerance_minutes=0.0,
        cast={},
        hints=(),
        waivers=(),
    )


# --- runbooks -------------------------------------------------------------------------------------


def _runbook(compiled: CompiledRunbook, place: int) -> CompiledRunbook:
    plan, text = compiled.plan, compiled.runbook
    return CompiledRunbook(
        runbook=_text(text, place),
        plan=Plan(tuple(map(_plan_node, plan.nodes)), plan.guards),
        queries={signal.id: Query("", "", (), "") for signal in text.detection.signals},
        hash="",
    )


def _text(text: Runbook, place: int) -> Runbook:
    return Runbook(
        id=text.id,
        title="",
        service=text.service,
        severity=text.severity,
        symptom=text.symptom,
        classification="",
        summary="",
        problem="",
        card=Card("", "", ""),
        governance=_governance(
            tuple(Approval("", one.controls, one.role) for one in text.governance.approve)
        ),
        roles=(),
        communication=_communication(text.communication.templates),
        escalation=(),
        objectives=Objectives(0.0, 0.0, float(place), 0.0, 0.0),
        dependencies=(),
        detection=Detection(tuple(map(_signal, text.detection.signals)), (), ()),
        containment=Containment(()),
        mitigation=Mitigation((), Restoration((), "")),
        postmortem=Postmortem((), (), "", (), ActionItems("", 0, ""), (), ""),
        changelog=(),
    )


def _without_plan(compiled: CompiledRunbook) -> CompiledRunbook:
    text = replace(
        compiled.runbook,
        severity="",
        symptom="",
        governance=_governance(()),
        communication=_communication(()),
    )
    return replace(compiled, runbook=text, plan=Plan((), ()))


def _governance(approve: tuple[Approval, ...]) -> Governance:
    return Governance("", (), approve, 0, Retention(0, 0, ""), (), "")


def _communication(templates: tuple[Template, ...]) -> Communication:
    return Communication((), tuple(Template(one.id, "", "", "", "") for one in templates))


def _signal(signal: Signal) -> Signal:
    return replace(signal, title="", noise="", dashboard="", log="")


def _plan_node(node: PlanNode) -> PlanNode:
    answers = tuple(Answer("", one.go, one.when) for one in node.answers)
    return replace(node, text="", check=_check(node.check), answers=answers)


def _check(check: Check | None) -> Check | None:
    return None if check is None else replace(check, text="")
