"""Webhooks and telemetry in; which signals fire, by what an Alertmanager said and by nothing else, out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from generator.exports.prometheus import calls
from simulator.live.webhook.inbox import Inbox
from simulator.responders.view import SignalRef
from simulator.session.loop import Alarms
from simulator.signals.alerts import Evaluation
from simulator.world.telemetry import Telemetry


class Webhooked:
    """Alarms from elsewhere, for a batch of one. What the signals measure is read as ever: people look at it.

    Nobody is called for a signal that only informs, so no alert ever comes for it: its state is read, too.
    """

    def __init__(self, signals: Sequence[SignalRef], inbox: Inbox, *, read: Alarms) -> None:
        """``read``: what our own telemetry says."""
        self._inbox, self._read = inbox, read
        self._calls = np.array([calls(ref.signal) for ref in signals], dtype=bool)
        self._told = np.zeros((len(signals), 1), dtype=bool)

    def evaluate(self, telemetry: Telemetry) -> Evaluation:
        """What was told since the last evaluation. Of several things about one signal the first; the next follows."""
        read, turned = self._read.evaluate(telemetry), self._inbox.turned()
        for row, fires in turned:
            self._told[row] = fires
        firing = np.where(self._calls[:, None], self._told, read.firing)
        return Evaluation(
            values=read.values,
            pending=read.pending & ~firing,
            firing=firing,
            fired=tuple(
                sorted([*self._only_read(read.fired), *((row, 0) for row, fires in turned if fires)])
            ),
            resolved=tuple(
                sorted([*self._only_read(read.resolved), *((row, 0) for row, fires in turned if not fires)])
            ),
        )

    def _only_read(self, pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        return (pair for pair in pairs if not self._calls[pair[0]])
