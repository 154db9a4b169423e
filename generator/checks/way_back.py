"""Every change has a way back, and a next step for the case that it fails.

At 3 am one may try what can be undone. A path whose rollback leaves its own switch where it is, or a change
that nobody thought of undoing, turns a guess into a second incident; and a step that says nothing about failing
leaves people in front of a knob that does not move. A trigger that holds from the first minute takes
everybody who follows the page out of a path before anything in it is turned.

Let the rollback of the path turn the same control back, or go on to another path; let a remedy say in `safety_net`
what catches users; turn controls in paths and remedies, not in detection; and give each change an `on_failure`.
Let the trigger of a rollback name what shows that the path made things worse, not what led into it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from generator.checks.sources import Sources
from generator.conditions import implies, plain
from generator.model import Path, PlanNode, Setting
from generator.source import Document, Finding, Place, Severity
from generator.ways import Ways, changes, turned

name = "way-back"
severity: Severity = "error"

_NO_NET = re.compile(r"(?:there is )?(?:no |none\b|nothing\b|not (?:needed|necessary|required)\b)", re.I)


def check(sources: Sources) -> Iterator[Finding]:
    """Changes that cannot be taken back, or do not say what to do when they fail."""
    for document, ways, service in sources.served():
        defaults = {control.id: control.default for control in service.controls}
        for id, keys, message, hint in (
            *_failing(ways),
            *_in_detection(ways, defaults),
            *_left(ways, defaults),
        ):
            yield Finding(sources.node_place(document, id, *keys), name, severity, message, hint)
        for place, message, hint in (
            *_idle_rollbacks(document, ways),
            *_left_at_once(document, ways),
            *_no_nets(document, ways),
        ):
            yield Finding(place, name, severity, message, hint)


_Trouble = tuple[str, tuple[str, ...], str, str]
"""The node, the way on from it, what is wrong, what to do."""

_Placed = tuple[Place, str, str]
"""Where, what is wrong, what to do."""


def _failing(ways: Ways) -> Iterator[_Trouble]:
    """Changes that lead nowhere, or to themselves, when they fail."""
    for node in ways.plan.nodes:
        if not changes(node):
            continue
        if node.on_failure is None:
            message = f"'{node.id}' changes something, and does not say where to go when that fails"
            yield node.id, (), message, "add on_failure: a step, path or remedy that helps then"
        elif node.on_failure == node.id:
            message = f"when '{node.id}' fails, it leads to itself"
            yield node.id, ("on_failure",), message, "name a step, path or remedy that helps then"


def _leaves_normal(node: PlanNode, defaults: Mapping[str, Setting]) -> bool:
    """Whether a node changes something, and not back to what it is on any day."""
    control = turned(node)
    return changes(node) and (control is None or node.with_["value"] != defaults.get(control))


def _in_detection(ways: Ways, defaults: Mapping[str, Setting]) -> Iterator[_Trouble]:
    for node in ways.plan.nodes:
        if node.phase == "detection" and _leaves_normal(node, defaults):
            message = f"'{node.id}' changes something in detection, where nothing takes it back"
            yield node.id, (), message, "put it in a path, which has a rollback"


def _left(ways: Ways, defaults: Mapping[str, Setting]) -> Iterator[_Trouble]:
    """Changes of a path or its rollback that the rollback does not take back."""
    for path in ways.runbook.containment.paths:
        mine, back = _of(ways, path.id), _of(ways, _rollback(path))
        if _turns_nothing_back(mine, back) or _names_another_path(ways, path, back):
            continue
        for node in (*mine, *back):
            if _leaves_normal(node, defaults) and not _is_taken_back(node, mine, back):
                message = f"the rollback of '{path.id}' does not take back what '{node.id}' changes"
                hint = f"turn {turned(node) or 'it'} back in the rollback, or go on to another path"
                yield node.id, (), message, hint


def _of(ways: Ways, part: str) -> list[PlanNode]:
    return [node for node in ways.plan.nodes if node.part == part]


def _rollback(path: Path) -> str:
    return f"{path.id}-rollback"


def _is_taken_back(node: PlanNode, mine: list[PlanNode], back: list[PlanNode]) -> bool:
    """A control by the rollback that turns it; a request or a command by a step that does anything."""
    control = turned(node)
    if control is None:
        return node in back or any(changes(other) or other.action == "instruct" for other in back)
    return control in {turned(n) for n in mine} and control in _turned_back(mine, back)


def _turned_back(mine: list[PlanNode], back: list[PlanNode]) -> set[str]:
    """The controls that a rollback sets to something else than its path does at last."""
    last = {turned(node): node.with_["value"] for node in mine if turned(node) is not None}
    return {str(c) for n in back if (c := turned(n)) in last and n.with_["value"] != last[c]}


def _turns_nothing_back(mine: list[PlanNode], back: list[PlanNode]) -> bool:
    return any(turned(node) is not None for node in mine) and not _turned_back(mine, back)


def _names_another_path(ways: Ways, path: Path, back: list[PlanNode]) -> bool:
    """Whether a step of a rollback leads straight to another path."""
    others = {other.id for other in ways.runbook.containment.paths} - {path.id}
    targets = {target for node in back for target in ways.onward[node.id]}
    return any(ways.nodes[target].part in others for target in targets if target in ways.nodes)


def _idle_rollbacks(document: Document, ways: Ways) -> Iterator[_Placed]:
    for index, path in enumerate(ways.runbook.containment.paths):
        mine, back = _of(ways, path.id), _of(ways, _rollback(path))
        if _turns_nothing_back(mine, back):
            controls = " or ".join(dict.fromkeys(f"'{c}'" for c in map(turned, mine) if c is not None))
            place = document.place(("containment", "paths", index, "rollback", "steps"))
            yield place, f"the rollback of '{path.id}' does not turn {controls} back", "add a step that does"


def _left_at_once(document: Document, ways: Ways) -> Iterator[_Placed]:
    """Paths whose way in is already the trigger of their way back."""
    for index, path in enumerate(ways.runbook.containment.paths):
        entered, left = path.enter_when.when, path.rollback.trigger.when
        if entered is not None and left is not None and implies(plain(entered), plain(left)):
            place = document.place(("containment", "paths", index, "rollback", "trigger", "when"))
            message = f"path '{path.id}' is left as soon as it is entered: its rollback's trigger already holds then"
            yield place, message, "name what shows that the path made it worse"


def _no_nets(document: Document, ways: Ways) -> Iterator[_Placed]:
    """Remedies that change something and say that nothing catches users."""
    for index, remedy in enumerate(ways.runbook.mitigation.remedies):
        changing = [node.id for node in _of(ways, remedy.id) if changes(node)]
        if changing and _NO_NET.match(remedy.safety_net.strip()) and len(remedy.safety_net.split()) > 2:
            place = document.place(("mitigation", "remedies", index, "safety_net"))
            message = f"'{changing[0]}' changes something, and the remedy has no safety net"
            yield place, message, "say what catches users when the remedy itself fails; else make it a path"
