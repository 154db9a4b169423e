"""A control and a setting in; the knob of our sandbox turned, and in the end put back, out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Protocol

from generator.model import Setting
from simulator.events import Acted
from simulator.live.aftermath import State
from simulator.live.asking import Caller, UnreachableError

BACK_WITHIN_S = 15.0
"""So long a sandbox that was lost may take to be back."""
AGAIN_S = 0.25


class Hands(Protocol):
    def turn(self, control: str, value: Setting) -> Acted | None:
        """Turn it; None where there is nothing to say of it."""
        ...

    def put_back(self, before: State, now: State) -> Iterator[Acted]:
        """Turn everything to where it was; what was done."""
        ...


class SandboxHands:
    """Turns controls of our own sandbox, by its control plane."""

    def __init__(self, controls: Caller) -> None:
        self._controls = controls
        self.problems: list[str] = []

    def turn(self, control: str, value: Setting) -> Acted | None:
        """Again if the target was just being started anew; RefusedError where it will not.

        What could not be turned at all is told, so that nobody takes it for turned.
        """
        began = time.monotonic()
        while True:
            try:
                self._controls.put("controls", control, data={"value": value})
                return None
            except UnreachableError as error:
                self.problems.append(f"{control} could not be turned: {error}")
                passed_s = time.monotonic() - began
                if passed_s >= BACK_WITHIN_S:
                    return self._not_turned(control, value, passed_s)
                time.sleep(AGAIN_S)

    def put_back(self, before: State, now: State) -> Iterator[Acted]:
        """To the very values that were there. One that does not answer in time is not asked for the others."""
        is_dead = False
        was, held = (dict(state.standing.get("controls", {})) for state in (before, now))
        for control, value in was.items():
            if held.get(control) != value:
                acted = self._not_turned(control, value, 0.0) if is_dead else self.turn(control, value)
                if acted is not None:
                    is_dead = True
                    yield acted

    def _not_turned(self, control: str, value: Setting, seconds: float) -> Acted:
        why = f"the sandbox did not answer for {BACK_WITHIN_S:g} s"
        return Acted(control, value, "sandbox", "http", ok=False, status=-1, seconds=seconds, why=why)
