"""Records made by hand: a story of who did what when in, the record of it out.

Harm begins at minute 12 (onset 10) and without help lasts to the horizon, minute 90.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from generator.model import Measure, Objectives, Task
from simulator.events import (
    FACILITATOR,
    WORLD,
    Acknowledged,
    AlertChanged,
    Assumed,
    Collected,
    ControlCard,
    ControlOrdered,
    ControlTookEffect,
    Declared,
    Delivered,
    Ended,
    Engine,
    EvidenceLink,
    EvidenceQuantile,
    Hypothesised,
    ImpactCurves,
    Observed,
    Payload,
    Posted,
    Record,
    Recorder,
    Resolved,
    Revealed,
    SignalCard,
    Started,
    StepEnded,
    StepStarted,
    ToldInject,
    TruthOfFault,
)

Happening = tuple[float, str, Payload]
"""Minute, actor, payload."""

COMMANDER = "incident-commander"
ENGINEER = "ml-engineer"
ONSET, T0, HORIZON, TOLERANCE = 10.0, 12.0, 90.0, 0.02
OBJECTIVES = Objectives(
    detect_minutes=5, acknowledge_minutes=5, contain_minutes=15, mitigate_minutes=40, postmortem_days=5
)
FAULT = TruthOfFault(
    id="cents-for-euros",
    kind="unit-change",
    mechanism="unit-change",
    node="payments-feed",
    onset_minutes=ONSET,
    t0_minutes=T0,
    peak_impact=0.2,
)
TASKS = (
    Task("evidence-first", "Collect the evidence before the rollback", "The page fires.",
         Measure("collect"), 2, before=Measure("control", {"control": "pipeline-version"})),
    Task("contain", "Send traffic to the fallback", "Feature drift is confirmed.",
         Measure("control", {"control": "traffic-split"}), 1, within_minutes=30),
    Task("no-retrain", "Retrain on broken data", "Somebody proposes to retrain.",
         Measure("control", {"control": "retrain"}), 1, must_not=True),
)  # fmt: skip
STARTED = Started(
    format=1,
    commitment="c" * 64,
    catalogue="d" * 64,
    engine=Engine("0.1.0", "2.4.6"),
    service="fraud-scorer",
    weekday="tuesday",
    time="14:00",
    step_seconds=60,
    horizon_minutes=HORIZON,
    responder="human",
    pace="unpaced",
    briefing="You are on call for the fraud scorer.",
    roles=(COMMANDER, ENGINEER),
    signals=(
        SignalCard("amount-drift", "feature-drift", "Amount has drifted", "page", "above", 0.2, 3, "PSI"),
        SignalCard(
            "accuracy", "feature-drift", "Accuracy of labelled requests", "ticket", "below", 0.8, 5, ""
        ),
    ),
    controls=(
        ControlCard("traffic-split", "Share of traffic on the model", 1.0, 1),
        ControlCard("pipeline-version", "Version of the feature pipeline", "v2", 3),
        ControlCard("retrain", "Retrain the model", False, 20),
    ),
    cadence_minutes={"sev1": 15, "sev2": 30},
)


@dataclass(frozen=True, slots=True)
class Story:
    """When the team did what; None: never. The default is the perfect response."""

    declare: float | None = 13
    service: str = "fraud-scorer"
    symptom: str = "quality-drop"
    hypothesis: float | None = 16
    component: str = "payments-feed"
    mechanism: str = "unit-change"
    onset: float | None = 10
    quantile: float = 1.0
    contain: float | None = 14
    mitigate: float | None = 20
    collect: float | None = 15
    resolve: float | None = 30
    posts: tuple[float, ...] = (14, 24, 31)
    assume: float | None = 12.5
    acknowledge: float | None = 12.2
    end: float = HORIZON
    more: tuple[Happening, ...] = ()
    harmful: bool = True
    harm: float = 0.2
    """Impact with nobody acting."""
    revealed: bool = True
    tasks: tuple[Task, ...] = TASKS
    injects: tuple[ToldInject, ...] = ()
    missing_scrapes: int = 0
    spill: tuple[float, float, float] | None = None
    """Harm that the team does itself: from, to, impact."""


def perfect(**changes: object) -> Story:
    """The perfect response, but for the changes."""
    return replace(Story(), **changes)  # type: ignore[arg-type]


def nobody(**changes: object) -> Story:
    """Nobody acts."""
    nothing = dict.fromkeys(
        ("declare", "hypothesis", "contain", "mitigate", "collect", "resolve", "assume", "acknowledge")
    )
    return replace(Story(), **{**nothing, "posts": (), **changes})  # type: ignore[arg-type]


def record_of(story: Story) -> Record:
    """The record of a story, as the session would write it."""
    recorder = Recorder()
    for minute, actor, payload in sorted(_happenings(story), key=lambda happening: happening[0]):
        recorder.append(minute * 60, actor, payload)
    return recorder.record()


def lines_of(record: Record) -> list[str]:
    """The lines of a record's file."""
    out = io.StringIO()
    recorder = Recorder(out)
    for event in record.events:
        recorder.append(event.t, event.actor, event.payload)
    return out.getvalue().splitlines()


