"""Traffic begins with the drill, and what became of it is told by the drill's own steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from generator.model import Setting
from simulator.events import Acted
from simulator.live import target as module
from simulator.live.aftermath import Places, State
from simulator.live.asking import Caller, UnreachableError
from simulator.live.injecting import Injector
from simulator.live.lease import Effect, Lease
from simulator.live.target import LiveTarget, Parts
from simulator.world.flow import Floats
from tests.simulator.live.test_measuring import row

STEP_S = 15.0
LEASE = Lease("metres", (Effect("scale", {"field": "distance", "factor": 1609.0}),), 7)


class Load(Caller):
    """Counts ten requests a step, three of which end worse from the third on."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1")
        self.begun, self.is_there = 0, True

    def post(self, *path: str, data: object | None = None) -> Any:
        if not self.is_there:
            raise UnreachableError("nobody answers")
        self.begun += path == ("begin",)
        return {}

    def put(self, *path: str, data: object, within_s: float = 0.0) -> Any:
        return {}

    def get(self, *path: str) -> Any:
        if not self.is_there:
            raise UnreachableError("nobody answers")
        rows = [self.row(step) for step in range(20)]
        return {"steps": rows, "trouble": "", "gives_up_s": 60.0, "leases": [], "entries": [], "next": 0}

    def row(self, step: int) -> Mapping[str, Any]:
        return row(step, worse=3 * (step >= 3), sent_late_ms=60.0 * (step == 1))

    def delete(self, *path: str) -> Any:
        return {}


class Still:
    def turn(self, control: str, value: Setting) -> Acted | None:
        return None

    def put_back(self, before: State, now: State) -> Iterator[Acted]:
        yield from ()


def _sample() -> Floats:
    return np.ones(2)


def _target(load: Load, **other: Any) -> LiveTarget:
    parts = Parts(
        sample=_sample,
        width=2,
        step_s=STEP_S,
        apart_s=0.1,
        load=load,
        hands=Still(),
        injector=Injector([(0.75, 60.0, LEASE)], load),
        looked_at=Places(load, health="/health"),
        now=lambda: 0.0,
    )
    return LiveTarget(replace(parts, **other))


def test_traffic_of_a_machine_begins_with_the_first_scrape() -> None:
    load = Load()
    target = _target(load)
    target.scrape(0.0)
    target.scrape(STEP_S)
    target.end()

    assert load.begun == 1
    assert [row["step"] for row in target.told().rows][:3] == [0, 1, 2]


def test_people_look_at_the_first_scrape_for_as_long_as_they_like() -> None:
    """Traffic begins with the second one; its first step is the drill's second."""
    load = Load()
    target = _target(load)
    target.first_step = 1
    target.scrape(0.0)
    assert load.begun == 0

    for step in range(1, 16):
        target.scrape(step * STEP_S)
    target.end()
    harm = target.impact().net

    assert load.begun == 1
    assert min(harm) == 1
    assert (harm[1], harm[10]) == (0.0, 0.3)


def test_traffic_that_could_not_begin_begins_at_the_next_scrape() -> None:
    """The scrape is missing, and nothing is counted for steps that had no traffic."""
    load = Load()
    load.is_there = False
    target = _target(load)
    assert np.isnan(target.scrape(0.0)).all()

    load.is_there = True
    target.scrape(STEP_S)
    target.scrape(2 * STEP_S)
    target.end()

    assert min(target.impact().net) == 1
    assert len(target.problems) == 1


def test_a_machine_that_did_not_run_is_told() -> None:
    load = Load()
    target = _target(load)
    for step in range(11):
        target.scrape(step * STEP_S)
    target.end()

    assert target.held_up() == pytest.approx(1 / 10)


