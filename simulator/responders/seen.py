"""The events of a record in, the scrape as participants saw it out: what the session shows, without its world."""

from __future__ import annotations

import numpy as np

from simulator.events import AlertChanged, ControlTookEffect, Event, Observed
from simulator.responders.view import Scene, View


class Seen:
    """Follows a record of one drill; its views say what those of the session said, as exactly as a record does."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._rows = {ref.key: row for row, ref in enumerate(scene.signals)}
        self._places = {control.id: place for place, control in enumerate(scene.service.controls)}
        self._above = np.array([[ref.signal.compare == "above"] for ref in scene.signals], dtype=bool)
        self._limits = np.array([[ref.signal.threshold] for ref in scene.signals], dtype=float)
        rows = (len(scene.signals), 1)
        self._t = 0.0
        self._values = np.full(rows, np.nan)
        self._firing = np.zeros(rows, dtype=bool)
        self._crossed = np.full(rows, np.nan)
        self._in_force = [control.default for control in scene.service.controls]

    def follow(self, event: Event) -> None:
        """Take in what was recorded."""
        match event.payload:
            case Observed(signals):
                self._t = event.t
                self._values = np.full_like(self._values, np.nan)
                for key, value in signals.items():
                    if value is not None and key in self._rows:
                        self._values[self._rows[key]] = value
                beyond = np.where(self._above, self._values > self._limits, self._values < self._limits)
                self._crossed = np.where(beyond, np.fmin(self._crossed, event.t), np.nan)
            case AlertChanged() as alert if alert.signal in self._rows:
                self._firing = self._firing.copy()
                self._firing[self._rows[alert.signal]] = alert.state == "firing"
            case ControlTookEffect(control, value) if control in self._places:
                self._in_force = [*self._in_force]
                self._in_force[self._places[control]] = value

    def view(self) -> View:
        """The last scrape, and the alarms and controls since."""
        return View(self._t, self._values, self._firing, self._crossed, [self._in_force])
