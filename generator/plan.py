"""A runbook in, its plan out: every step and decision with its next nodes resolved."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from generator.model import (
    ENDINGS,
    Answer,
    Check,
    Condition,
    Decision,
    Guard,
    Path,
    Phase,
    Plan,
    PlanNode,
    Remedy,
    Runbook,
    Step,
)

PhaseName = Literal["detection", "containment", "mitigation", "restoration"]


@dataclass(frozen=True, slots=True)
class Part:
    """A list of steps that belong together, and what runs after its last step."""

    id: str
    phase: PhaseName
    steps: Sequence[Step | Decision]


def parts(runbook: Runbook) -> Iterator[Part]:
    """The lists of steps of a runbook, in the order of its page; restoration is not among them."""
    yield Part("detection", "detection", runbook.detection.steps)
    for path in runbook.containment.paths:
        yield Part(path.id, "containment", path.steps)
        yield Part(f"{path.id}-rollback", "containment", path.rollback.steps)
    for remedy in runbook.mitigation.remedies:
        yield Part(remedy.id, "mitigation", remedy.steps)


def plan_of(runbook: Runbook) -> Plan:
    """The plan of a runbook whose references all resolve."""
    starts = _starts(runbook)
    nodes = [node for part in parts(runbook) for node in _nodes(part, starts)]
    return Plan((*nodes, *_restoration(runbook, starts)), tuple(_guards(runbook)))


def _starts(runbook: Runbook) -> Mapping[str, str]:
    """What a target names -> the node to go to, for what is not a node itself."""
    starts = {part.id: part.steps[0].id for part in parts(runbook) if part.steps}
    phases = runbook.mitigation.restoration.phases
    return {**starts, "restoration": phases[0].id} if phases else starts


def _target(target: str | None, starts: Mapping[str, str]) -> str | None:
    return None if target is None else starts.get(target, target)


def _nodes(part: Part, starts: Mapping[str, str]) -> Iterator[PlanNode]:
    following = [step.id for step in part.steps[1:]]
    for step, after in zip(part.steps, [*following, None], strict=True):
        if isinstance(step, Decision):
            yield _decision(step, part, starts)
        else:
            yield _step(step, part, after, starts)


def _step(step: Step, part: Part, after: str | None, starts: Mapping[str, str]) -> PlanNode:
    return PlanNode(
        id=step.id,
        part=part.id,
        phase=part.phase,
        text=step.text,
        role=step.role,
        minutes=step.minutes,
        action=step.do,
        with_=step.with_,
        check=step.check,
        on_success=_target(step.on_success or after, starts),
        on_failure=_target(step.on_failure, starts),
    )


def _decision(decision: Decision, part: Part, starts: Mapping[str, str]) -> PlanNode:
    return PlanNode(
        id=decision.id,
        part=part.id,
        phase=part.phase,
        text=decision.decide,
        role=decision.role,
        minutes=decision.minutes,
        action=None,
        with_={},
        check=None,
        on_success=None,
        on_failure=None,
        answers=tuple(_answer(answer, starts) for answer in decision.answers),
    )


def _answer(answer: Answer, starts: Mapping[str, str]) -> Answer:
    return dataclasses.replace(answer, go=starts.get(answer.go, answer.go))


def _restoration(runbook: Runbook, starts: Mapping[str, str]) -> Iterator[PlanNode]:
    restoration = runbook.mitigation.restoration
    following = [phase.id for phase in restoration.phases[1:]]
    for phase, after in zip(restoration.phases, [*following, restoration.then], strict=True):
        yield PlanNode(
            id=phase.id,
            part="restoration",
            phase="restoration",
            text=f"Set {phase.control} to {phase.share:g} and hold it for {phase.hold_minutes:g} min",
            role=phase.role,
            minutes=0.0,
            action="set-control",
            with_={"control": phase.control, "value": phase.share},
            check=_gate(phase),
            on_success=_target(after, starts),
            on_failure=_target(phase.on_failure, starts),
        )


def _gate(phase: Phase) -> Check | None:
    """The gate, and the setting itself: what held before it was in force proves nothing."""
    if phase.gate.when is None:
        return None
    in_force = Condition(control=phase.control, equals=phase.share)
    gate = Condition(all=(in_force, phase.gate.when))
    return Check(gate, phase.within_minutes, phase.hold_minutes, phase.gate.text)


def _guards(runbook: Runbook) -> Iterator[Guard]:
    """While a path is walked, the trigger of its rollback is watched."""
    for path in runbook.containment.paths:
        when = path.rollback.trigger.when
        if when is not None and path.rollback.steps and path.steps:
            yield Guard(tuple(step.id for step in path.steps), when, path.rollback.steps[0].id)


def entries(runbook: Runbook) -> tuple[str, ...]:
    """The nodes at which a plan may begin: what signals and cues trigger, the first step, and what stands apart."""
    starts = _starts(runbook)
    detection = runbook.detection
    named = [s.triggers for s in detection.signals if s.triggers] + [cue.triggers for cue in detection.cues]
    first = [detection.steps[0].id] if detection.steps else []
    names = [*first, *named, *_apart(runbook, starts)]
    return tuple(dict.fromkeys(starts.get(name, name) for name in names if name not in ENDINGS))


def _apart(runbook: Runbook, starts: Mapping[str, str]) -> Iterator[str]:
    """Paths and remedies that only some may read: where nothing leads to one, those enter it by themselves."""
    held: Sequence[Path | Remedy] = (*runbook.containment.paths, *runbook.mitigation.remedies)
    closed = [
        one.id for one in held if one.steps and one.classification not in (None, runbook.classification)
    ]
    if closed:
        led_to = {target for leads in ways(plan_of(runbook)).values() for target in leads}
        yield from (id for id in closed if starts[id] not in led_to)


def entry_of(runbook: Runbook, target: str) -> str:
    """The node at which one begins who goes to a target."""
    return _starts(runbook).get(target, target)


def next_nodes(node: PlanNode) -> tuple[str, ...]:
    """Where a node may lead, endings included."""
    ways = [node.on_success, node.on_failure, *(answer.go for answer in node.answers)]
    return tuple(dict.fromkeys(way for way in ways if way is not None))


def ways(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    """Node -> the nodes it may lead to; a guard leads on from each node that it watches."""
    leads = {node.id: next_nodes(node) for node in plan.nodes}
    for guard in plan.guards:
        for node in guard.nodes:
            leads[node] = (*leads[node], guard.go)
    return leads


def reached(starts: Iterable[str], leads: Mapping[str, tuple[str, ...]]) -> set[str]:
    """All that can be reached, the starts among it."""
    seen: set[str] = set()
    waiting = list(starts)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += leads.get(node, ())
    return seen
