"""However a drill ends, its faults end, what it turned is turned back, and whoever plays is told what is not."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from generator.model import Setting
from simulator.events import WORLD, Acted, Event, Injected, Inspected, Recorder
from simulator.live.aftermath import Places, State
from simulator.live.asking import Caller
from simulator.live.injecting import Injector
from simulator.live.leaving import Leaving, interruptible
from simulator.live.target import LiveTarget, Parts
from tests.simulator.stages import whole_catalogue

SERVICE = whole_catalogue().service("delay-predictor")
SPLIT, VERSION = "traffic-split", "model-version"


class Own(Caller):
    """The load and the proxy; what they were told."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1")
        self.told: list[str] = []

    def get(self, *path: str) -> Any:
        return {"steps": [], "leases": [], "entries": [], "next": 0, "trouble": "", "gives_up_s": 1.0}

    def verbatim(self, where: str, *, data: object | None = None) -> bytes:
        return b"well"

    def delete(self, *path: str) -> Any:
        self.told.append(f"delete {'/'.join(path)}")
        return {}


class Knobs:
    """Two controls that were turned; turning one back may be interrupted, or fail."""

    def __init__(self, own: Own) -> None:
        self._own = own
        self.turned = [SPLIT, VERSION]
        self.interrupted_at: list[str] = []
        self.asked, self.goes_on = threading.Event(), threading.Event()
        """A control is being turned; that may end."""
        self.fails = ""

    def turn(self, control: str, value: Setting) -> Acted | None:
        self.asked.set()
        assert self.goes_on.wait(60)
        self._own.told.append(f"order {control}")
        return None

    def put_back(self, before: State, now: State) -> Iterator[Acted]:
        for control in reversed([*self.turned]):
            if control in self.interrupted_at:
                self.interrupted_at.remove(control)
                raise KeyboardInterrupt
            ok = control != self.fails
            if ok:
                self.turned.remove(control)
            self._own.told.append(f"turn {control}")
            value, why = SERVICE.control(control).default, "" if ok else "it answered 503"
            yield Acted(control, value, "staging", "http", ok, 200 if ok else 503, 0.1, why=why)

    def left(self) -> Sequence[str]:
        return [f"{control} is left" for control in self.turned]


def _given(*, is_ours: bool = False) -> tuple[Own, Knobs, LiveTarget, list[str]]:
    own = Own()
    knobs = Knobs(own)
    parts = Parts(
        sample=lambda: np.ones(2),
        width=2,
        step_s=15.0,
        apart_s=0.1,
        load=own,
        hands=knobs,
        injector=Injector([], own),
        looked_at=Places(own, control=own if is_ours else None, health="/health"),
        left=knobs.left,
    )
    return own, knobs, LiveTarget(parts), []


def _left(
    target: LiveTarget, said: list[str], events: Sequence[Event] = ()
) -> list[Injected | Acted | Inspected]:
    with Leaving(target, State(), SERVICE, say=said.append) as leaving:
        return [*leaving.leave(events)]


def test_faults_end_before_anything_is_turned_back() -> None:
    own, _, target, said = _given()
    found = _left(target, said)

    assert own.told == ["delete leases", f"turn {VERSION}", f"turn {SPLIT}"]
    assert [type(one) for one in found] == [Acted, Acted, Inspected]
    assert found[-1] == Inspected("clean")
    assert said == []


def test_a_control_that_could_not_be_turned_back_is_no_clean_target() -> None:
    """Five probes may well answer as before."""
    _, knobs, target, said = _given()
    knobs.fails = SPLIT
    inspected = _left(target, said)[-1]

    assert isinstance(inspected, Inspected)
    assert inspected.verdict == "dirty"
    assert f"'{SPLIT}' in 'staging' could not be turned back" in inspected.differences[0]
    assert "it answered 503" in inspected.differences[0]
    assert said == [f"{SPLIT} is left"]


def test_what_was_turned_by_hand_is_told_to_be_turned_back_by_hand() -> None:
    _, knobs, target, said = _given()
    knobs.turned.clear()
    recorder, control = Recorder(), SERVICE.control(SPLIT)
    other = next(value for value in control.values if value != control.default)
    recorder.append(0.0, WORLD, Acted(SPLIT, other, "staging", "outside", ok=True, status=0, seconds=0.0))
    inspected = _left(target, said, recorder.events)[-1]

    assert isinstance(inspected, Inspected)
    assert inspected.verdict == "dirty"
    assert f"'{SPLIT}' may still be turned in 'staging'" in inspected.differences[0]

    recorder.append(
        1.0, WORLD, Acted(SPLIT, control.default, "staging", "outside", ok=True, status=0, seconds=0.0)
    )
    assert _left(target, said, recorder.events)[-1] == Inspected("clean")


