"""Controls and a clock in; telemetry, and apart from it the truth, out: a batch of replicas of one service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.model import PanelRows, Service
from simulator.world.draws import Draws, stream_key
from simulator.world.flow import Floats, PlacedFault
from simulator.world.outlook import Outlook, Outlooks
from simulator.world.sampling import Sampler
from simulator.world.settings import Knob, lasting, started_at
from simulator.world.telemetry import Telemetry
from simulator.world.traffic import rate_per_s, rounded_load

HISTORY_STRIDE_S = 60.0
FINE_HISTORY_S = 600.0
"""The last minutes before the drill are scraped as the drill is, so that rates are whole from the start."""


@dataclass(frozen=True, slots=True)
class Clockwork:
    """When the drill starts and how it is cut into steps."""

    week_minute: float
    step_seconds: float
    horizon_minutes: float
    longest_window_minutes: float = 0.0
    """Of the signals: the past reaches back as far."""

    @property
    def steps(self) -> int:
        """Whole steps that fit before the horizon."""
        return int(self.horizon_minutes * 60 / self.step_seconds + 1e-6)


class World:
    """One service, simulated for every seed. Step 0 is the drill's first scrape; the past is negative."""

    def __init__(
        self,
        service: Service,
        panel: PanelRows,
        *,
        knobs: Sequence[Knob],
        faults: Sequence[PlacedFault],
        seeds: Sequence[int],
        clockwork: Clockwork,
        outlooks: Outlooks | None = None,
    ) -> None:
        self.service, self.seeds, self.clockwork = service, tuple(seeds), clockwork
        self.knobs = tuple(knobs)
        self.faults = tuple(faults)
        self.outlooks = outlooks or Outlooks(service, panel, knobs, faults)
        self.codes: Floats = np.tile(self.outlooks.defaults, (len(self.seeds), 1))
        """What is in force, axes (replica, knob)."""
        self.since: Floats = np.full(self.codes.shape, -np.inf)
        """The minute at which a setting that is not the default last took effect, axes (replica, knob)."""
        self._restarts: Floats = np.zeros(len(self.seeds))
        self._remembers = any(knob.lasts_minutes is not None or knob.restarts for knob in self.knobs)
        self._kills = any(fault.course is not None for fault in self.faults)
        self.past = past_of(service, clockwork)
        future = np.arange(clockwork.steps + 1) * clockwork.step_seconds
        times = np.concatenate([self.past, future])
        sampler = Sampler(service, self.outlooks, seeds=self.seeds, times=times, past=len(self.past))
        self.telemetry = Telemetry(
            sampler.identities, replicas=len(self.seeds), times=times, keep_s=-self.past[0]
        )
        self._taken: tuple[Outlook, NDArray[np.intp], Outlook] | None = None
        self._sampler = sampler
        self.impact: Floats = np.zeros((len(self.seeds), clockwork.steps + 1))
        """Axes (replica, step): the truth, which only scores and rulers may read."""
        for position in range(len(self.past)):
            self._scrape(position)

    def rows(self, minutes: float) -> Floats:
        """The states of all replicas at a minute, with the settings in force; axes (replica, column)."""
        return state_rows(
            self.codes,
            minutes,
            knobs=self.knobs,
            faults=self.faults,
            service=self.service,
            clockwork=self.clockwork,
            since=self.since if self._remembers else None,
        )

    def turn(self, replica: int, knob: int, code: float, minutes: float) -> None:
        """A setting takes effect in one replica, at that minute."""
        self.codes[replica, knob] = code
        if code != self.knobs[knob].default:
            self.since[replica, knob] = minutes
            self._restarts[replica] += self.knobs[knob].restarts is not None

    def note(self, replica: int, knob: int, code: float, minutes: float) -> None:
        """Whoever turned it: here it is the same."""
        self.turn(replica, knob, code, minutes)

    def step(self, step: int) -> None:
        """Take the scrape of that step, with the settings now in force."""
        self.impact[:, step] = self._scrape(len(self.past) + step)

    def rest(self) -> None:
        """Nobody plays any more; here everything is on paper anyway."""

    def expect(self, step: int) -> None:
        """The impact of a step that nobody plays any more, with the settings now in force; nothing is drawn."""
        rows = self.rows(step * self.clockwork.step_seconds / 60)
        self.impact[:, step] = self.outlooks.impact(rows)

    def _scrape(self, position: int) -> Floats:
        times = self.telemetry.times
        now = times[position]
        seconds = now - times[position - 1] if position else HISTORY_STRIDE_S
        known, index = self.outlooks.of(self.rows(now / 60))
        rate = rate_per_s(self.service.profile.traffic, np.array([self.clockwork.week_minute + now / 60]))[0]
        outlook = self._take(known, index)
        if self._kills:
            self._restarts = self._restarts + self._killed((now - seconds) / 60, now / 60)
        self.telemetry.append(self._sampler.sample(position, outlook, rate * seconds, self._restarts))
        return outlook.impact

    def _take(self, known: Outlook, index: NDArray[np.intp]) -> Outlook:
        """The outlook of each replica: the very same object while nothing changes, so that nobody looks anew."""
        if (
            self._taken is None
            or known is not self._taken[0]
            or (index is not self._taken[1] and not np.array_equal(index, self._taken[1]))
        ):
            self._taken = known, index, known.take(index)
        return self._taken[2]

    def _killed(self, since: float, until: float) -> Floats:
        """How often faults have had processes restarted between two minutes, axes (replica,)."""
        started = started_at(self.knobs, self.since)
        killed, every = np.zeros(len(self.seeds)), np.ones(len(self.seeds))
        for fault in self.faults:
            killed = killed + fault.restarts(since * every, until * every, started.get(fault.node))
        return killed


