"""A record, and its catalogue where it is at hand, in; what the drill found about the steps of runbooks out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from generator.conditions import signals_of
from generator.model import ENDINGS, Answer, PlanNode
from generator.source import Finding, Place
from simulator.events import (
    AlertChanged,
    CouldNotFollow,
    Decided,
    Event,
    Noted,
    Opened,
    Resolved,
    StepEnded,
    StepStarted,
    end_of,
)
from simulator.report.known import Known
from simulator.report.phrases import number
from simulator.report.showing import Scrape, scrapes
from simulator.scoring.case import Case
from simulator.scoring.words import minutes

LONG_SEARCH_MINUTES = 5.0
"""So long without any step under way, with the next one at hand, is a search."""
SLOW_FACTOR, SLOW_MINUTES = 3.0, 2.0
"""A step is slow from so many times its minutes on, if that is so much more."""
STAND_DOWN = "stand-down"

Rule: TypeAlias = Literal[
    "could-not-follow", "decided-otherwise", "done-unproven", "never-found", "search", "skipped", "slow"
]
Step: TypeAlias = tuple[str, str]
"""Runbook and step."""


RULES: Mapping[Rule, str] = {
    "could-not-follow": "Whoever follows a step to the letter can do so, from what can be seen.",
    "decided-otherwise": "A decision is answered as what can be seen says.",
    "done-unproven": "A step is reported done when its check has held.",
    "never-found": "After a step, the next one is found.",
    "search": "After a step, the next one is found at once.",
    "skipped": "A step is worth doing, so nobody skips it.",
    "slow": "A step takes about the minutes that it states.",
}
"""What each rule asks for."""


@dataclass(frozen=True, slots=True)
class StepFinding:
    """Something about a step or a decision of a runbook that a drill brought to light."""

    rule: Rule
    severity: Literal["error", "warning"]
    runbook: str
    step: str
    message: str
    minutes: float
    time: str
    """Of day, as on the screens of the drill."""
    seq: int | None = None
    place: str = ""
    """``path:line:column``, where the sources are at hand."""

    @property
    def where(self) -> str:
        """The place; where that is not known, ``<runbook>/<step>``."""
        return self.place or f"{self.runbook}/{self.step}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A step or decision from its start to its end."""

    step: Step
    start: Event
    end: Event


def findings_of(case: Case, known: Known) -> tuple[StepFinding, ...]:
    """In the order of time. What needs the text of a runbook is left out where that is not at hand."""
    rules: tuple[Callable[[Case, Known], Iterator[StepFinding]], ...] = (
        _could_not_follow,
        _skipped,
        _slow,
        _searched,
        _never_found,
        _decided_otherwise,
        _done_unproven,
    )
    found = [finding for rule in rules for finding in rule(case, known)]
    return tuple(sorted(found, key=lambda finding: (finding.minutes, finding.seq or 0, finding.rule)))


def source_finding(one: StepFinding) -> Finding:
    """The same as a finding in a source; of a step whose place is not known, the runbook's file."""
    path, line, column = f"runbooks/{one.runbook}/runbook.yaml", "1", "1"
    if one.place:
        path, line, column = one.place.rsplit(":", 2)
    place = Place(path, int(line), int(column))
    message = f"{one.message} (at {one.time} of the drill)"
    return Finding(place, f"drill-{one.rule}", one.severity, message)


def _finding(
    case: Case, rule: Rule, known: Known, step: Step, message: str, event: Event, *, at: float | None = None
) -> StepFinding:
    severity: Literal["error", "warning"] = "error" if rule == "could-not-follow" else "warning"
    instant = event.minutes if at is None else at
    time = case.clock.exact(instant)
    return StepFinding(rule, severity, *step, message, instant, time, event.seq, known.place(*step))


def _could_not_follow(case: Case, known: Known) -> Iterator[StepFinding]:
    for event, stuck in case.record.of(CouldNotFollow):
        message = f"'{stuck.node}' could not be followed to the letter: {stuck.why}"
        yield _finding(case, "could-not-follow", known, (stuck.runbook, stuck.node), message, event)


