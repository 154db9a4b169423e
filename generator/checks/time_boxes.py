"""Every step states its minutes, and every check gives what it waits for the time to come true.

A check that ends before its control can take effect fails each time, and sends people down the wrong way.
One that must hold longer than it may take can never be passed in time, and a step of no minutes hides its cost.

Say more minutes in `within_minutes` than in `hold_minutes`, and no fewer than the control takes;
and give every step and decision its `minutes`.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.checks.sources import Sources
from generator.model import PlanNode, Service
from generator.source import Finding, Severity
from generator.ways import Ways, controls_in, turned

name = "time-boxes"
severity: Severity = "error"

RESTORATION = "restoration"

_Trouble = tuple[str, tuple[str, ...], str, str]
"""The node, the way on from it, what is wrong, what to do."""


def check(sources: Sources) -> Iterator[Finding]:
    """Steps of no minutes, and checks that end too early."""
    services = {document.path: service for document, _, service in sources.served()}
    for document, ways in sources.walked():
        for id, keys, message, hint in _problems(ways, services.get(document.path)):
            yield Finding(sources.node_place(document, id, *keys), name, severity, message, hint)


def _problems(ways: Ways, service: Service | None) -> Iterator[_Trouble]:
    minutes = {control.id: control.minutes for control in service.controls} if service is not None else {}
    for node in ways.plan.nodes:
        if node.minutes <= 0 and node.part != RESTORATION:
            yield node.id, ("minutes",), f"'{node.id}' takes no time", "say how many minutes it usually takes"
        slowest = max(_in_force_by(node), key=lambda control: minutes.get(control, 0.0), default="")
        yield from _too_early(node, slowest, minutes.get(slowest, 0.0))


def _in_force_by(node: PlanNode) -> set[str]:
    """The controls that have to be in force before the check of a node can hold."""
    own = turned(node)
    return {*controls_in(node.check), *([own] if own is not None else [])}


def _too_early(node: PlanNode, control: str, minutes: float) -> Iterator[_Trouble]:
    if node.check is None:
        return
    keys = ("within_minutes",) if node.part == RESTORATION else ("check", "within_minutes")
    given, hold = node.check.within_minutes, node.check.hold_minutes
    if given < minutes:
        message = f"'{control}' takes {minutes:g} min, and the check of '{node.id}' ends after {given:g} min"
        yield node.id, keys, message, f"say at least {minutes + hold:g}"
    elif given <= hold:
        message = f"the check of '{node.id}' has to hold for {hold:g} min, and ends after {given:g} min"
        yield node.id, keys, message, f"say more than {hold:g}"
