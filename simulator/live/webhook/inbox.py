"""Webhooks in, from a thread that serves; what they say of the signals of a drill out, to the thread that plays it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from generator.exports.prometheus import alert_name, calls
from simulator.live.webhook.episodes import Episodes
from simulator.live.webhook.message import Alert, Labels, Message
from simulator.responders.view import SignalRef

WATCHDOG = "DrillbookWatchdog"
"""An alert that always fires: where it arrives, others would."""
MOST_NOTES = 200


class Inbox:
    """What has been told and not been asked for. All of it may be called by several threads."""

    def __init__(self, service: str, signals: Sequence[SignalRef]) -> None:
        self._service = service
        self._rows, self._keys = _rows_of(signals), [ref.key for ref in signals]
        self._lock, self._watchdog = threading.Lock(), threading.Event()
        self._episodes = Episodes(datetime.now(UTC))
        self._strangers: set[str] = set()
        self.notes: list[str] = []
        """What came and belongs to no signal of the drill, each kind of it once."""

    def take(self, message: Message) -> int:
        """Take all of it; how many of its alerts belong to signals of the drill."""
        with self._lock:
            if message.cut:
                self._note(f"Alertmanager left out {message.cut} alerts: set max_alerts of the receiver to 0")
            return sum(self._take(alert) for alert in message.alerts)

    def turned(self) -> list[tuple[int, bool]]:
        """For each signal, the next thing that happened to it: it fires, or fires no more."""
        with self._lock:
            return self._episodes.turned()

    def note(self, text: str) -> None:
        """Keep what somebody may want to read afterwards."""
        with self._lock:
            self._note(text)

    def hears_watchdog(self, within_s: float) -> bool:
        """Whether the alert that always fires has arrived, once so many seconds have passed or earlier."""
        return self._watchdog.wait(within_s)

    def _take(self, alert: Alert) -> bool:
        if alert.labels.get("alertname") == WATCHDOG:
            if alert.status == "firing":
                self._watchdog.set()
            else:
                self._note(f"{WATCHDOG} has ended: for a while the target was not scraped, or nobody said so")
            return False
        row = self.row_of(alert.labels)
        if row is None:
            self._stranger(alert.labels)
            return False
        if alert.status == "firing" and self._episodes.is_older(alert):
            since = f"{alert.starts:%Y-%m-%d %H:%M:%S} UTC"
            self._note(f"'{self._keys[row]}' has fired since {since}, before the drill: that is left out")
        if not self._episodes.take(row, alert):
            self._note("more alerts than can be told apart: later ones are passed over")
            return False
        return True

    def row_of(self, labels: Labels) -> int | None:
        """The signal that an alert belongs to, by its labels; None: it is none of ours."""
        if labels.get("service") != self._service:
            return None
        runbook = labels.get("runbook", "")
        # Rules of earlier exports have no label for the signal; their name says it nearly as well.
        called = labels.get("signal") or labels.get("alertname", "")
        return self._rows.get((runbook, called))

    def _stranger(self, labels: Labels) -> None:
        about = (
            ", ".join(f"{name}={labels[name][:80]!r}" for name in _TOLD if name in labels)
            or "no label we know"
        )
        if about not in self._strangers and len(self._strangers) < MOST_NOTES:
            self._strangers.add(about)
            self._note(f"an alert belongs to no signal of '{self._service}' ({about})")

    def _note(self, text: str) -> None:
        if len(self.notes) < MOST_NOTES and text not in self.notes:
            self.notes.append(text)


_TOLD = ("alertname", "service", "runbook", "signal")


def _rows_of(signals: Sequence[SignalRef]) -> Mapping[tuple[str, str], int]:
    """By runbook, and by the signal's id or the name of its alert where only one is called so."""
    having = [(row, ref.runbook, ref.signal.id) for row, ref in enumerate(signals) if calls(ref.signal)]
    named: dict[tuple[str, str], list[int]] = {}
    for row, runbook, id in having:
        named.setdefault((runbook, alert_name(id)), []).append(row)
    by_name = {key: rows[0] for key, rows in named.items() if len(rows) == 1}
    return {**by_name, **{(runbook, id): row for row, runbook, id in having}}
