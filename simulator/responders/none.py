"""Nobody acts: what the incident does when it is left alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulator.responders.view import Move, Scene, View


class Nobody:
    name = "none"
    pace = "unpaced"

    def begin(self, scene: Scene) -> Sequence[Move]:
        return ()

    def respond(self, view: View) -> Sequence[Move]:
        return ()

    def wait(self, until_t: float) -> Iterator[Move]:
        return iter(())