def _skipped(case: Case, known: Known) -> Iterator[StepFinding]:
    for event, ended in case.record.of(StepEnded):
        if ended.outcome == "skipped":
            why = f": {ended.note}" if ended.note else ""
            message = f"'{ended.step}' was skipped{why}"
            yield _finding(case, "skipped", known, (ended.runbook, ended.step), message, event)


def _stretches(case: Case) -> Iterator[Stretch]:
    """Steps and decisions that were begun and ended, in the order of their ends."""
    begun: dict[Step, Event] = {}
    for event in case.record.events:
        said = event.payload
        if isinstance(said, StepStarted):
            begun[said.runbook, said.step] = event
        elif (step := _ended(event)) is not None and step in begun:
            yield Stretch(step, begun.pop(step), event)


def _ended(event: Event) -> Step | None:
    said = event.payload
    if isinstance(said, StepEnded):
        return said.runbook, said.step
    return (said.runbook, said.decision) if isinstance(said, Decided) else None


def _slow(case: Case, known: Known) -> Iterator[StepFinding]:
    for stretch in _stretches(case):
        node, outcome = known.node(*stretch.step), getattr(stretch.end.payload, "outcome", "success")
        if node is None or node.minutes <= 0 or outcome == "skipped":
            continue
        taken = case.elapsed(stretch.start.minutes, stretch.end.minutes)
        proof = node.check.within_minutes if node.check else 0.0
        if taken < SLOW_FACTOR * node.minutes or taken < node.minutes + proof + SLOW_MINUTES:
            continue
        allowed = minutes(node.minutes) + (f", and up to {minutes(proof)} to prove it" if proof else "")
        verb = "was decided" if node.action is None else "was reported done"
        message = (
            f"'{node.id}' {verb} after {minutes(taken)}, {taken / node.minutes:.0f} times what it states "
            f"({allowed})"
        )
        yield _finding(case, "slow", known, stretch.step, message, stretch.end)


def _searched(case: Case, known: Known) -> Iterator[StepFinding]:
    """Steps that were begun long after the one before was done, while nothing else was under way."""
    under_way: set[Step] = set()
    free: Event | None = None
    for event in case.record.events:
        said = event.payload
        if isinstance(said, Opened) and not under_way:
            free = event
        elif isinstance(said, Resolved) or (isinstance(said, Noted) and said.text == STAND_DOWN):
            free = None
        elif isinstance(said, StepStarted):
            step = (said.runbook, said.step)
            if free is not None and not under_way:
                yield from _long_search(case, known, step, free, event)
            under_way.add(step)
        elif (done := _ended(event)) is not None:
            under_way.discard(done)
            over = isinstance(said, Decided) and said.go in ENDINGS
            free = None if over else event


def _long_search(case: Case, known: Known, step: Step, free: Event, begun: Event) -> Iterator[StepFinding]:
    since = max(free.minutes, _something_to_find(case, begun.minutes))
    taken = case.elapsed(since, begun.minutes)
    if taken >= LONG_SEARCH_MINUTES:
        message = f"nobody found '{step[1]}' for {minutes(taken)}, from {case.clock.at(since)} on"
        yield _finding(case, "search", known, step, message, begun, at=since)


def _something_to_find(case: Case, otherwise: float) -> float:
    """The first alert; where none fired, the onset of what did harm: before, there is nothing to look for."""
    fired = (event.minutes for event, alert in case.record.of(AlertChanged) if alert.state == "firing")
    onset = case.truth.onset if case.truth else otherwise
    return next(fired, onset)


