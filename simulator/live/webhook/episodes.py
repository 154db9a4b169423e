"""Alerts as they are told, in any order and as often as may be, in; each firing of a signal and its end, once, out.

Alertmanager tells an alert again and again, and may tell the end of one firing after the beginning of the next. The
time at which a firing began tells them apart.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.live.webhook.message import Alert

APART = timedelta(seconds=30)
"""The clock of whoever tells an alert may be so far behind ours."""
MOST_KNOWN = 10_000
"""So many alerts are told apart; of those that are over, the oldest are forgotten first."""


@dataclass(slots=True)
class _Known:
    """The newest firing of an alert that was heard of."""

    starts: datetime
    is_over: bool


class Episodes:
    """The alerts of some signals. A signal fires while any alert of it does, as of several regions."""

    def __init__(self, opened: datetime) -> None:
        """``opened``: since when anybody listens. What began well before is nobody's business here, nor its end."""
        self._opened = opened
        self._known: dict[Hashable, _Known] = {}
        self._firing: dict[int, set[Hashable]] = {}
        self._turns: dict[int, deque[bool]] = {}
        """By signal, what has not been asked for yet: it fires, it fires no more, and so on."""

    def take(self, row: int, alert: Alert) -> bool:
        """Take what is told about a signal; False where there is no room to remember it."""
        key = (row, frozenset(alert.labels.items()))
        known, over = self._known.get(key), alert.status == "resolved"
        if known is None:
            if not self._has_room():
                return False
            self._known[key] = _Known(alert.starts, over)
            self._first(row, key, alert)
        elif alert.starts > known.starts:
            # The end of the one before may never have been told.
            self._known[key] = _Known(alert.starts, over)
            self._begin(row, key)
            if over:
                self._end(row, key)
        elif over and not known.is_over and (alert.starts == known.starts or alert.ends >= known.starts):
            # Of two servers that tell the same alert, Alertmanager takes the earlier beginning, even afterwards.
            known.is_over = True
            self._end(row, key)
        return True

    def is_older(self, alert: Alert) -> bool:
        """Whether this firing began before anybody listened."""
        return alert.starts < self._opened - APART

    def turned(self) -> list[tuple[int, bool]]:
        """For each signal, the next thing that happened to it: it fires, or fires no more. One at a time, in order."""
        return [(row, turns.popleft()) for row, turns in sorted(self._turns.items()) if turns]

    def _first(self, row: int, key: Hashable, alert: Alert) -> None:
        if alert.status == "firing" and not self.is_older(alert):
            self._begin(row, key)
        elif alert.status == "resolved" and alert.starts >= self._opened:
            # Its beginning is still on its way, or was lost: it was there all the same.
            self._begin(row, key)
            self._end(row, key)

    def _begin(self, row: int, key: Hashable) -> None:
        firing = self._firing.setdefault(row, set())
        if not firing:
            self._turns.setdefault(row, deque()).append(True)
        firing.add(key)

    def _end(self, row: int, key: Hashable) -> None:
        firing = self._firing.setdefault(row, set())
        if key in firing:
            firing.remove(key)
            if not firing:
                self._turns.setdefault(row, deque()).append(False)

    def _has_room(self) -> bool:
        if len(self._known) >= MOST_KNOWN:
            oldest = next((key for key, one in self._known.items() if one.is_over), None)
            if oldest is None:
                return False
            del self._known[oldest]
        return True
