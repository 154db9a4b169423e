"""The truth in, the best controls out: a ruler, not a player.

From a fixed minute after the harm began it holds the settings that a search in the world found best.
It pays no minutes and asks nobody; no team can beat it by much, and none should be asked to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from generator.model import Setting
from simulator.responders.view import Floats, Move, Scene, TurnControl, View

HEAD_START_MINUTES = 1.0


class Oracle:
    name = "oracle"
    pace = "unpaced"

    def __init__(self, t0_minutes: Floats, settings: Sequence[Mapping[str, Setting]]) -> None:
        """By replica: when the harm begins (NaN: never), and the settings to hold from then on."""
        self._at = t0_minutes + HEAD_START_MINUTES
        self._settings = settings
        self._done = np.zeros(len(settings), dtype=bool)

    def begin(self, scene: Scene) -> Sequence[Move]:
        return ()

    def respond(self, view: View) -> Sequence[Move]:
        due = (view.minutes >= self._at) & ~self._done
        self._done |= due
        return [
            Move(int(replica), "oracle", TurnControl(control, value))
            for replica in np.flatnonzero(due)
            for control, value in self._settings[int(replica)].items()
        ]

    def wait(self, until_t: float) -> Iterator[Move]:
        return iter(())
