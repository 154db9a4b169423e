"""Traffic begins with the drill, and what became of it is told by the drill's own steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from generator.model import Setting
from simulator.events import Acted
from simulator.live import target as module
from simulator.live.aftermath import Places, State
from simulator.live.asking import Caller, UnreachableError
from simulator.live.injecting import Injector
from simulator.live.target import LiveTarget, Parts
from simulator.world.flow import Floats

STEP_S = 15.0


class Load(Caller):
    """Counts ten requests a step, three of which end worse from the third on."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1")
        self.begun, self.is_there = 0, True

    def post(self, *path: str, data: object | None = None) -> Any:
        if not self.is_there:
            raise UnreachableError("nobody answers")
        self.begun += 1
        return {}

    def get(self, *path: str) -> Any:
        if not self.is_there:
            raise UnreachableError("nobody answers")
        rows = [
            {"step": step, "offered": 10, "worse": 3 * (step >= 3), "sent_late_ms": 60.0 * (step == 1)}
            for step in range(20)
        ]
        return {"steps": rows, "trouble": ""}

    def delete(self, *path: str) -> Any:
        return {}


class Still:
    def turn(self, control: str, value: Setting) -> Acted | None:
        return None

    def put_back(self, before: State, now: State) -> Iterator[Acted]:
        yield from ()


def _sample() -> Floats:
    return np.ones(2)


def _target(load: Load) -> LiveTarget:
    return LiveTarget(
        Parts(
            sample=_sample,
            width=2,
            step_s=STEP_S,
            apart_s=0.1,
            load=load,
            hands=Still(),
            injector=Injector([], load),
            looked_at=Places(load),
        )
    )


def test_traffic_of_a_machine_begins_with_the_first_scrape() -> None:
    load = Load()
    target = _target(load)
    target.scrape(0.0)
    target.scrape(STEP_S)
    target.end()

    assert load.begun == 1
    assert [row["step"] for row in target.tally()][:3] == [0, 1, 2]


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
    harm = target.impact()

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

    assert min(target.impact()) == 1
    assert len(target.problems) == 1


def test_a_machine_that_did_not_run_is_told() -> None:
    load = Load()
    target = _target(load)
    target.scrape(0.0)
    target.end()

    assert target.held_up() == pytest.approx(1 / 20)


def test_nobody_knows_what_became_of_the_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said, and no step has a measured harm."""
    monkeypatch.setattr(module, "TOLD_WITHIN_S", 0.0)
    load = Load()
    target = _target(load)
    target.scrape(0.0)
    target.end()
    load.is_there = False

    assert target.impact() == {}
    assert "what became of the requests is not known" in target.unmeasured


def test_what_is_sent_after_the_drill_is_no_harm_of_it() -> None:
    """Its faults are ended: whoever leaves early would look as if all had become well."""
    load = Load()
    target = _target(load)
    for step in range(9):
        target.scrape(step * STEP_S)
    target.end()

    assert max(target.impact()) == 7


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
