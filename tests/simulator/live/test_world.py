"""A session plays in front of a real target as it does in the simulated world."""

from __future__ import annotations

import json
from concurrent.futures import Future

import numpy as np
import pytest

from generator.model import Setting
from simulator.events import (
    Acted,
    AlertChanged,
    ControlOrdered,
    ControlTookEffect,
    Measured,
    Observed,
    Recorder,
    Revealed,
)
from simulator.events.reading import parse
from simulator.live.measuring import Harm, Natural
from simulator.live.world import LiveWorld
from simulator.responders.none import Nobody
from simulator.responders.robot import Robot
from simulator.session.loop import Session
from simulator.session.reveal import reveal
from simulator.session.rulers import measure
from simulator.session.stage import Stage
from simulator.world.flow import Floats
from simulator.world.world import World
from tests.simulator.records import lines_of
from tests.simulator.schemas import objections
from tests.simulator.stages import payloads, stage


class Twin:
    """A target that is the simulated world itself, behind the border that a real one stands behind."""

    def __init__(self, staged: Stage) -> None:
        self.world: World = staged.world()
        self.turned: list[tuple[str, Setting]] = []
        self._step = 0

    def scrape(self, t: float) -> Floats:
        self.world.step(self._step)
        self._step += 1
        return self.world.telemetry.at(self.world.telemetry.length - 1)[:, 0]

    def turn(self, control: str, value: Setting, t: float) -> Acted | Future[Acted | None] | None:
        self.turned.append((control, value))
        place = [knob.id for knob in self.world.knobs].index(control)
        self.world.turn(0, place, self.world.knobs[place].encode(value), t / 60)
        return None

    def impact(self) -> Harm:
        return Harm(dict(enumerate(self.world.impact[0])))


def test_the_robot_does_the_same_in_front_of_a_target_as_in_the_world() -> None:
    """Only world, telemetry and controls are others; what it does, when and why is the same record."""
    staged = stage()
    records = []
    target = Twin(staged)
    for world in (None, LiveWorld(staged, target)):
        recorder = Recorder()
        Session(staged, Robot(), [recorder], nonces=["n"], world=world).run()
        records.append(recorder.record())

    simulated, live = (
        [(event.t, event.actor, event.payload) for event in record.events if event.kind != "observe"]
        for record in records
    )
    assert live == simulated
    assert target.turned == [(it.control, it.value) for it in payloads(records[1], ControlTookEffect)]
    assert payloads(records[1], AlertChanged)


def test_a_target_that_does_not_answer_is_a_gap_and_no_crash() -> None:
    """Nobody is told a number that nobody read."""

    class Silent(Twin):
        def scrape(self, t: float) -> Floats:
            return np.full_like(super().scrape(t), np.nan)

    staged, recorder = stage(), Recorder()
    world = LiveWorld(staged, Silent(staged))
    Session(staged, Nobody(), [recorder], nonces=["n"], world=world).run()

    newest = world.telemetry.at(world.telemetry.length - 1)
    assert np.isnan(newest).all()


def test_the_harm_is_what_was_measured() -> None:
    """Also after the end of the drill, as far as it was; a step beyond the drill is nobody's."""
    staged = stage()
    world = LiveWorld(staged, Twin(staged))
    harm = Harm({0: 0.5, 1: -0.02, 10**6: 0.9}, {0: (20, 11), 1: (30, 1)}, Natural(0.05, 400, "requests"))
    world.target.impact = lambda: harm  # type: ignore[method-assign]

    world.settle()
    assert world.impact[0, 0] == 0.5
    assert world.impact.max() == 0.5
    told = world.measured
    assert told is not None
    assert len(told.net) == len(told.compared) == len(told.worse) == world.impact.shape[1]
    assert (told.compared[:3], told.worse[:3]) == ((20, 30, 0), (11, 1, 0))
    assert (told.natural, told.natural_of, told.natural_by) == (0.05, 400, "requests")


def test_what_is_shown_of_the_harm_is_never_below_0() -> None:
    """What areas are made of is: chance falls on both sides."""
    staged = stage()
    world = LiveWorld(staged, Twin(staged))
    world.target.impact = lambda: Harm({0: -0.02})  # type: ignore[method-assign]

    world.settle()
    assert world.impact[0, 0] == 0
    assert world.measured is not None
    assert world.measured.net[0] == -0.02