def test_nobody_knows_what_became_of_the_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said, and no step has a measured harm."""
    monkeypatch.setattr(module, "TOLD_WITHIN_S", 0.0)
    load = Load()
    target = _target(load)
    for step in range(5):
        target.scrape(step * STEP_S)
    target.end()
    load.is_there = False

    assert target.impact().net == {}
    found = target.inspected(State())
    assert "what became of the requests is not known" in found.unmeasured
    assert (found.verdict, found.by_twin) == ("dirty", 1.0)


def test_what_was_missed_is_not_read_from_the_future() -> None:
    """A machine that stood still has no scrape of these steps: those of later would be dated back."""
    at = [0.0]
    load = Load()
    target = _target(load, now=lambda: at[0])
    read = []
    for step in range(200):
        at[0] = max(at[0], step * 0.1) + (10.0 if step == 40 else 0.0)
        read.append(not np.isnan(target.scrape(step * STEP_S)).any())
    target.end()

    assert read[:40] == [True] * 40
    assert read[40:130] == [False] * 90
    assert read[131:] == [True] * 69
    assert "this machine was held up, and came to it 10.0 s too late" in target.problems[0]
    assert target.held_up() > 0.4


def test_a_fault_that_began_too_late_is_not_said_to_have_begun_in_time() -> None:
    at = [0.0]
    load = Load()
    target = _target(load, now=lambda: at[0])
    for step in range(5):
        at[0] = max(at[0], step * 0.1) + (2.0 if step == 2 else 0.0)
        target.scrape(step * STEP_S)
    target.end()

    (told,) = target.injected()
    # It was due in the third step, and the second came two seconds too late: these are twenty steps.
    assert told.at_minutes == pytest.approx(0.75 + 19 * STEP_S / 60)


class Hanging(Load):
    """Of the third step on, half of the answers come only after the drill is over."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def get(self, *path: str) -> Any:
        self.asked += 1
        return super().get(*path)

    def row(self, step: int) -> Mapping[str, Any]:
        if step < 3 or self.asked > 3:
            return row(step, worse=5 * (step >= 3))
        return row(step, ended=5, compared=5)


def test_who_still_waits_at_the_end_is_waited_for() -> None:
    """They are those to whom harm was done: the lucky ones have been answered."""
    target = _target(Hanging())
    for step in range(16):
        target.scrape(step * STEP_S)
    target.end()

    assert target.impact().net[10] == 0.5


def test_who_is_never_answered_counts_as_worse_off() -> None:
    class Dead(Hanging):
        def get(self, *path: str) -> Any:
            return {**super().get(*path), "gives_up_s": 0.0}

        def row(self, step: int) -> Mapping[str, Any]:
            return row(step) if step < 3 else row(step, ended=5, compared=5)

    target = _target(Dead())
    for step in range(16):
        target.scrape(step * STEP_S)
    target.end()

    assert target.impact().net[10] == 0.5


def test_what_a_target_does_by_itself_is_no_harm_of_the_fault() -> None:
    """One in ten is late before the fault, and nine in twenty with it: of those well off, it harms 39 %."""

    class Unsteady(Load):
        def row(self, step: int) -> Mapping[str, Any]:
            return row(step, offered=200, known=200, ended=200, compared=200, worse=20 if step < 3 else 90)

    target = _target(Unsteady())
    for step in range(16):
        target.scrape(step * STEP_S)
    target.end()
    harm = target.impact()

    assert (harm.natural.share, harm.natural.of, harm.natural.by) == (0.1, 600, "requests")
    assert harm.net[10] == pytest.approx((0.45 - 0.1) / 0.9)
    assert harm.counts[10] == (200, 90)


def test_what_is_sent_after_the_drill_is_no_harm_of_it() -> None:
    """Its faults are ended: whoever leaves early would look as if all had become well."""
    load = Load()
    target = _target(load)
    for step in range(9):
        target.scrape(step * STEP_S)
    target.end()

    assert max(target.impact().net) == 7


def test_a_load_that_does_not_answer_before_anything_begins_is_a_sentence() -> None:
    load = Load()
    load.is_there = False

    assert _target(load).trouble() == "nothing can be sent: nobody answers"


@pytest.mark.parametrize(("healthy", "said"), [((10, 10), ""), ((10, 4), "Of 10 cases, 4 were answered")])
def test_what_was_not_asked_in_time_is_told(
    healthy: tuple[int, int], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow target and a large panel: part of the harm is then only the target's usual one."""
    load = Load()
    cases, known = healthy
    monkeypatch.setattr(load, "get", lambda *_: {"healthy": {"cases": cases, "known": known}})
    found = _target(load).unknown()

    assert found.startswith(said)
    assert bool(found) == bool(said)
