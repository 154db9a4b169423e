"""The objectives can be met by somebody who follows the text: the minutes of the steps fit into them.

An objective that the runbook's own steps cannot meet is missed in every incident; people then skip steps, and it is
not written down which.

Objectives count from the beginning of harm, so detection and acknowledgement come first, then the longest chain of
steps and decisions, on the ways of success, up to the last change of a containment path, or up to the last change or
wait of the first remedy. A check of a control costs the minutes that the control takes, and what it has to hold;
ways of failure and second rounds of a loop are not counted. A remedy takes at least the minutes that it states.
A remedy that states more than ``mitigate_minutes`` says openly that it is the last resort, and is not judged, but not
all of them may be such. Shorten the steps, or state what you can keep. Containment must come before mitigation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generator.checks.sources import Sources
from generator.model import Objectives, PlanNode, Service
from generator.plan import entry_of
from generator.source import Document, Finding, Severity
from generator.ways import Leads, Ways, changes, controls_in, turned, within

name = "objectives"
severity: Severity = "error"
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Chain:
    """The longest way to something that the objectives ask for."""

    part: str
    first: str
    last: str
    minutes: float


def check(sources: Sources) -> Iterator[Finding]:
    """Objectives out of order, and objectives that the steps cannot meet."""
    for document, ways, service in sources.served():
        objectives = ways.runbook.objectives
        disordered = list(_out_of_order(document, objectives))
        yield from disordered
        if not disordered:
            times = _Times(ways, service)
            yield from _uncontained(document, objectives, times)
            yield from _unmitigated(document, objectives, times)


def _out_of_order(document: Document, objectives: Objectives) -> Iterator[Finding]:
    contain, mitigate = objectives.contain_minutes, objectives.mitigate_minutes
    for key, minutes, before, earlier in (
        ("contain_minutes", contain, "detect_minutes", objectives.detect_minutes),
        ("contain_minutes", contain, "acknowledge_minutes", objectives.acknowledge_minutes),
        ("mitigate_minutes", mitigate, "contain_minutes", contain),
    ):
        if minutes <= earlier:
            message = f"{key} ({minutes:g}) is not later than {before} ({earlier:g}): one of the two is wrong"
            hint = f"lower {before}, or raise {key}"
            yield _finding(document, key, message, hint)


def _uncontained(document: Document, objectives: Objectives, times: _Times) -> Iterator[Finding]:
    paths = [times.of_path(path.id) for path in times.ways.runbook.containment.paths]
    slowest = max((chain for chain in paths if chain), key=lambda chain: chain.minutes, default=None)
    if slowest is not None:
        yield from _too_long(
            document, objectives, slowest, "contain_minutes", objectives.contain_minutes, "in force"
        )


def _unmitigated(document: Document, objectives: Objectives, times: _Times) -> Iterator[Finding]:
    allowed = objectives.mitigate_minutes
    chains = [
        (remedy, times.of_remedy(remedy.id, remedy.minutes))
        for remedy in times.ways.runbook.mitigation.remedies
    ]
    first = [(remedy, chain) for remedy, chain in chains if chain is not None]
    judged = [chain for remedy, chain in first if remedy.minutes <= allowed]
    if first and not judged:
        message = f"every remedy states more than the {allowed:g} min that are allowed"
        yield _finding(document, "mitigate_minutes", message, "add a quicker remedy, or allow more")
    if judged:
        slowest = max(judged, key=lambda chain: chain.minutes)
        yield from _too_long(document, objectives, slowest, "mitigate_minutes", allowed, "done")


def _too_long(
    document: Document, objectives: Objectives, chain: Chain, key: str, allowed: float, state: str
) -> Iterator[Finding]:
    detect, acknowledge = objectives.detect_minutes, objectives.acknowledge_minutes
    total = detect + acknowledge + chain.minutes
    if total > allowed + _SLACK:
        message = (
            f"'{chain.part}' can be {state} only after {total:g} min: {detect:g} to detect, "
            f"{acknowledge:g} to acknowledge, {chain.minutes:g} from '{chain.first}' to '{chain.last}'"
        )
        hint = f"shorten the steps, or say at least {total:g}"
        if detect + acknowledge >= allowed:
            # No steps are short enough; the time may be lost before the first of them.
            hint = f"lower detect_minutes or acknowledge_minutes, or raise {key} to {total:g}"
        yield _finding(document, key, message, hint)


def _finding(document: Document, key: str, message: str, hint: str) -> Finding:
    return Finding(document.place(("objectives", key)), name, severity, message, hint)


class _Times:
    """When each node of a plan is reached and done, at the latest, if all goes well."""

    def __init__(self, ways: Ways, service: Service) -> None:
        self.ways = ways
        self._takes = {control.id: control.minutes for control in service.controls}
        self._costs = self._all_costs()

    def of_path(self, path: str) -> Chain | None:
        """The longest way to the last change of a path; None when no way of success leads to one."""
        return self._longest({"detection", path}, path, waits_count=False)

    def of_remedy(self, remedy: str, stated: float) -> Chain | None:
        """The longest way, without another remedy before, to the end of its last change or wait."""
        paths = {path.id for path in self.ways.runbook.containment.paths}
        parts = {"detection", *paths, remedy}
        done = self._longest(parts, remedy, waits_count=True)
        entry = entry_of(self.ways.runbook, remedy)
        arrival = self._arrivals(parts).get(entry)
        if arrival is None:
            return None
        as_stated = Chain(remedy, arrival[1], remedy, arrival[0] + stated)
        return max((chain for chain in (done, as_stated) if chain), key=lambda chain: chain.minutes)

    def _longest(self, parts: set[str], wanted: str, *, waits_count: bool) -> Chain | None:
        arrivals = self._arrivals(parts)
        ends = [
            Chain(wanted, first, node.id, minutes + self._costs[node.id] + self._still_to_come(node))
            for node in self.ways.plan.nodes
            if node.part == wanted and (changes(node) or (waits_count and node.action == "wait"))
            for minutes, first in [arrivals.get(node.id, (-1.0, ""))]
            if first
        ]
        return max(ends, key=lambda chain: chain.minutes, default=None)

    def _arrivals(self, parts: set[str]) -> Mapping[str, tuple[float, str]]:
        """When a node begins at the latest, and where that way began; through some parts of the plan alone."""
        nodes = {node.id for node in self.ways.plan.nodes if node.part in parts}
        leads = within(nodes, self.ways.onward)
        starts = [entry for entry in self.ways.entries if entry in nodes]
        found = {start: (0.0, start) for start in starts}
        order = _in_order(starts, leads)
        places = {node: place for place, node in enumerate(order)}
        for node in order:
            minutes, first = found[node]
            for way in leads[node]:
                if places[way] > places[node]:
                    found[way] = max(found.get(way, (0.0, first)), (minutes + self._costs[node], first))
        return found

    def _all_costs(self) -> Mapping[str, float]:
        """What each node takes: its minutes, the control that its check waits for, and the hold of the check."""
        costs: dict[str, float] = {}
        pending: dict[str, float] = {}
        part = ""
        for node in self.ways.plan.nodes:
            if node.part != part:
                pending, part = {}, node.part
            control = turned(node)
            if control is not None:
                pending[control] = self._takes.get(control, 0.0)
            awaited = controls_in(node.check)
            rest = max((pending.pop(one, 0.0) for one in awaited), default=0.0)
            # Orders take effect after the step that gives them, and go on while later steps are done.
            began = 0.0 if control in awaited else node.minutes
            hold = node.check.hold_minutes if node.check is not None else 0.0
            costs[node.id] = node.minutes + max(rest - began, 0.0) + hold
            pending = {
                one: max(left - costs[node.id], 0.0) if one != control else left
                for one, left in pending.items()
            }
        return costs

    def _still_to_come(self, node: PlanNode) -> float:
        """A change that no check waits for is in force only when its control is."""
        control = turned(node)
        return 0.0 if control is None or control in controls_in(node.check) else self._takes.get(control, 0.0)


def _in_order(starts: list[str], leads: Leads) -> list[str]:
    """What can be reached, each node before those that it leads to, but for the ways that close a loop."""
    seen: set[str] = set()
    order: list[str] = []
    for start in starts:
        waiting = [(start, False)]
        while waiting:
            node, is_done = waiting.pop()
            if is_done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                waiting.append((node, True))
                waiting += [(way, False) for way in leads[node] if way not in seen]
    return order[::-1]
