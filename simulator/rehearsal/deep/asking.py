"""A catalogue and a drill in, what decides a run out, and what is asked of people in it: no prose, but who and when."""

from __future__ import annotations

from dataclasses import replace

from generator.model import Catalogue, CompiledRunbook, Drill, RoleDuty, Severity
from simulator.rehearsal.narrow import narrowed


def asking(catalogue: Catalogue, drill: Drill) -> Catalogue:
    """Narrowed, but with what a text and a drill ask of people: tasks, messages, updates, evidence, duties."""
    small = narrowed(catalogue, drill.service, drill)
    (kept,) = small.drills
    injects = tuple(
        replace(one, sender="", text="", choices=tuple(replace(choice, text="") for choice in one.choices))
        for one in drill.injects
    )
    severities = tuple(
        Severity(one.id, "", "", one.update_minutes) for one in catalogue.organization.severities
    )
    return replace(
        small,
        organization=replace(small.organization, severities=severities),
        drills=(
            replace(kept, injects=injects, tasks=tuple(replace(t, title="", cue="") for t in drill.tasks)),
        ),
        runbooks=tuple(_asking(one, catalogue.runbook(one.runbook.id)) for one in small.runbooks),
    )


def _asking(small: CompiledRunbook, whole: CompiledRunbook) -> CompiledRunbook:
    """What a message says is nobody's business here, only whether it says anything."""
    text = whole.runbook
    templates = tuple(
        replace(one, title="", text="." if one.text.strip() else "", classification=None)
        for one in text.communication.templates
    )
    evidence = tuple(
        replace(one, what="", how="", classification="", retention_days=0, custody="")
        for one in text.postmortem.evidence
    )
    return replace(
        small,
        runbook=replace(
            small.runbook,
            roles=tuple(RoleDuty(one.role, "") for one in text.roles),
            communication=replace(small.runbook.communication, templates=templates),
            postmortem=replace(small.runbook.postmortem, evidence=evidence),
        ),
    )
