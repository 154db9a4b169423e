"""A model is retrained only after its training data is frozen, on every way there.

A model that learns from the hours in which the data was bad learns the incident by heart,
and goes on making its mistakes after everything else is mended.

Put a step that sets the control of kind `training-freeze` of the same model to "on" before it;
a service without such a control needs one before a runbook can retrain.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.checks.sources import Sources
from generator.model import Control, PlanNode, Service
from generator.source import Finding, Severity
from generator.ways import Ways

name = "frozen-data"
severity: Severity = "error"

RETRAIN, RETRAINED = "retrain", "retrained"
FREEZE, FROZEN = "training-freeze", "on"


def check(sources: Sources) -> Iterator[Finding]:
    """Steps that retrain a model on data that may still be moving."""
    for document, ways, service in sources.served():
        for retrain in service.controls:
            if retrain.kind != RETRAIN:
                continue
            freezes = [c.id for c in service.controls if c.kind == FREEZE and _node(c) == _node(retrain)]
            for node in _unfrozen(ways, retrain.id, freezes):
                place = sources.node_place(document, node.id)
                message = f"a way leads to '{node.id}', which retrains '{_node(retrain)}', on data that is not frozen"
                yield Finding(place, name, severity, message, _hint(service, retrain, freezes))


def _node(control: Control) -> object:
    """The model that a control acts on."""
    return control.with_.get("node")


def _unfrozen(ways: Ways, retrain: str, freezes: list[str]) -> Iterator[PlanNode]:
    """The steps that retrain, and that some way reaches without a freeze, or after it was lifted."""
    turning = [node for freeze in freezes for node in ways.turns(freeze)]
    frozen = [node.id for node in turning if node.with_["value"] == FROZEN]
    lifted = [node.id for node in turning if node.with_["value"] != FROZEN]
    early = ways.unprepared(frozen, undone=lifted)
    return (n for n in ways.turns(retrain) if n.with_["value"] == RETRAINED and n.id in early)


def _hint(service: Service, retrain: Control, freezes: list[str]) -> str:
    if freezes:
        return f"set '{freezes[0]}' to \"{FROZEN}\" before it"
    return f"give '{service.id}' a control of kind '{FREEZE}' on '{_node(retrain)}', and set it before"
