"""A session plays in front of a real target as it does in the simulated world."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from generator.model import Setting
from simulator.events import AlertChanged, ControlTookEffect, Recorder
from simulator.live.world import LiveWorld
from simulator.responders.none import Nobody
from simulator.responders.robot import Robot
from simulator.session.loop import Session
from simulator.session.stage import Stage
from simulator.world.flow import Floats
from simulator.world.world import World
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

    def turn(self, control: str, value: Setting, t: float) -> None:
        self.turned.append((control, value))
        place = [knob.id for knob in self.world.knobs].index(control)
        self.world.turn(0, place, self.world.knobs[place].encode(value), t / 60)

    def impact(self) -> Mapping[int, float]:
        return dict(enumerate(self.world.impact[0]))


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
    world.target.impact = lambda: {0: 0.5, 10**6: 0.9}  # type: ignore[method-assign]

    world.settle()
    assert world.impact[0, 0] == 0.5
    assert world.impact.max() == 0.5


class Mute(Twin):
    """Nobody knows what became of its requests after the tenth step."""

    def impact(self) -> Mapping[int, float]:
        return dict.fromkeys(range(10), 0.5)


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
