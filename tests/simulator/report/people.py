"""The robot's record of the shipped drill in, one as people would have made it, with a facilitator, out."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace

from generator.model import Choice
from simulator.events import (
    FACILITATOR,
    Answered,
    Assigned,
    Decided,
    Delivered,
    Ended,
    Hinted,
    Improvement,
    Joined,
    Left,
    Paused,
    Payload,
    Rated,
    Record,
    Recorder,
    Remarked,
    Resolved,
    Resumed,
    Revealed,
    Sped,
    Started,
    StepEnded,
    StepStarted,
    ToldInject,
)
from tests.simulator.records import Happening
from tests.simulator.stages import FAULT_DRILL, robot_records

RUNBOOK = "feature-drift"
DAY = "2026-11-22T20:15:00.000+00:00"
SKIPPED, WRONG, SLOW, LATE = (
    "tell-engineers-amount-off",
    "which-pipeline",
    "tell-compliance",
    "save-decisions",
)
CHOICES = (Choice("page-now", "Page the data team now"), Choice("wait", "Wait for the next scrape"))


@functools.cache
def people(*, ended: str = "horizon", revealed: bool = True) -> Record:
    """A step is skipped, a decision answered wrongly, one step is slow, another found late."""
    (played,) = robot_records(FAULT_DRILL, (7,))
    happened = [(event.minutes, event.actor, event.payload) for event in played.events]
    told = [h for h in happened if isinstance(h[2], Revealed)]
    end = next(minute for minute, _, payload in happened if isinstance(payload, Ended))
    rest = [h for h in happened if not isinstance(h[2], Revealed | Ended | Resolved)]
    recorder = Recorder(now=lambda: DAY)
    for minute, actor, payload in sorted([*_changed(rest), *_facilitated()], key=lambda h: h[0]):
        recorder.append(minute * 60, actor, payload)
    recorder.append(end * 60, FACILITATOR, Ended(ended))  # type: ignore[arg-type]
    for payload in _debriefed():
        recorder.append(end * 60, FACILITATOR, payload)
    for _, actor, payload in told if revealed else ():
        recorder.append(end * 60, actor, _told(payload))
    return recorder.record()


def _told(payload: Payload) -> Payload:
    assert isinstance(payload, Revealed)
    ids = ("night-shift", "first-calls", "queue", "executives", "workers")
    delivered = [ToldInject(id, number) for number, id in enumerate(ids, 1)]
    return replace(payload, injects=(*delivered, ToldInject("partner-bank", None, True)))


def _changed(happened: list[Happening]) -> Iterator[Happening]:
    number = 0
    for minute, actor, payload in happened:
        if isinstance(payload, Started):
            payload = replace(payload, responder="human", pace="x1")
        elif isinstance(payload, Delivered):
            number += 1
            payload = replace(payload, number=number, choices=CHOICES if number == 3 else ())
        elif isinstance(payload, StepEnded) and payload.step == SKIPPED:
            payload = replace(payload, outcome="skipped", note="nobody reads that channel at night")
        elif isinstance(payload, Decided) and payload.decision == WRONG:
            payload = replace(payload, answer=next(iter(_others(payload))), go="stand-down")
        elif isinstance(payload, StepStarted | StepEnded) and payload.step in (SLOW, LATE):
            minute = _later(payload)
        yield minute, actor, payload


def _others(decided: Decided) -> Iterator[str]:
    from tests.simulator.stages import catalogue

    node = catalogue().runbook(RUNBOOK).plan.node(decided.decision)
    yield from (answer.answer for answer in node.answers if answer.answer != decided.answer)


def _later(payload: StepStarted | StepEnded) -> float:
    """The slow step takes from 60 to 70, the late one is found at 79."""
    begins = isinstance(payload, StepStarted)
    return {SLOW: 60.0 if begins else 70.0, LATE: 79.0 if begins else 80.0}[payload.step]


def _facilitated() -> Iterator[Happening]:
    for minute, payload in (
        (0.01, Joined("p1")),
        (0.01, Joined("p2")),
        (0.02, Assigned("p1", "incident-commander")),
        (0.02, Assigned("p2", "ml-on-call")),
        (20.0, Paused()),
        (20.0, Resumed()),
        (22.0, Hinted("Look at the mean of the amount.", 2.0)),
        (31.0, Answered(3, "page-now")),
        (32.0, Answered(3, "wait")),
        (40.0, Sped("x4")),
        (41.0, Remarked("They talk over each other.")),
        (44.0, Left("p2")),
    ):
        actor = "incident-commander" if isinstance(payload, Answered) else FACILITATOR
        yield minute, actor, payload


def _debriefed() -> Iterator[Payload]:
    yield Rated("detection", "S", "Support saw it before they did.")
    yield Rated("communication", "U", "Executives learned it from a partner.")
    yield Improvement(
        "Put the mean of the amount on the first screen", "ml-on-call", "2026-12-04", f"{RUNBOOK}/look"
    )
