"""What a team turns with its own tools is entered: it takes effect, and no binding is carried out for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from generator.model import Binding, Setting
from simulator.console.board import Board
from simulator.console.commands import understand
from simulator.console.commands.base import CommandError
from simulator.console.desk import Desk
from simulator.events import WORLD, Acted, ControlOrdered, ControlTookEffect, Ended, Event, Record, Recorder
from simulator.live.measuring import Harm
from simulator.live.world import LiveWorld
from simulator.responders.view import Move, Scene, TurnControl, View
from simulator.session.loop import Session
from simulator.session.opening import Place
from simulator.world.flow import Floats
from tests.simulator.console.desks import desk_at
from tests.simulator.stages import payloads, stage

STAGING = Place("staging", 1.0)


class Refusing:
    """A target of which everything is known and whose bindings all fail."""

    def __init__(self, width: int) -> None:
        self.turned: list[tuple[str, Setting]] = []
        self._width = width

    def scrape(self, t: float) -> Floats:
        return np.zeros(self._width)

    def turn(self, control: str, value: Setting, t: float) -> Acted:
        self.turned.append((control, value))
        return Acted(
            control, value, "staging", "http", ok=False, status=500, seconds=0.1, why="it answered 500"
        )

    def impact(self) -> Harm:
        return Harm()


class Turning:
    """Turns controls as it is told at the first scrape, and ends the drill after some minutes."""

    name, pace = "human", "max"

    def __init__(self, *actions: TurnControl, minutes: float = 3.0) -> None:
        self._actions, self._minutes = list(actions), minutes

    def begin(self, scene: Scene) -> Sequence[Move]:
        return ()

    def respond(self, view: View) -> Sequence[Move]:
        moves = [Move(0, "ml-on-call", action) for action in self._actions]
        self._actions.clear()
        return [*moves, *([Move(0, "facilitator", Ended("ended"))] if view.minutes >= self._minutes else ())]

    def wait(self, until_t: float) -> Iterator[Move]:
        return iter(())


def played(*actions: TurnControl) -> tuple[Refusing, Record]:
    staged = stage()
    target = Refusing(len(staged.world().telemetry.identities))
    recorder = Recorder()
    Session(
        staged, Turning(*actions), [recorder], nonces=["n"], world=LiveWorld(staged, target), place=STAGING
    ).run()
    return target, recorder.record()


def test_what_was_done_outside_takes_effect_and_is_not_done_again() -> None:
    """The record says who entered it, that it was done without the tool, and that it is in force."""
    target, record = played(TurnControl("traffic-split", 0.0, outside=True))

    assert target.turned == []
    assert payloads(record, ControlOrdered) == [ControlOrdered("traffic-split", 0.0, 1.0, 60.0)]
    assert payloads(record, Acted) == [
        Acted("traffic-split", 0.0, "staging", "outside", ok=True, status=0, seconds=0.0)
    ]
    assert payloads(record, ControlTookEffect) == [ControlTookEffect("traffic-split", 0.0)]


def test_what_was_done_outside_takes_the_place_of_an_order_on_its_way() -> None:
    """Who was faster than the binding does not have it carried out as well."""
    target, record = played(
        TurnControl("traffic-split", 0.5), TurnControl("traffic-split", 0.5, outside=True)
    )

    assert target.turned == []
    assert [one.by for one in payloads(record, Acted)] == ["outside"]


def test_a_binding_that_failed_leaves_the_control_as_it_was() -> None:
    """It is in the record with its reason, and takes no effect."""
    target, record = played(TurnControl("traffic-split", 0.0))

    assert target.turned == [("traffic-split", 0.0)]
    assert [one.ok for one in payloads(record, Acted)] == [False]
    assert payloads(record, ControlTookEffect) == []


def at_staging(*, bindings: tuple[Binding, ...] | None = None) -> Desk:
    """The desk of minute 25, as if it were played against a deployment."""
    desk = desk_at(25)
    board = Board(replace(desk.board.started, environment="staging"))
    service = desk.scene.service
    if bindings is not None:
        service = replace(
            service, controls=tuple(replace(one, bindings=bindings) for one in service.controls)
        )
    return replace(desk, board=board, scene=replace(desk.scene, service=service))


def test_outside_is_typed_as_set_is() -> None:
    """It is the same order, with a word more about how."""
    (deed,) = understand("outside traffic-split 0.1", at_staging()).deeds

    assert deed.action == TurnControl("traffic-split", 0.1, outside=True)


def test_nobody_is_outside_of_our_own_environments() -> None:
    """In the simulated world there are no tools but these."""
    with pytest.raises(CommandError, match="type set CONTROL VALUE"):
        understand("outside traffic-split 0", desk_at(25))


@pytest.mark.parametrize(
    ("line", "bindings", "message"),
    [
        ("set traffic-split 0.1", None, "takes .* alone: type one, or turn it there by hand, and type: outside"),
        ("set traffic-split 0", (), "turn it there by hand, and type: outside traffic-split 0"),
        ("set traffic-split 0", (Binding("staging"),), "has no binding in 'staging'"),
    ],
)  # fmt: skip
def test_what_a_binding_would_refuse_is_said_when_it_is_typed(
    line: str, bindings: tuple[Binding, ...] | None, message: str
) -> None:
    """Not minutes later, when it should take effect."""
    with pytest.raises(CommandError, match=message):
        understand(line, at_staging(bindings=bindings))


def test_after_a_failure_the_same_can_be_typed_again() -> None:
    """The order is gone from the board with the failure."""
    desk = at_staging()
    (deed,) = understand("set traffic-split 0", desk).deeds
    assert isinstance(deed.action, TurnControl)
    desk.board.follow(Event(1, 0.0, "ml-on-call", ControlOrdered("traffic-split", 0.0, 1.0, 60.0)))
    with pytest.raises(CommandError, match="goes to 0 already"):
        understand("set traffic-split 0", desk)

    failed = Acted("traffic-split", 0.0, "staging", "http", ok=False, status=500, seconds=0.1)
    desk.board.follow(Event(2, 60.0, WORLD, failed))

    assert understand("set traffic-split 0", desk).deeds == (deed,)


@pytest.mark.parametrize("line", ["pause", "speed 10", "next", "wait 5", "until 03:30"])
def test_nobody_turns_the_clock_of_a_real_service(line: str) -> None:
    """Its time would go on without the drill's."""
    with pytest.raises(CommandError, match=f"there is no `{line.split()[0]}` here"):
        understand(line, at_staging())
