"""The edges of the loop: ends in the middle of a batch, steps that divide nothing, a past that is long enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from generator.model import Drill, Service
from simulator.events import Delivered, Ended, Hypothesised, Noted, Record, Recorder
from simulator.responders.view import ClaimCause, Move, Scene, View
from simulator.session.loop import Session
from simulator.session.play import keyed_nonces
from simulator.session.stage import Stage, set_up
from tests.simulator.stages import FAULT_DRILL, QUIET_DRILL, catalogue, payloads, shorter, with_drill

Script = Callable[[View, int], Sequence[Move]]


class Scripted:
    """Does at each scrape what a function says."""

    name = "robot"
    pace = "unpaced"

    def __init__(self, script: Script, *, first: Sequence[Move] = ()) -> None:
        self._script, self._first = script, first

    def begin(self, scene: Scene) -> Sequence[Move]:
        self._replicas = scene.replicas
        return self._first

    def respond(self, view: View) -> Sequence[Move]:
        return [move for replica in range(self._replicas) for move in self._script(view, replica)]

    def wait(self, until_t: float) -> Iterator[Move]:
        return iter(())


def cut(seeds: Sequence[int], change: Callable[[Drill], Drill]) -> Stage:
    return set_up(with_drill(change), FAULT_DRILL, seeds)


def played(stage: Stage, responder: Scripted) -> tuple[Record, ...]:
    """The records, without their reveal."""
    recorders = [Recorder() for _ in stage.seeds]
    Session(stage, responder, recorders, nonces=keyed_nonces(stage)).run()
    return tuple(recorder.record() for recorder in recorders)


def idle(view: View, replica: int) -> Sequence[Move]:
    return ()


def claim(view: View, replica: int) -> Sequence[Move]:
    """A hypothesis at every scrape."""
    return [Move(replica, "ml-on-call", ClaimCause("payments-feed", "unit-change", None, ("amount-mean",)))]


def test_a_drill_that_ends_early_in_a_batch_is_the_same_as_alone() -> None:
    """What is said after its end, in the same breath or while others go on, is in neither record."""

    def leave(view: View, replica: int) -> Sequence[Move]:
        if replica == 0 and view.t == 60:
            return [Move(0, "ml-on-call", Ended("ended")), Move(0, "ml-on-call", Noted("too late"))]
        return [Move(replica, "ml-on-call", Noted("on"))]

    (alone,) = played(cut([1], shorter(3)), Scripted(leave))
    first, second = played(cut([1, 2], shorter(3)), Scripted(leave))
    assert first.head == alone.head
    assert first.events[-1].payload == Ended("ended")
    assert second.events[-1].payload == Ended("horizon")


@pytest.mark.parametrize("step_seconds", [7.3, 15, 700])
def test_nothing_happens_after_the_horizon(step_seconds: float) -> None:
    """Where the step does not divide the horizon, the last scrape comes before it."""
    record, *_ = played(
        cut([1], lambda drill: replace(drill, step_seconds=step_seconds, horizon_minutes=20)), Scripted(idle)
    )

    times = [event.t for event in record.events]
    assert times == sorted(times)
    assert times[-1] == 20 * 60


def test_evidence_is_of_the_scrape_that_was_just_seen() -> None:
    """Also where times are no round numbers."""
    (record,) = played(
        cut([1], lambda drill: replace(drill, step_seconds=7.3, horizon_minutes=2)), Scripted(claim)
    )

    links = [(event.t, said.evidence[0].t) for event, said in record.of(Hypothesised)]
    assert len(links) > 10
    assert all(linked == said for said, linked in links)


def test_a_claim_before_anything_was_seen_rests_on_nothing() -> None:
    """There is no reading to cite yet."""
    first = Move(0, "ml-on-call", ClaimCause("payments-feed", "unit-change", None, ("amount-mean",)))

    (record,) = played(cut([1], shorter(1)), Scripted(idle, first=[first]))
    assert payloads(record, Hypothesised)[0].evidence[0].value is None


def test_a_message_at_minute_zero_arrives() -> None:
    """With the first scrape, and once."""
    (record,) = played(
        cut(
            [1],
            lambda drill: replace(
                drill, horizon_minutes=2, injects=(replace(drill.injects[0], at_minutes=0),)
            ),
        ),
        Scripted(idle),
    )

    assert [event.t for event, _ in record.of(Delivered)] == [0]


def test_the_past_is_as_long_as_the_longest_window_of_a_signal() -> None:
    """A burn rate over six hours means six hours from the first minute on."""
    shipped = catalogue()
    (compiled,) = shipped.runbooks
    detection = compiled.runbook.detection
    signals = tuple(
        replace(signal, with_={"window_minutes": 360}) if signal.kind == "error-ratio" else signal
        for signal in detection.signals
    )
    changed = replace(compiled.runbook, detection=replace(detection, signals=signals))
    catalogue_ = replace(shipped, runbooks=(replace(compiled, runbook=changed),))

    assert set_up(catalogue_, QUIET_DRILL, [1]).world().past[0] <= -360 * 60


def with_profile(change: Callable[[Service], Service]) -> Stage:
    """A short drill of a changed service, on a Saturday."""
    changed = with_drill(lambda drill: replace(drill, horizon_minutes=2, weekday="saturday"))
    return set_up(replace(changed, services=tuple(map(change, changed.services))), FAULT_DRILL, [1])


def test_a_service_without_traffic_on_that_day_runs() -> None:
    """Nothing comes, and nothing is measured."""

    def closed(service: Service) -> Service:
        traffic = replace(service.profile.traffic, weekend_factor=0.0)
        return replace(service, profile=replace(service.profile, traffic=traffic))

    (record,) = played(with_profile(closed), Scripted(idle))
    assert record.events[-1].payload == Ended("horizon")


def test_a_service_that_answers_everything_at_once_runs() -> None:
    """Every request is in the first bucket, whatever the rounding."""

    def fast(service: Service) -> Service:
        route = replace(service.profile.latency.model, p50_ms=0.01, p99_ms=0.011)
        latency = replace(service.profile.latency, model=route, fallback=route)
        return replace(service, profile=replace(service.profile, latency=latency))

    world = with_profile(fast).world()
    world.step(0)
    assert np.nanmax(world.telemetry.values) > 0
