"""A machine in, the same machine at a pace that people can watch out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from simulator.responders.view import Move, Responder, Scene, View


class Paced:
    """Answers as ``machine`` does; waits so that the drill runs at ``speed`` times real time."""

    def __init__(
        self,
        machine: Responder,
        speed: float,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name, self.pace = machine.name, machine.pace
        self._machine, self._speed = machine, speed
        self._monotonic, self._sleep = monotonic, sleep

    def begin(self, scene: Scene) -> Sequence[Move]:
        self._started = self._monotonic()
        return self._machine.begin(scene)

    def respond(self, view: View) -> Sequence[Move]:
        return self._machine.respond(view)

    def wait(self, until_t: float) -> Iterator[Move]:
        left = self._started + until_t / self._speed - self._monotonic()
        if left > 0:
            self._sleep(left)
        return self._machine.wait(until_t)
