"""A service in, how often each of its signals fires on healthy days out; a drill in, how late each one is.

Both try a whole grid of thresholds and holds at once: a value is measured once, however many alarms compare it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from generator.model import Catalogue, Drill, Slo, Truth
from simulator.rehearsal.healthy.grid import EVALUATION_MINUTES, grids
from simulator.rehearsal.narrow import key_of, narrowed, without_plans
from simulator.rehearsal.values import Delays, Healthy, Point
from simulator.responders.view import SignalRef
from simulator.session.rulers import harm_minutes
from simulator.session.stage import runbooks_of, set_up, signals_of
from simulator.signals.alerts import Flags, SignalBank
from simulator.world.flow import Floats
from simulator.world.telemetry import Telemetry
from simulator.world.traffic import DAY_MINUTES, WEEKDAYS

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
STEP_SECONDS = EVALUATION_MINUTES * 60
"""Healthy days are scraped, and alarms evaluated, as in drills that do not say otherwise and as the rules ask for."""
NAMELESS = "healthy-day"

Grids = Mapping[str, tuple[Point, ...]]


@dataclass(frozen=True, slots=True)
class HealthyTask:
    """Days like that weekday on which nothing goes wrong, not even noise; each seed is one of them.

    Draws follow from the seed and the minute, so days of one seed are alike: give every day a seed of its own.
    """

    catalogue: Catalogue
    """Only what decides is kept of it."""
    service: str
    weekday: Weekday
    seeds: tuple[int, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "catalogue", without_plans(narrowed(self.catalogue, self.service, None)))

    @property
    def key(self) -> str:
        return key_of(self.catalogue, "healthy", self.weekday, list(self.seeds))

    @property
    def what(self) -> str:
        return f"{len(self.seeds)} healthy days of {self.service}, as on a {self.weekday}"

    @property
    def cost(self) -> float:
        return len(self.seeds) * DAY_MINUTES / EVALUATION_MINUTES

    @property
    def result(self) -> type[Healthy]:
        return Healthy

    def holds(self, result: object) -> bool:
        return True

    def run(self) -> Healthy:
        """Count the firings of every signal at every point.

        An alarm's state follows from the values of its last hold, so one longest hold is lived through before
        midnight, uncounted; then the day's first minutes count as any other. An alarm that still fires at midnight
        counts once more: one that never falls silent would else look like one that never fires.
        """
        catalogue = self.catalogue
        signals = signals_of(runbooks_of(catalogue, self.service))
        points = grids(signals, catalogue.service(self.service), catalogue.panels[self.service])
        before = _longest_hold(points)
        drill = _day(self.service, self.weekday, before)
        stage = set_up(replace(catalogue, drills=(drill,)), drill.id, self.seeds)
        world, alarms = stage.world(), Alarms(signals, points, len(self.seeds), stage.service.slos)
        counts = np.zeros((alarms.count, len(self.seeds)), dtype=np.intp)
        was = np.zeros(counts.shape, dtype=bool)
        # What the next midnight brings is the next day's.
        for step in range(stage.clockwork.steps):
            world.step(step)
            firing = alarms.firing(world.telemetry)
            if step * EVALUATION_MINUTES >= before:
                counts += firing & ~was
                was = firing
        return _healthy(self.service, signals, points, counts)


@dataclass(frozen=True, slots=True)
class DelayTask:
    """A drill in which nobody acts; each seed is one run.

    Tried at every point are the signals of the runbook that should be opened; where none should, those of all that
    call somebody. All others are tried as their texts have them.
    """

    catalogue: Catalogue
    """Only what decides is kept of it."""
    drill: str
    seeds: tuple[int, ...]

    def __post_init__(self) -> None:
        drill = self.catalogue.drill(self.drill)
        object.__setattr__(self, "catalogue", without_plans(narrowed(self.catalogue, drill.service, drill)))

    @property
    def key(self) -> str:
        return key_of(self.catalogue, "delays", list(self.seeds))

    @property
    def what(self) -> str:
        return f"{self.drill}, {len(self.seeds)} times with nobody at the controls"

    @property
    def cost(self) -> float:
        drill = self.catalogue.drill(self.drill)
        return len(self.seeds) * drill.horizon_minutes * 60 / drill.step_seconds

    @property
    def result(self) -> type[Delays]:
        return Delays

    def holds(self, result: object) -> bool:
        return True

    def run(self) -> Delays:
        """When every signal first fires at or after the harm, at every point; evaluated at every step of the drill."""
        stage = set_up(self.catalogue, self.drill, self.seeds)
        points = self._points(stage.signals)
        alarms = Alarms(stage.signals, points, len(self.seeds), stage.service.slos)
        harm, world = harm_minutes(stage), stage.world()
        begins = np.where(np.isnan(harm), 0.0, harm)
        late = np.full((alarms.count, len(self.seeds)), np.nan)
        for step in range(stage.clockwork.steps + 1):
            world.step(step)
            since = step * stage.clockwork.step_seconds / 60 - begins
            late = np.where(alarms.firing(world.telemetry) & (since >= 0) & np.isnan(late), since, late)
        rows = _by_signal(points, late)
        return Delays(
            drill=self.drill,
            seeds=self.seeds,
            t0_minutes=_told(harm),
            points=points,
            fired={key: tuple(map(_told, of_signal)) for key, of_signal in rows.items()},
        )

    def _points(self, signals: Sequence[SignalRef]) -> Grids:
        drill = self.catalogue.drill(self.drill)
        whole = grids(signals, self.catalogue.service(drill.service), self.catalogue.panels[drill.service])
        tried = {
            ref.key
            for ref in signals
            if ref.runbook == drill.truth.runbook
            or (drill.truth.runbook is None and ref.signal.severity != "info")
        }
        return {key: points if key in tried else points[:1] for key, points in whole.items()}


class Alarms:
    """Every signal at every one of its points, as so many alarms; rows in the order of signals, then points."""

    def __init__(
        self, signals: Sequence[SignalRef], points: Grids, replicas: int, slos: Sequence[Slo]
    ) -> None:
        alarms = [
            replace(ref.signal, threshold=point.threshold, hold_minutes=point.hold_minutes)
            for ref in signals
            for point in points[ref.key]
        ]
        self.count = len(alarms)
        self._bank = SignalBank(alarms, replicas, slos=slos)

    def firing(self, telemetry: Telemetry) -> Flags:
        """Which fire at the newest sample, axes (alarm, replica); to be asked once at every sample time."""
        return self._bank.evaluate(telemetry).firing


def _day(service: str, weekday: str, minutes_before: int) -> Drill:
    """A healthy day, and so many minutes before it, as a drill in which nothing happens."""
    start = (WEEKDAYS.index(weekday) * DAY_MINUTES - minutes_before) % (len(WEEKDAYS) * DAY_MINUTES)
    day, minute = divmod(start, DAY_MINUTES)
    return Drill(
        id=NAMELESS,
        title="",
        service=service,
        classification="",
        briefing="",
        weekday=WEEKDAYS[day],  # type: ignore[arg-type]  # they are the same words
        time=f"{minute // 60:02d}:{minute % 60:02d}",
        step_seconds=STEP_SECONDS,
        horizon_minutes=float(minutes_before + DAY_MINUTES),
        tolerance=0.0,
        faults=(),
        noise=(),
        injects=(),
        tasks=(),
        truth=Truth(None, None, ""),
    )


def _longest_hold(points: Grids) -> int:
    """Of all alarms, in whole minutes."""
    holds = [point.hold_minutes for of_signal in points.values() for point in of_signal]
    return int(np.ceil(max(holds, default=0.0)))


def _healthy(service: str, signals: Sequence[SignalRef], points: Grids, counts: np.ndarray) -> Healthy:
    """``counts``: firings, axes (alarm, day)."""
    rows = _by_signal(points, counts)
    pages = [rows[key][0].tolist() for key in pages_of(signals)]
    of_day = tuple(map(sum, zip(*pages, strict=True))) if pages else (0,) * counts.shape[1]
    return Healthy(
        service=service,
        days=float(counts.shape[1]),
        points=points,
        fired={key: tuple(of_signal.sum(axis=1).tolist()) for key, of_signal in rows.items()},
        pages=sum(of_day),
        daily={key: tuple(map(tuple, of_signal.tolist())) for key, of_signal in rows.items()},
        daily_pages=of_day,
    )


def pages_of(signals: Sequence[SignalRef]) -> tuple[str, ...]:
    """The keys of signals that page; of those that two runbooks share, one."""
    found: dict[object, str] = {}
    for ref in signals:
        signal = ref.signal
        measured = signal.kind, tuple(sorted(signal.with_.items())), signal.compare
        if signal.severity == "page":
            found.setdefault((measured, signal.threshold, signal.hold_minutes), ref.key)
    return tuple(found.values())


def _by_signal(points: Grids, rows: np.ndarray) -> Mapping[str, np.ndarray]:
    """The rows of each signal's points; axes (point, replica)."""
    ends = np.cumsum([len(of_signal) for of_signal in points.values()])
    return dict(zip(points, np.split(rows, ends[:-1]), strict=True)) if points else {}


def _told(minutes: Floats) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(one) else round(float(one), 6) for one in minutes)
