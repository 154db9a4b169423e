"""The case of a played drill and a step that leaves the world alone in; what the text would miss without it, out.

Messages, evidence, leave and words on the cause are judged by crossing them out of what was recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from generator.model import PlanNode
from simulator.events import (
    Approved,
    Collected,
    ControlOrdered,
    Event,
    Posted,
    Record,
    StepEnded,
    StepStarted,
)
from simulator.scoring.case import Case


def crossed_out(case: Case, runbook: str, node: PlanNode) -> tuple[Case, tuple[Event, ...]]:
    """The case as if the step had never been done, and what it did."""
    events = case.record.events
    gone: set[int] = set()
    did: list[Event] = []
    for place, event in enumerate(events):
        payload = event.payload
        if isinstance(payload, StepStarted | StepEnded) and (payload.runbook, payload.step) == (
            runbook,
            node.id,
        ):
            gone.add(place)
            if isinstance(payload, StepEnded) and _is_deed(events[place - 1], event):
                gone.add(place - 1)
                did.append(events[place - 1])
    left = tuple(event for place, event in enumerate(events) if place not in gone)
    return replace(case, record=Record(left)), tuple(did)


def missed_by(case: Case, deed: Event) -> Iterator[str]:
    """What governance, evidence and audiences would miss without a deed, in words."""
    match deed.payload:
        case Approved():
            yield from _leave(case, deed)
        case Collected(evidence):
            saved = [event.seq for event, one in case.by_team(Collected) if one.evidence == evidence]
            if saved[0] == deed.seq:
                yield f"{evidence} is {'saved only later' if len(saved) > 1 else 'not saved'}"
        case Posted() as post:
            told = [event.seq for event, one in case.by_team(Posted) if one.audience == post.audience]
            if told[0] == deed.seq:
                yield f"{post.audience} are {'told only later' if len(told) > 1 else 'not told'}"
            elif told[-1] == deed.seq:
                yield f"{post.audience} do not get the last word on it"


def _is_deed(event: Event, ended: Event) -> bool:
    """Whether it is what the step that ended did, and not the start of it or something from before."""
    is_step = isinstance(event.payload, StepStarted | StepEnded)
    return not is_step and (event.t, event.actor, event.seq) == (ended.t, ended.actor, ended.seq - 1)


def _leave(case: Case, deed: Event) -> Iterator[str]:
    """Controls that were turned on this leave, where an earlier one, for something else, would pass for it."""
    needed = {one.control: one.roles for one in (case.reveal.approvals if case.reveal else ())}
    given: list[tuple[int, str]] = []
    for event in case.record.events:
        payload = event.payload
        if isinstance(payload, Approved):
            given.append((event.seq, payload.role))
        elif isinstance(payload, ControlOrdered) and payload.value != payload.previous:
            for_it = [seq for seq, role in given if role in needed.get(payload.control, ())]
            if len(for_it) > 1 and for_it[-1] == deed.seq:
                yield f"{payload.control} is turned on the leave for something else"
