"""A step of a plan in, what doing it means as an answer to the session out; the same for machines and people."""

from __future__ import annotations

import numpy as np

from generator.model import CompiledRunbook, PlanNode, Runbook, Template
from simulator.events import Approved, Declared, Noted, Posted
from simulator.responders.view import Action, ClaimCause, Scene, TakeEvidence, TurnControl, View


def deed(
    runbook: CompiledRunbook, node: PlanNode, *, scene: Scene, view: View, replica: int
) -> Action | None:
    """What a step does; None where reading or waiting is all."""
    given, text = node.with_, runbook.runbook
    match node.action:
        case "set-control":
            return TurnControl(given["control"], given["value"])
        case "approve":
            return Approved(given["role"], given["change"])
        case "post":
            return posted(template_of(text, given["template"]))
        case "collect":
            return TakeEvidence(given["evidence"])
        case "declare":
            return Declared(text.service, text.symptom, given.get("severity", text.severity))
        case "hypothesise":
            return _claim(runbook, node, scene=scene, view=view, replica=replica)
        case "run" | "http":
            return Noted(f"done in words only, as the simulated environment has no such hand: {node.text}")
    return None


def template_of(runbook: Runbook, id: str) -> Template:
    """A runbook's template; StopIteration when there is none of that id."""
    return next(item for item in runbook.communication.templates if item.id == id)


def posted(template: Template) -> Posted:
    """A template as it is sent, with its blanks left open."""
    return Posted(template.channel, template.audience, template.id, template.text)


def _claim(runbook: CompiledRunbook, node: PlanNode, *, scene: Scene, view: View, replica: int) -> ClaimCause:
    """The onset is when the first of the signals named as evidence crossed its threshold."""
    given = node.with_
    rows = [scene.signal_row(runbook.runbook.id, id) for id in given["evidence"]]
    since = view.crossed_since[rows, replica]
    onset = float(np.nanmin(since)) / 60 if not np.all(np.isnan(since)) else None
    return ClaimCause(
        given["component"], given["mechanism"], onset, tuple(scene.signals[row].key for row in rows)
    )
