"""A binding that takes its time is turned beside the drill, which has its scrapes and its faults meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from generator.model import Setting
from simulator.events import Acted
from simulator.live.aftermath import State
from simulator.live.asking import RefusedError
from simulator.live.turner import Turner
from tests.simulator.live.test_target import STEP_S, Load, _target

LIMIT_S = 60.0


class Gate:
    """Turns nothing before it is opened; what it has turned, in order."""

    def __init__(self) -> None:
        self.open, self.done = threading.Event(), list[tuple[str, Setting]]()

    def turn(self, control: str, value: Setting) -> Acted | None:
        assert self.open.wait(LIMIT_S)
        self.done.append((control, value))
        return Acted(control, value, "staging", "command", ok=True, status=0, seconds=20.0)

    def put_back(self, before: State, now: State) -> Iterator[Acted]:
        yield from ()


def test_the_drill_goes_on_while_a_control_is_being_turned() -> None:
    """Each scrape is taken, and the fault that is due meanwhile begins; then the turn is told."""
    hands, load = Gate(), Load()
    target = _target(load, hands=hands)
    target.scrape(0.0)
    turning = target.turn("traffic-split", 0.0, 0.0)
    assert isinstance(turning, Future)
    read = [target.scrape(step * STEP_S).tolist() for step in range(1, 5)]
    assert read == [[1.0, 1.0]] * 4
    assert target.is_turning

    hands.open.set()
    acted = turning.result(LIMIT_S)
    target.end()
    (fault,) = target.injected()
    target.close()
    assert acted is not None
    assert [*target.acted()] == [acted]
    assert fault.at_minutes == 0.75


def test_controls_are_turned_one_after_another_and_none_after_the_end() -> None:
    """What waited for another one when the drill ended is not turned any more."""
    hands = Gate()
    turner = Turner(hands, 0.0)
    for value in (0.5, 0.0):
        turner.turn("traffic-split", value)
    threading.Timer(0.2, hands.open.set).start()
    turner.finish()
    turner.close()

    assert hands.done == [("traffic-split", 0.5)]
    assert [one.value for one in turner.acted()] == [0.5]
    assert not turner.is_turning


def test_what_is_done_at_once_is_told_at_once() -> None:
    hands = Gate()
    hands.open.set()
    turner = Turner(hands, LIMIT_S)

    assert isinstance(turner.turn("traffic-split", 0.5), Acted)
    turner.close()


def test_what_our_own_sandbox_refuses_is_raised() -> None:
    class Refusing(Gate):
        def turn(self, control: str, value: Setting) -> Acted | None:
            raise RefusedError(422, "no such value")

    turner = Turner(Refusing(), LIMIT_S)
    with pytest.raises(RefusedError, match="no such value"):
        turner.turn("traffic-split", 7)
    turner.close()