def test_whoever_interrupts_it_once_is_told_and_everything_is_turned_back() -> None:
    _, knobs, target, said = _given()
    knobs.interrupted_at = [SPLIT]
    found = _left(target, said)

    assert [one.control for one in found if isinstance(one, Acted)] == [VERSION, SPLIT]
    assert "still being turned back" in said[0]
    assert knobs.turned == []


def test_whoever_interrupts_it_twice_is_told_what_is_left() -> None:
    _, knobs, target, said = _given()
    knobs.interrupted_at = [SPLIT, SPLIT]
    with pytest.raises(KeyboardInterrupt):
        _left(target, said)

    assert said[-1] == f"{SPLIT} is left"


def _turning(target: LiveTarget, knobs: Knobs) -> None:
    """Until a control is being turned."""
    target.turn(SPLIT, 0.0, 0.0)
    assert knobs.asked.wait(60)


def test_what_is_still_being_turned_is_waited_for_and_that_is_said() -> None:
    """A roll-out that is under way would come after what turns it back."""
    own, knobs, target, said = _given()
    _turning(target, knobs)

    def say(line: str) -> None:
        said.append(line)
        knobs.goes_on.set()

    with Leaving(target, State(), SERVICE, say=say) as leaving:
        assert [*leaving.leave(())]
    target.close()

    assert "still being turned: nothing is turned back before that is over" in said[0]
    assert own.told == ["delete leases", f"order {SPLIT}", f"turn {VERSION}", f"turn {SPLIT}"]


def test_whoever_does_not_wait_for_that_is_told_what_is_left() -> None:
    """Nothing is called turned back that a roll-out may still turn."""
    own, knobs, target, said = _given()
    _turning(target, knobs)

    def say(line: str) -> None:
        said.append(line)
        if "still being turned: nothing" in line:
            raise KeyboardInterrupt

    with pytest.raises(RuntimeError), Leaving(target, State(), SERVICE, say=say):
        raise RuntimeError
    knobs.goes_on.set()
    target.close()

    assert not any("was turned back" in line for line in said)
    assert said[2:] == [f"{SPLIT} is left", f"{VERSION} is left"]
    assert not any(line.startswith("turn") for line in own.told)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, SystemExit])
def test_a_drill_that_breaks_off_turns_back_what_it_turned(error: type[BaseException]) -> None:
    """A bug of ours, a run that somebody else has ended, a full disk: the team's controls are theirs again."""
    own, knobs, target, said = _given()
    knobs.fails = VERSION
    with pytest.raises(error), Leaving(target, State(), SERVICE, say=said.append):
        raise error

    assert own.told == ["delete leases", f"turn {VERSION}", f"turn {SPLIT}"]
    assert said[0].startswith("The drill has broken off")
    assert f"'{VERSION}' in 'staging' could not be turned back" in said[1]
    assert said[2:] == [
        f"'{SPLIT}' in 'staging' was turned back to {SERVICE.control(SPLIT).default}",
        f"{VERSION} is left",
    ]


def test_a_drill_in_our_own_sandbox_that_breaks_off_turns_nothing_back() -> None:
    """It ends with the drill; where it has ended already, nobody waits for it."""
    own, _, target, said = _given(is_ours=True)
    with pytest.raises(RuntimeError), Leaving(target, State(), SERVICE, say=said.append):
        raise RuntimeError

    assert own.told == []


def test_what_was_turned_by_hand_and_can_be_read_is_compared() -> None:
    """Whoever turned it back without saying so is not asked to do it again."""
    _, knobs, target, said = _given()
    knobs.turned.clear()
    recorder = Recorder()
    recorder.append(0.0, WORLD, Acted(SPLIT, 0.0, "staging", "outside", ok=True, status=0, seconds=0.0))
    before = State({"controls": {SPLIT: 0.5}})
    with Leaving(target, before, SERVICE, say=said.append) as leaving:
        inspected = [*leaving.leave(recorder.events)][-1]

    assert isinstance(inspected, Inspected)
    assert inspected.differences == (f"controls.{SPLIT} is nothing, and was 0.5 before the drill",)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_drill_that_is_asked_to_end_is_interrupted(number: signal.Signals) -> None:
    """By a job that is cancelled, or a terminal that is closed: both would leave controls turned."""
    before = signal.signal(number, signal.SIG_DFL)
    try:
        with pytest.raises(KeyboardInterrupt), interruptible():
            os.kill(os.getpid(), number)

        assert signal.getsignal(number) == signal.SIG_DFL
    finally:
        signal.signal(number, before)


def test_who_was_told_to_outlive_the_terminal_does() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_terminal_that_is_gone_is_in_nobodys_way() -> None:
    _, knobs, target, _ = _given()

    def gone(line: str) -> None:
        raise OSError("input/output error")

    with pytest.raises(RuntimeError), Leaving(target, State(), SERVICE, say=gone):
        raise RuntimeError

    assert knobs.turned == []