def _happenings(story: Story) -> Iterator[Happening]:
    yield 0, WORLD, STARTED
    yield from (h for h in _world(story) if h[0] <= story.end)
    yield from (h for h in (*_words(story), *_deeds(story), *story.more) if h[0] <= story.end)
    yield story.end, WORLD, Ended("horizon" if story.end >= HORIZON else "ended")
    if story.revealed:
        yield story.end, FACILITATOR, revealed(story)


def _world(story: Story) -> Iterator[Happening]:
    for minute in range(int(story.end) + 1 - story.missing_scrapes):
        wrong = impact(story, minute) if story.harmful else 0.0
        ripple = 0.02 * math.sin(minute)
        signals = {
            "amount-drift": 0.05 + ripple + 4 * wrong,
            "accuracy": None if minute < 5 else 0.93 - wrong,
        }
        yield (
            minute,
            WORLD,
            Observed(signals, {"p99_ms": 80 + 100 * abs(ripple), "requests_per_s": 40 + minute / 5}),
        )
    if story.harmful:
        yield 12, WORLD, AlertChanged("amount-drift", "feature-drift", "page", "firing", 0.81)
        yield 12, WORLD, Delivered(COMMANDER, "pager", "alertmanager", "Amount has drifted: 0.81")


def _words(story: Story) -> Iterator[Happening]:
    if story.acknowledge is not None:
        yield story.acknowledge, COMMANDER, Acknowledged("amount-drift")
    if story.assume is not None:
        yield story.assume, COMMANDER, Assumed(COMMANDER)
    if story.declare is not None:
        yield story.declare, COMMANDER, Declared(story.service, story.symptom, "sev1")
    if story.hypothesis is not None:
        evidence = (EvidenceLink("amount-drift", 12 * 60, 0.81),)
        said = Hypothesised(story.component, story.mechanism, story.onset, evidence)
        yield story.hypothesis, ENGINEER, said
    for minute in story.posts:
        yield minute, COMMANDER, Posted("status", "customers", "update", f"Update of minute {minute}")
    if story.resolve is not None:
        yield story.resolve, COMMANDER, Resolved()


def _deeds(story: Story) -> Iterator[Happening]:
    if story.collect is not None:
        yield story.collect, ENGINEER, Collected("panel-sample", "e" * 64)
    if story.contain is not None:
        yield max(0.0, story.contain - 0.5), ENGINEER, StepStarted("feature-drift", "to-fallback")
        yield from turn("traffic-split", 0.0, 1.0, story.contain)
        yield story.contain + 0.2, ENGINEER, StepEnded("feature-drift", "to-fallback", "success")
    if story.mitigate is not None:
        yield from turn("pipeline-version", "v1", "v2", story.mitigate)
        if story.contain is not None:
            yield from turn("traffic-split", 1.0, 0.0, story.mitigate)


def turn(control: str, value: str | float, previous: str | float, at: float) -> Iterable[Happening]:
    """A control that takes effect at that minute, ordered a little earlier."""
    yield max(0.0, at - 0.3), ENGINEER, ControlOrdered(control, value, previous, at * 60)
    yield at, WORLD, ControlTookEffect(control, value)


def impact(story: Story, minute: float) -> float:
    """The team's impact; frozen from the end on."""
    minute = min(minute, story.end)
    if story.spill and story.spill[0] <= minute < story.spill[1]:
        return story.spill[2]
    if not story.harmful or minute < ONSET:
        return 0.0
    if minute < T0:
        return 0.01
    if story.mitigate is not None and minute >= story.mitigate:
        return 0.001
    if story.contain is not None and minute >= story.contain:
        return 0.015
    return story.harm


def _warranted(minute: float | None) -> float | None:
    """When a control was turned, if that was not before anything was wrong."""
    return None if minute is None or minute < ONSET else minute


def revealed(story: Story) -> Revealed:
    """The truth about a story."""
    minutes = tuple(float(minute) for minute in range(int(HORIZON)))
    idle, ideal = (
        nobody(harm=story.harm, harmful=story.harmful),
        perfect(contain=13, mitigate=13, harmful=story.harmful),
    )
    sober = replace(story, contain=_warranted(story.contain), mitigate=_warranted(story.mitigate))
    slow = perfect(contain=20, mitigate=45, harmful=story.harmful)
    curves = (tuple(impact(one, minute) for minute in minutes) for one in (story, idle, ideal, slow))
    return Revealed(
        nonce="f" * 64,
        seed=7,
        drill="cents-for-euros" if story.harmful else "quiet-drift",
        scenario="a" * 64,
        explanation="The payments feed began to send cents.",
        runbook="feature-drift" if story.harmful else None,
        symptom="quality-drop" if story.harmful else None,
        tolerance=TOLERANCE,
        onset_tolerance_minutes=10,
        faults=(FAULT if story.harmful else replace(FAULT, t0_minutes=None, peak_impact=0.001),),
        tasks=story.tasks,
        objectives=OBJECTIVES,
        longest_hold_minutes=5,
        impact=ImpactCurves(minutes, *curves, warranted=tuple(impact(sober, minute) for minute in minutes)),
        oracle_controls={"pipeline-version": "v1"},
        evidence=(EvidenceQuantile("amount-drift", 12 * 60, story.quantile),),
        planned_scrapes=int(HORIZON) + 1,
        injects=story.injects,
    )
