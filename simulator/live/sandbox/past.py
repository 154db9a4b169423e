"""A service that has just been born in, the healthy hours that it would have behind it out: keyed by seed."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from generator.model import Service
from simulator.live.sandbox.healthy import Healthy
from simulator.live.sandbox.labels import SLOT_S, Due, Labels
from simulator.live.sandbox.monitors import Monitors
from simulator.world.draws import Draws, stream_key
from simulator.world.flow import Floats
from simulator.world.native import Ints
from simulator.world.traffic import rate_per_s


class Past:
    """Requests drawn from the panel by its weights, as many as the hour of the week brings, up to a cap."""

    def __init__(
        self,
        service: Service,
        healthy: Healthy,
        *,
        seed: int,
        week_minute: float,
        most_per_s: float = math.inf,
    ) -> None:
        """``week_minute``: of the drill's second 0, since Monday 00:00; ``most_per_s``: the cap, in a drill second.

        A window that had more requests behind it than can come would move too slowly.
        """
        self.service, self.healthy, self.seed, self._week_minute = service, healthy, seed, week_minute
        self._draws, self._most_per_s = Draws(), most_per_s

    def rate_per_s(self, at_s: float) -> float:
        """Requests a second of the drill, at one of its seconds."""
        return float(self._rates(np.array([self._week_minute + at_s / 60]))[0])

    def _rates(self, minutes: Floats) -> Floats:
        """By minute of the week."""
        return np.minimum(rate_per_s(self.service.profile.traffic, minutes), self._most_per_s)

    def monitors(self, *, step_s: float, now_s: float) -> Monitors:
        """Monitors that have this past behind them; ``step_s``: between two scrapes."""
        monitors = Monitors(self.service, self.healthy, seed=self.seed, step_s=step_s, now_s=now_s)
        self.fill(monitors, now_s)
        return monitors

    def labelled(self, *, cases: int, now_s: float) -> Labels:
        """Labels that have this past behind them; ``cases``: of the panel."""
        profile = self.service.profile
        window_s, delay_s = profile.accuracy_window_minutes * 60, profile.labels.delay_minutes * 60
        labels = Labels(window_s=window_s, keep_s=2 * delay_s + window_s, cases=cases)
        labels.expect(self.labels(now_s))
        return labels

    def fill(self, monitors: Monitors, now_s: float) -> None:
        """The windows of the monitors, whole from the first scrape on."""
        minutes = max(self.service.profile.drift.windows_minutes)
        sliding = monitors.sliding
        slots = math.ceil(minutes * 60 / sliding.slot_s)
        slot, case = self._requests("sandbox.windows", slots, sliding.slot_s, now_s)
        sliding.fill(monitors.rows(self.healthy, slot, case, slots))

    def labels(self, now_s: float) -> Iterator[Due]:
        """Labels of all requests of the past that the accuracy window still sees, and when each comes."""
        profile = self.service.profile
        delay_s = profile.labels.delay_minutes * 60
        slots = math.ceil((profile.accuracy_window_minutes * 60 + delay_s) / SLOT_S)
        slot, case = self._requests("sandbox.labels", slots, SLOT_S, now_s)
        drawn = self._draws.at(self.seed, stream_key("sandbox.labelled")).random(len(case))
        known = drawn < profile.labels.share
        labelled = np.bincount(slot[known], minlength=slots)
        right = np.bincount(slot[known], self.healthy.right[case[known]], slots)
        begin_s = (math.floor(now_s / SLOT_S) - slots) * SLOT_S
        for place in range(slots):
            came_s = begin_s + (place + 1) * SLOT_S
            yield Due(came_s + delay_s, came_s, int(labelled[place]), int(right[place]))

    def _requests(self, stream: str, slots: int, slot_s: float, now_s: float) -> tuple[Ints, Ints]:
        """Slot and case of every request in the last so many slots; axes (request,)."""
        begin_s = (math.floor(now_s / slot_s) - slots) * slot_s
        minutes = self._week_minute + (begin_s + slot_s * (np.arange(slots) + 0.5)) / 60
        expected = self._rates(minutes) * slot_s
        generator = self._draws.at(self.seed, stream_key(stream))
        count = generator.poisson(expected)
        cases = generator.choice(len(self.healthy.weight), size=int(count.sum()), p=self.healthy.weight)
        return np.repeat(np.arange(slots), count), cases
