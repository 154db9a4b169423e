"""The case of a played drill in, what went badly in it out, as plain marks that two runs of a seed are compared by.

A failing is something that happened or not; an amount is so many minutes, or points. Words name nothing of the drill.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from simulator.events import (
    Collected,
    ControlOrdered,
    CouldNotFollow,
    Hypothesised,
    Opened,
    Posted,
    Resolved,
)
from simulator.scoring.all_clear import false_all_clear
from simulator.scoring.case import Case
from simulator.scoring.communication import communication
from simulator.scoring.detection import alarms, detected
from simulator.scoring.response import left_in_place, without_leave
from simulator.scoring.tasks import broken, missed, tasks

BURDEN, UPDATES = "burden", "updates"
DETECT, CONTAIN, MITIGATE = "the incident is declared", "it is contained", "it is mitigated"


@dataclass(frozen=True, slots=True)
class Needs:
    """What a text asks for, beside that users are spared."""

    evidence: Mapping[str, tuple[str, ...]]
    """By id of what is to be kept: the controls that spoil it."""


@dataclass(frozen=True, slots=True)
class Marks:
    """How one run went."""

    failings: frozenset[str]
    amounts: Mapping[str, float]


def marks(case: Case, needs: Needs) -> Marks:
    """All of it."""
    said, points = conduct(case, needs)
    return Marks(frozenset({*_harm(case), *said}), {**_minutes(case), **points})


def conduct(case: Case, needs: Needs) -> tuple[frozenset[str], Mapping[str, float]]:
    """What was said, saved and asked for; what users met apart."""
    failings = frozenset(
        {*_words(case), *_leave(case), *_evidence(case, needs), *_tasks(case), *_cause(case)}
    )
    lost = sum(loss.points for loss in communication(case).losses)
    return failings, {UPDATES: lost, **_declared(case)}


def _harm(case: Case) -> Iterator[str]:
    truth = case.truth
    if truth is not None and truth.contained() is None:
        yield "it is not contained"
    if truth is not None and truth.mitigated() is None:
        yield "it is not mitigated"
    if false_all_clear(case) is not None:
        yield "it is called over before it is"
    for control in left_in_place(case):
        yield f"{control} is left turned for nothing"
    for _, one in case.record.of(CouldNotFollow):
        yield f"nobody can go on from {one.node}"


def _minutes(case: Case) -> Mapping[str, float]:
    truth, borne = case.truth, case.curve(case.reveal.impact.team if case.reveal else ())
    found = {BURDEN: borne.integral()}
    if truth is not None:
        pairs = ((CONTAIN, truth.contained()), (MITIGATE, truth.mitigated()))
        found |= {what: at - truth.t0 for what, at in pairs if at is not None}
    return found


def _declared(case: Case) -> Mapping[str, float]:
    at = detected(case, case.truth) if case.truth is not None else None
    return {} if at is None or case.truth is None else {DETECT: at - case.truth.t0}


def _words(case: Case) -> Iterator[str]:
    if case.truth is not None and detected(case, case.truth) is None:
        yield "it is not declared as what it is"
    if alarms(case):
        yield "an incident is declared where there is none"
    if case.record.first(Opened) is not None and case.truth is not None:
        if case.record.first(Resolved) is None:
            yield "nobody says that it is over"
        if case.record.first(Posted) is None:
            yield "nobody is told anything"


def _leave(case: Case) -> Iterator[str]:
    for _, order, _ in without_leave(case):
        yield f"{order.control} is turned without leave"


def _evidence(case: Case, needs: Needs) -> Iterator[str]:
    """Evidence that was not saved, or only after a control that spoils it."""
    if case.record.first(Opened) is None:
        return
    first: dict[str, int] = {}
    for event, one in case.record.of(Collected):
        first.setdefault(one.evidence, event.seq)
    for id, spoilers in needs.evidence.items():
        if id not in first:
            yield f"{id} is not saved"
        elif any(e.seq < first[id] and o.control in spoilers for e, o in case.record.of(ControlOrdered)):
            yield f"{id} is saved only after it is spoilt"


def _tasks(case: Case) -> Iterator[str]:
    _, results = tasks(case)
    if broken(results):
        yield "something is done that a drill forbids"
    for place, result in enumerate(results):
        if result in missed(results):
            yield f"critical task {place + 1} is missed"


def _cause(case: Case) -> Iterator[str]:
    """Whether the last word on the cause is wrong."""
    if case.truth is None:
        return
    said = [one for _, one in case.by_team(Hypothesised)]
    if not said:
        yield "no cause is named"
    elif not any(
        (said[-1].component, said[-1].mechanism) == (f.node, f.mechanism) for f in case.truth.faults
    ):
        yield "the cause is not named"


# --- many runs of the same seeds -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A mark over some runs: how often it was there, or the sum of its amounts."""

    before: float
    after: float
    runs: int


AMOUNTS = (BURDEN, UPDATES, DETECT, CONTAIN, MITIGATE)


def compared(pairs: Sequence[tuple[Marks, Marks]]) -> Mapping[str, Change]:
    """What differs between the runs as they are and the same seeds with an edit."""
    found: dict[str, Change] = {}
    for what in sorted({mark for pair in pairs for one in pair for mark in one.failings}):
        before, after = (sum(what in pair[side].failings for pair in pairs) for side in (0, 1))
        found[what] = Change(before, after, len(pairs))
    for what in AMOUNTS:
        both = [
            (a.amounts[what], b.amounts[what]) for a, b in pairs if what in a.amounts and what in b.amounts
        ]
        found[what] = Change(sum(a for a, _ in both), sum(b for _, b in both), len(both))
    return {what: change for what, change in found.items() if change.before != change.after}


def worse(changes: Mapping[str, Change], *, tolerance: float, clearly: float = 1.0) -> Mapping[str, Change]:
    """What became worse by as much as is worth a word; ``clearly``: that many times as much."""
    return {
        what: one
        for what, one in changes.items()
        if one.after - one.before >= _least(what, one, tolerance) * clearly
    }


def better(changes: Mapping[str, Change], *, tolerance: float) -> Mapping[str, Change]:
    """What became better by as much."""
    return {
        what: one for what, one in changes.items() if one.before - one.after >= _least(what, one, tolerance)
    }


def _least(what: str, change: Change, tolerance: float) -> float:
    """A run where it happens or not; in the mean a minute, or what a minute at the drill's tolerance costs users."""
    if what not in AMOUNTS:
        return 1.0
    return change.runs * (tolerance if what == BURDEN else 0.1 if what == UPDATES else 1.0)


def in_words(what: str, change: Change) -> str:
    """A change as it is read."""
    mean = (change.after - change.before) / max(change.runs, 1)
    if what == BURDEN:
        return f"users bear {abs(mean):.2g} min of full outage {'more' if mean > 0 else 'less'}"
    if what == UPDATES:
        return f"updates {'keep their rhythm less' if mean > 0 else 'keep their rhythm more'}"
    if what in AMOUNTS:
        return f"{what} {abs(mean):.1f} min {'later' if mean > 0 else 'sooner'}"
    return f"{what}, in {change.after:g} of {change.runs} runs, not {change.before:g}"
