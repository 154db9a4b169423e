"""Decisions and the labels that come back later in; how many of them agree, and how old the newest is, out."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass

SLOT_S = 15.0
MOST_WAITING = 500_000
"""Decisions that are remembered; older ones get no label any more."""


@dataclass(frozen=True, slots=True)
class Due:
    """Labels of requests of the past, which come by themselves."""

    at_s: float
    came_s: float
    """When the newest of the requests had come."""
    labelled: int
    right: int


class Labels:
    """All times in seconds of the drill."""

    def __init__(self, *, window_s: float, keep_s: float, cases: int) -> None:
        """``keep_s``: for so long a decision waits for its label; ``cases``: of the panel."""
        self._window_s, self._keep_s, self._cases = window_s, keep_s, cases
        self._waiting: OrderedDict[str, int] = OrderedDict()
        """By request, in the order of coming: slot, case and decision in one number."""
        self._slots: dict[int, list[int]] = {}
        """By the slot in which requests came: labelled, right."""
        self._newest_s = math.nan
        self._due: deque[Due] = deque()
        self.told: dict[int, int] = {}
        """By case, the last label that somebody sent of it."""

    def expect(self, due: Iterable[Due]) -> None:
        """Labels that will come by themselves, the next first."""
        self._due.extend(due)

    def decided(self, request: str, case: int | None, *, block: bool, now_s: float) -> None:
        """A decision waits for its label."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popitem(last=False)
        self._waiting.pop(request, None)
        place = 0 if case is None else case + 1
        slot = math.floor(now_s / SLOT_S)
        self._waiting[request] = ((slot * (self._cases + 1) + place) << 1) | int(block)

    def learn(self, request: str, label: int) -> bool:
        """What was right; False when no such request waits."""
        kept = self._waiting.pop(request, None)
        if kept is None:
            return False
        slot, place = divmod(kept >> 1, self._cases + 1)
        if place:
            self.told[place - 1] = label
        self._add(slot, 1, int((kept & 1) == label), slot * SLOT_S)
        return True

    def gauges(self, now_s: float) -> tuple[float, float]:
        """Accuracy among the labelled requests of the window that ends with the newest of them; its age.

        NaN when there is no label.
        """
        while self._due and self._due[0].at_s <= now_s:
            due = self._due.popleft()
            self._add(math.ceil(due.came_s / SLOT_S) - 1, due.labelled, due.right, due.came_s)
        self._forget(now_s)
        if not self._slots:
            return math.nan, now_s - self._newest_s
        last = max(self._slots)
        window = range(last - round(self._window_s / SLOT_S) + 1, last + 1)
        counted = [self._slots[slot] for slot in window if slot in self._slots]
        labelled, right = (sum(column) for column in zip(*counted, strict=True))
        return right / labelled, now_s - self._newest_s

    def _add(self, slot: int, labelled: int, right: int, came_s: float) -> None:
        if labelled:
            kept = self._slots.setdefault(slot, [0, 0])
            kept[0] += labelled
            kept[1] += right
            self._newest_s = came_s if math.isnan(self._newest_s) else max(self._newest_s, came_s)

    def _forget(self, now_s: float) -> None:
        oldest = math.floor((now_s - self._keep_s) / SLOT_S)
        while self._waiting:
            request, kept = self._waiting.popitem(last=False)
            if (kept >> 1) // (self._cases + 1) >= oldest:
                self._waiting[request] = kept
                self._waiting.move_to_end(request, last=False)
                break
        for slot in [slot for slot in self._slots if slot < oldest]:
            del self._slots[slot]
