"""A record read along shows what the session showed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from simulator.console.guest import scene_of
from simulator.events import Recorder, Started
from simulator.responders.robot import Robot
from simulator.responders.seen import Seen
from simulator.responders.view import Move, Scene, View
from simulator.session.loop import Session
from tests.simulator.stages import catalogue, stage


class Onlooker(Robot):
    """The robot, and every view that it had."""

    def __init__(self) -> None:
        super().__init__()
        self.views: list[View] = []

    def begin(self, scene: Scene) -> Sequence[Move]:
        self.scene = scene
        return super().begin(scene)

    def respond(self, view: View) -> Sequence[Move]:
        self.views.append(view)
        return super().respond(view)

    def wait(self, until_t: float) -> Iterator[Move]:
        return iter(())


def test_a_record_gives_the_views_of_its_session() -> None:
    """Values to the digits that a record keeps; alarms, crossings and controls exactly."""
    robot, recorder = Onlooker(), Recorder()
    Session(stage(), robot, [recorder], nonces=["nonce"]).run()
    started = recorder.events[0].payload
    assert isinstance(started, Started)
    scene = scene_of(catalogue(), started)
    seen, views = Seen(scene), []
    for _, events in itertools.groupby(recorder.events, key=lambda event: event.t):
        for event in events:
            seen.follow(event)
        views.append(seen.view())

    assert [ref.key for ref in scene.signals] == [ref.key for ref in robot.scene.signals]
    assert [view.t for view in views] == [view.t for view in robot.views]
    for view, shown in zip(views, robot.views, strict=True):
        np.testing.assert_allclose(view.values, shown.values, rtol=1e-5)
        np.testing.assert_array_equal(view.firing, shown.firing)
        np.testing.assert_array_equal(view.crossed_since, shown.crossed_since)
        assert view.in_force == shown.in_force
    assert any(view.firing.any() for view in views)
    assert any(view.in_force != views[0].in_force for view in views)