def _never_found(case: Case, known: Known) -> Iterator[StepFinding]:
    """The step that comes next by the text, where the last one of a runbook was left and none was begun."""
    last = next((event for event in reversed(case.record.events) if _ended(event) is not None), None)
    done = None if last is None else _ended(last)
    if last is None or done is None:
        return
    after = [event for event in case.record.events if event.seq > last.seq]
    moved_on = any(isinstance(e.payload, Resolved | StepStarted | CouldNotFollow) for e in after)
    stood_down = any(isinstance(e.payload, Noted) and e.payload.text == STAND_DOWN for e in after)
    following = _next(last, known.node(*done))
    left = case.elapsed(last.minutes, end_of(case.record))
    if moved_on or stood_down or following is None or left < LONG_SEARCH_MINUTES:
        return
    message = (
        f"nobody found '{following}', which follows '{done[1]}' ({case.clock.at(last.minutes)}), "
        f"in the {minutes(left)} that were left"
    )
    yield _finding(case, "never-found", known, (done[0], following), message, last)


def _next(event: Event, node: PlanNode | None) -> str | None:
    """The node to which an ended one leads; None where that is an ending, or is not known."""
    if node is None:
        return None
    said = event.payload
    target: str | None = None
    if isinstance(said, Decided):
        target = next((answer.go for answer in node.answers if answer.answer == said.answer), None)
    elif isinstance(said, StepEnded):
        target = node.on_failure if said.outcome == "failure" else node.on_success
    return None if target in ENDINGS else target


def _decided_otherwise(case: Case, known: Known) -> Iterator[StepFinding]:
    """Answers that no scrape of the decision's time supports, where the text says what decides."""
    seen = list(scrapes(case.record))
    begun = {stretch.end.seq: stretch.start for stretch in _stretches(case)}
    for event, decided in case.record.of(Decided):
        node = known.node(decided.runbook, decided.decision)
        if node is None or not any(answer.when for answer in node.answers):
            continue
        window = _during(seen, begun.get(event.seq, event), event)
        right = [_fitting(node, scrape, decided.runbook) for scrape in window]
        if not right or any(answer is None or answer.answer == decided.answer for answer in right):
            continue
        fit = right[-1]
        assert fit is not None
        given = next((answer for answer in node.answers if answer.answer == decided.answer), None)
        readings = _readings([given, fit], window[-1], decided.runbook)
        message = f"'{node.id}' was answered “{decided.answer}”; the record shows “{fit.answer}”{readings}"
        yield _finding(case, "decided-otherwise", known, (decided.runbook, node.id), message, event)


def _during(seen: list[Scrape], start: Event, end: Event) -> list[Scrape]:
    """What stood on the screen between two events."""
    before = [scrape for scrape in seen if scrape.seq < end.seq]
    first = next((i for i in range(len(before) - 1, -1, -1) if before[i].seq < start.seq), 0)
    return before[first:]


def _fitting(node: PlanNode, scrape: Scrape, runbook: str) -> Answer | None:
    return next(
        (one for one in node.answers if one.when is None or scrape.shown.holds(one.when, runbook)), None
    )


def _readings(answers: list[Answer | None], scrape: Scrape, runbook: str) -> str:
    shown = scrape.shown
    conditions = [answer.when for answer in answers if answer is not None and answer.when is not None]
    names = dict.fromkeys(name for condition in conditions for name in signals_of(condition))
    keys = [shown.keys[runbook, name] for name in names if (runbook, name) in shown.keys]
    told = [
        f"{key} was {number(shown.readings.get(key))}{' and firing' if key in shown.firing else ''}"
        for key in keys
    ]
    return f": {', '.join(told)}" if told else ""


def _done_unproven(case: Case, known: Known) -> Iterator[StepFinding]:
    """Steps that were reported done although their check never held from their start on."""
    seen = list(scrapes(case.record))
    for stretch in _stretches(case):
        said, node = stretch.end.payload, known.node(*stretch.step)
        if node is None or node.check is None or getattr(said, "outcome", "") != "success":
            continue
        that = node.check.that
        window = _during(seen, stretch.start, stretch.end)
        if window and not any(scrape.shown.holds(that, stretch.step[0]) for scrape in window):
            readings = _readings([Answer("", "", that)], window[-1], stretch.step[0])
            message = f"'{node.id}' was reported done, and its check never held{readings}"
            yield _finding(case, "done-unproven", known, stretch.step, message, stretch.end)
