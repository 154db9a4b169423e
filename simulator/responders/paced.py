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
        from_t: float = 0.0,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """``from_t``: up to there, in seconds, nobody needs to watch."""
        self.name, self.pace = machine.name, machine.pace
        self._machine, self._speed, self._from_t = machine, speed, from_t
        self._started: float | None = None
        self._monotonic, self._sleep = monotonic, sleep

    def begin(self, scene: Scene) -> Sequence[Move]:
        return self._machine.begin(scene)

    def respond(self, view: View) -> Sequence[Move]:
        return self._machine.respond(view)

    def wait(self, until_t: float) -> Iterator[Move]:
        if until_t > self._from_t:
            self._sleep(max(0.0, self._left(until_t)))
        return self._machine.wait(until_t)

    def _left(self, until_t: float) -> float:
        """Wall seconds to an instant of the drill, counted from the first one that is watched."""
        if self._started is None:
            self._started = self._monotonic() - self._from_t / self._speed
        return self._started + until_t / self._speed - self._monotonic()
