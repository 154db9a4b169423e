"""Amounts as they come in, what there was over the last so many seconds out: in slots, so that nothing old lingers."""

from __future__ import annotations

import math

import numpy as np

from simulator.world.flow import Floats


class Sliding:
    """Sums over windows that slide by one slot at a time. A slot's own sums are kept, never running totals:

    one monstrous value would spoil a total for good, and leaves a sum with its slot.
    """

    def __init__(self, width: int, *, slot_s: float, reach_s: float, now_s: float) -> None:
        """``width``: amounts side by side; ``reach_s``: of the longest window; times in one clock's seconds."""
        self.slot_s = slot_s
        self._rows: Floats = np.zeros((math.ceil(reach_s / slot_s) + 1, width))
        self._slot = self.slot_of(now_s)
        self.row: list[float] = [0.0] * width
        """Of the slot that runs, to be added to."""

    def slot_of(self, now_s: float) -> int:
        return math.floor(now_s / self.slot_s)

    def advance(self, now_s: float) -> None:
        """Let time pass: finished slots are put away."""
        slot, size = self.slot_of(now_s), len(self._rows)
        if slot <= self._slot:
            return
        self._rows[self._slot % size] = self.row
        for idle in range(max(self._slot + 1, slot - size), slot):
            self._rows[idle % size] = 0.0
        self._slot, self.row = slot, [0.0] * len(self.row)

    def fill(self, past: Floats) -> None:
        """What there was in the slots before the first, the newest last; axes (slot, amount)."""
        for back, row in enumerate(past[::-1][: len(self._rows) - 1], 1):
            self._rows[(self._slot - back) % len(self._rows)] = row

    def since(self, now_s: float, seconds: float) -> Floats:
        """Of each amount, what there was in so many seconds, the slot that runs included; axes (amount,)."""
        self.advance(now_s)
        first = self._slot - min(max(round(seconds / self.slot_s), 1), len(self._rows)) + 1
        finished = np.arange(first, self._slot) % len(self._rows)
        total: Floats = self._rows[finished].sum(axis=0) + np.asarray(self.row)
        return total
