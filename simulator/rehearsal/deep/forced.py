"""A runbook and a time in, a robot that opens it then whatever fires out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.responders.robot import IDLE, ROUSED, Robot
from simulator.responders.view import Bools, Floats, Move, Scene, View


class Forced(Robot):
    """Is told to open a runbook at its first step, once; else only its own pages call it."""

    def __init__(self, runbook: str, at_minutes: Floats) -> None:
        """``at_minutes``: axes (replica,); NaN: never."""
        self._runbook, self._due = runbook, at_minutes

    def begin(self, scene: Scene) -> Sequence[Move]:
        moves = super().begin(scene)
        rows = [row for row, ref in enumerate(scene.signals) if ref.runbook == self._runbook]
        self._pages = np.array([row for row in self._pages if row in rows], dtype=int)
        self._told: Bools = np.zeros(scene.replicas, dtype=bool)
        self._row = rows[0]
        self._first = next(
            place for place, one in enumerate(self._places) if one.runbook.runbook.id == self._runbook
        )
        return moves

    def _rouse(self, view: View) -> None:
        if len(self._pages):
            super()._rouse(view)
        self._told |= self._mode != IDLE
        told = np.flatnonzero((self._mode == IDLE) & ~self._told & (view.minutes >= self._due))
        self._mode[told] = ROUSED
        self._at[told] = self._first
        self._signal[told] = self._row
        self._until[told] = view.t
        self._told[told] = True