def state_rows(
    codes: Floats,
    minutes: Floats | float,
    *,
    knobs: Sequence[Knob],
    faults: Sequence[PlacedFault],
    service: Service,
    clockwork: Clockwork,
    since: Floats | None = None,
) -> Floats:
    """States for ``Outlooks``, axes (replica, column); ``minutes`` is one for all, or one a replica.

    ``since``: the minute at which each setting took effect, axes as the codes; none: long ago.
    """
    at: Floats = np.broadcast_to(np.asarray(minutes, dtype=float), (len(codes),))
    load = rounded_load(rate_per_s(service.profile.traffic, clockwork.week_minute + at))
    started: Mapping[str, Floats] = {}
    if since is not None:
        started = started_at(knobs, since)
    variants = [fault.variant for fault in faults if fault.variant is not None]
    return np.column_stack(
        [
            lasting(codes, at, knobs, since),
            *(fault.intensity(at, started.get(fault.node)) for fault in faults),
            *variants[:1],
            load,
        ]
    )


def past_of(service: Service, clockwork: Clockwork) -> Floats:
    """Instants before the drill: enough for the longest window, and for labels behind their delay."""
    profile = service.profile
    windows = [*profile.drift.windows_minutes, profile.accuracy_window_minutes]
    reach = max(max(windows) + profile.labels.delay_minutes, clockwork.longest_window_minutes)
    fine = np.arange(-FINE_HISTORY_S, 0, clockwork.step_seconds)
    return np.concatenate(
        [np.arange(-(reach * 60 + HISTORY_STRIDE_S), -FINE_HISTORY_S, HISTORY_STRIDE_S), fine]
    )


def drawn_onsets(spans: Sequence[tuple[float, float]], seeds: Sequence[int]) -> Floats:
    """Onset in minutes, axes (fault, replica), uniform in each fault's span; a stream for each position."""
    draws = Draws()
    return np.array(
        [
            [
                least + (most - least) * draws.at(seed, stream_key(f"onset.{position}")).random()
                for seed in seeds
            ]
            for position, (least, most) in enumerate(spans)
        ]
    ).reshape(len(spans), len(seeds))
