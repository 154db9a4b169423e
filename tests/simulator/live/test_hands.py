"""Controls of our own sandbox are put back; one that has died is waited for once."""

from __future__ import annotations

import pytest

from simulator.live import hands
from simulator.live.aftermath import State
from simulator.live.asking import Caller, UnreachableError
from simulator.live.hands import SandboxHands

STOOD = {"split": 1.0, "safe-mode": "off", "version": "v2"}


class Plane(Caller):
    """A control plane that may have died."""

    def __init__(self, *, is_dead: bool) -> None:
        super().__init__("http://127.0.0.1:1")
        self.is_dead, self.asked = is_dead, list[str]()

    def put(self, *path: str, data: object, **_: object) -> None:
        self.asked.append(path[-1])
        if self.is_dead:
            raise UnreachableError("nobody answers")


def test_what_differs_is_put_back() -> None:
    plane = Plane(is_dead=False)
    now = State({"controls": {**STOOD, "split": 0.5}})

    assert not [*SandboxHands(plane).put_back(State({"controls": STOOD}), now)]
    assert plane.asked == ["split"]


def test_a_dead_sandbox_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not as long again for each of its controls."""
    monkeypatch.setattr(hands, "BACK_WITHIN_S", 0.0)
    plane = Plane(is_dead=True)
    acted = [*SandboxHands(plane).put_back(State({"controls": STOOD}), State())]

    assert [(one.control, one.value, one.ok) for one in acted] == [(*one, False) for one in STOOD.items()]
    assert plane.asked == ["split"]