class Mute(Twin):
    """Nobody knows what became of its requests after the tenth step."""

    def impact(self) -> Harm:
        return Harm(dict.fromkeys(range(10), 0.5))


def test_harm_that_was_not_measured_is_that_of_the_twin() -> None:
    """With the settings that were in force at each step, not with those of the end."""
    staged = stage()
    target = Mute(staged)
    world = LiveWorld(staged, target)
    Session(staged, Robot(), [Recorder()], nonces=["n"], world=world).run()
    world.settle()

    truth = target.world.impact[0]
    assert world.impact[0, :10].tolist() == [0.5] * 10
    assert np.allclose(world.impact[0, 10:], truth[10:], atol=1e-12)
    assert truth[10:].max() > 0


class Slow(Twin):
    """Its bindings take so many steps."""

    def __init__(self, staged: Stage, steps: int, *, ok: bool = True) -> None:
        super().__init__(staged)
        self._steps, self._ok = steps, ok
        self._under_way: list[tuple[int, Future[Acted | None], Acted]] = []

    def scrape(self, t: float) -> Floats:
        for entry in [entry for entry in self._under_way if entry[0] <= self._step]:
            self._under_way.remove(entry)
            _, turning, acted = entry
            if acted.ok:
                super().turn(acted.control, acted.value, t)
            turning.set_result(acted)
        return super().scrape(t)

    def turn(self, control: str, value: Setting, t: float) -> Acted | Future[Acted | None] | None:
        turning: Future[Acted | None] = Future()
        status, why = (200, "") if self._ok else (500, "it answered 500")
        acted = Acted(control, value, "staging", "http", self._ok, status, 20.0, why=why)
        self._under_way.append((self._step + self._steps, turning, acted))
        return turning


@pytest.mark.parametrize("ok", [True, False])
def test_a_control_that_is_turned_for_long_takes_effect_when_it_has_been(ok: bool) -> None:
    """The drill goes on meanwhile, with every scrape at its time; what failed takes no effect at all."""
    staged, recorder = stage(), Recorder()
    steps = 8
    target = Slow(staged, steps, ok=ok)
    Session(staged, Robot(), [recorder], nonces=["n"], world=LiveWorld(staged, target)).run()
    record = recorder.record()

    ordered = {one.control: one.effective_t for one in reversed(payloads(record, ControlOrdered))}
    acted = [(event.t, one) for event, one in record.of(Acted)]
    effects = [(event.t, one.control) for event, one in record.of(ControlTookEffect)]
    step_s = staged.drill.step_seconds
    first_t, first = acted[0]
    assert first_t >= ordered[first.control] + steps * step_s
    assert effects == ([(t, one.control) for t, one in acted] if ok else [])
    scraped = [event.t for event, _ in record.of(Observed)]
    assert scraped == [step * step_s for step in range(len(scraped))]


def test_a_control_that_is_still_being_turned_at_the_end_is_in_force_in_the_twin_alone() -> None:
    """Nobody waits for it: faults end first. The record of the drill says nothing of an effect."""
    staged, recorder = stage(), Recorder()
    target = Slow(staged, 10**6)
    world = LiveWorld(staged, target)
    Session(staged, Robot(), [recorder], nonces=["n"], world=world).run()
    record = recorder.record()

    assert payloads(record, ControlOrdered)
    assert payloads(record, ControlTookEffect) == payloads(record, Acted) == []


def test_a_record_at_a_table_says_nothing_of_measuring() -> None:
    """Its bytes are what they were; that of a live drill says what its harm rests on, and is read again."""
    staged = stage()
    recorder = Recorder()
    session = Session(staged, Nobody(), [recorder], nonces=["n"])
    session.run()
    reveal(session, measure(staged))
    assert '"measured"' not in lines_of(recorder.record())[-1]

    told = Measured((20,), (11,), (0.5,), 0.05, 400, "requests")
    recorder = Recorder()
    session = Session(staged, Nobody(), [recorder], nonces=["n"])
    session.run()
    reveal(session, measure(staged), by_twin=True, measured=told)
    again = parse(lines_of(recorder.record()))
    assert again.problems == ()
    assert [one.impact.measured for one in payloads(again, Revealed)] == [told]
    assert objections("event", json.loads(lines_of(recorder.record())[-1])) == []
