"""Batches of drills in; what they cost beside numpy's bare draws, requests one by one, and one core, out."""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from generator.cache import Cache
from generator.model import Catalogue, CompiledRunbook, Drill, Span
from simulator.events import Unchained
from simulator.rehearsal.trials import DrillTask
from simulator.rehearsal.working import crews, running
from simulator.responders.robot import Robot
from simulator.session.loop import Session
from simulator.session.stage import Stage, set_up
from simulator.world.flow import Floats
from simulator.world.outlook import Outlook
from simulator.world.traffic import DAY_MINUTES, rate_per_s
from simulator.world.world import past_of
from tests.bench.long_way import ByRequest, Requests
from tests.bench.measure import TRIES, Row, versus
from tests.simulator.stages import FAULT_DRILL, QUIET_DRILL, whole_catalogue

RATES = (20, 100, 400)
"""Requests a second."""
WHOLE = "a service-day of a rehearsal (world, signals, robot)"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    replicas: int = 50
    minutes: float = 240
    requests_minutes: float = 60
    tasks: int = 8


def rehearsing(size: Size | None = None) -> list[Row]:
    """Rows for a state that holds, for ramps, for some rates of traffic, and for two cores."""
    size = size or Size()
    quiet, ramp = _quiet(size.minutes), _ramp(size.minutes)
    return [
        *_beside_draws(quiet, size, f"{WHOLE} while the state holds"),
        *_beside_draws(ramp, size, "the same while a fault ramps from first to last"),
        *(row for rate in RATES for row in _beside_requests(size, rate)),
        _cores(size),
    ]


def _rehearsed(catalogue: Catalogue, seeds: Sequence[int]) -> None:
    """What a task does with its batch, but for the judging; nothing is known of any state before."""
    _session(catalogue, seeds).run()


def _session(catalogue: Catalogue, seeds: Sequence[int]) -> Session:
    stage = set_up(catalogue, catalogue.drills[0].id, seeds)
    return Session(stage, Robot(), [Unchained() for _ in seeds], nonces=[""] * len(seeds))


# --- beside bare draws --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """What a world draws: the laws of one request, and how many are expected in each interval, the past included."""

    seeds: int
    expected: list[float]
    codes: Floats
    latency: Floats
    decisions: Floats
    features: Floats
    score: Floats
    model_share: float
    label_share: float
    correct: float


def _beside_draws(catalogue: Catalogue, size: Size, what: str) -> list[Row]:
    seeds = range(size.replicas)
    counts = _counts(set_up(catalogue, catalogue.drills[0].id, seeds))
    ours = functools.partial(_rehearsed, catalogue, seeds)
    peers = {
        "numpy drawing the same counts": functools.partial(_each, counts),
        "numpy drawing those of the whole batch in each call": functools.partial(_batchwise, counts),
    }
    days = len(counts.expected) * size.replicas / _scrapes_a_day(catalogue)
    rows = [versus(what, ours, peer, draw) for peer, draw in peers.items()]
    return [_a_day(row, days) for row in rows]


def _a_day(row: Row, days: float) -> Row:
    return Row(
        f"{row.what}: {days / row.ours_s:.2g} a second", row.ours_s / days, row.peer, row.peer_s / days
    )


def _counts(stage: Stage) -> Counts:
    idle = np.tile(stage.outlooks.defaults, (len(stage.seeds), 1))
    known, index = stage.outlooks.of(stage.rows(idle, 0.0)[:1])
    look: Outlook = known.take(index)
    past = past_of(stage.service, stage.clockwork)
    times = np.append(past, np.arange(stage.clockwork.steps + 1) * stage.drill.step_seconds)
    rate = rate_per_s(stage.service.profile.traffic, stage.clockwork.week_minute + times / 60)
    within = np.append(np.minimum(look.within[0], 1.0), 1.0)
    return Counts(
        seeds=len(stage.seeds),
        expected=(rate * np.diff(times, prepend=times[0] - 60.0)).tolist(),
        codes=look.codes[0] / look.codes[0].sum(),
        latency=np.maximum(np.diff(within, prepend=0.0), 0.0),
        decisions=look.decisions[0] / look.decisions[0].sum(),
        features=look.features[0] / look.features[0].sum(axis=1, keepdims=True),
        score=look.score[0] / look.score[0].sum(),
        model_share=float(look.model_share[0]),
        label_share=stage.service.profile.labels.share,
        correct=min(float(look.correct[0]), 1.0),
    )


def _each(one: Counts) -> None:
    """The draws of a world without the world: one generator, the same laws, sizes and shares."""
    rng = np.random.default_rng(0)
    for expected in one.expected:
        for _ in range(one.seeds):
            _drawn(rng, one, rng.poisson(expected), None)


def _batchwise(one: Counts) -> None:
    rng = np.random.default_rng(0)
    for expected in one.expected:
        _drawn(rng, one, rng.poisson(expected, one.seeds), one.seeds)


def _drawn(rng: np.random.Generator, one: Counts, count: Any, seeds: int | None) -> None:
    rng.multinomial(count, one.codes)
    rng.multinomial(count, one.latency)
    rng.multinomial(count, one.decisions)
    rng.binomial(count, one.model_share)
    for share in one.features:
        rng.standard_normal(seeds)
        rng.multinomial(count, share)
    rng.standard_normal(seeds)
    rng.multinomial(count, one.score)
    rng.binomial(rng.binomial(count, one.label_share), one.correct)


# --- beside requests one by one -----------------------------------------------------------------


def _beside_requests(size: Size, rate: int) -> list[Row]:
    """Drifts, signals and the robot are in both."""
    catalogue = _at_rate(_quiet(size.requests_minutes), rate)
    seeds = range(size.replicas)
    ours = functools.partial(_rehearsed, catalogue, seeds)
    batch = versus("", ours, "", functools.partial(_requested, catalogue, seeds))
    alone = versus("", ours, "", functools.partial(_requested, catalogue, seeds[:1]))
    day = DAY_MINUTES / size.requests_minutes
    what, each = f"a service-day of a rehearsal at {rate} requests/s", batch.ours_s * day / size.replicas
    return [
        Row(what, each, "by requests, drill after drill", alone.peer_s * day),
        Row(what, each, "by requests, those of all replicas at once", batch.peer_s * day / size.replicas),
    ]


def _requested(catalogue: Catalogue, seeds: Sequence[int]) -> None:
    """The same rehearsal, of which every request is simulated from the first minute on."""
    session = _session(catalogue, seeds)
    world = session.world
    world._sampler = ByRequest(world._sampler, Requests(world.service, session.stage.panel))
    session.run()


# --- beside one core ----------------------------------------------------------------------------


def _cores(size: Size) -> Row:
    catalogue = whole_catalogue()
    tasks = [
        DrillTask(catalogue, FAULT_DRILL, tuple(range(place * size.replicas, (place + 1) * size.replicas)))
        for place in range(size.tasks)
    ]
    took: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(TRIES):
        for workers, times in took.items():
            times.append(_by_the_clock(tasks, workers))
    return Row(
        f"{size.tasks} tasks of {size.replicas} drills each on two cores, by the clock on the wall",
        min(took[2]),
        "on one",
        min(took[1]),
    )


def _by_the_clock(tasks: Sequence[DrillTask], workers: int) -> float:
    """Seconds from the first task to the last result; the workers are there already."""
    warming = [replace(tasks[0], seeds=(-1 - place,)) for place in range(2 * workers)]
    with crews.processes(workers) as crew:
        running.run(warming, crew, Cache(None, ""))
        begun = time.monotonic()
        running.run(tasks, crew, Cache(None, ""))
        return time.monotonic() - begun


# --- drills -------------------------------------------------------------------------------------


def _scrapes_a_day(catalogue: Catalogue) -> float:
    return DAY_MINUTES * 60 / catalogue.drills[0].step_seconds


def _quiet(minutes: float) -> Catalogue:
    """A drill in which nothing happens."""
    drill = whole_catalogue().drill(QUIET_DRILL)
    return _with(replace(drill, horizon_minutes=minutes, faults=(), noise=(), injects=()))


def _ramp(minutes: float) -> Catalogue:
    """A drill whose fault grows from the first minute to the last."""
    drill = whole_catalogue().drill(FAULT_DRILL)
    fault = replace(
        drill.faults[0],
        onset_minutes=Span(0.0, 5.0),
        shape="linear",
        ramp_minutes=minutes,
        duration_minutes=None,
    )
    return _with(replace(drill, horizon_minutes=minutes, faults=(fault,), noise=(), injects=()))


def _with(drill: Drill) -> Catalogue:
    """The shipped catalogue with this drill alone."""
    return replace(whole_catalogue(), drills=(drill,))


def _at_rate(catalogue: Catalogue, rate: float) -> Catalogue:
    """The same with that many requests a second at any hour.

    Alarms, and how long a request keeps a worker, are such that this is usual.
    """
    (drill,) = catalogue.drills
    service = catalogue.service(drill.service)
    traffic, latency = service.profile.traffic, service.profile.latency
    busier = rate / traffic.requests_per_s
    profile = replace(
        service.profile,
        traffic=replace(traffic, requests_per_s=rate, daily_swing=0.0, weekend_factor=1.0),
        latency=replace(latency, occupancy_ms=latency.occupancy_ms / busier),
    )
    return replace(
        catalogue,
        services=tuple(
            replace(one, profile=profile) if one.id == service.id else one for one in catalogue.services
        ),
        runbooks=tuple(_busier(one, busier) for one in catalogue.runbooks),
    )


def _busier(compiled: CompiledRunbook, factor: float) -> CompiledRunbook:
    """The same runbook, where so many times as many requests are usual."""
    runbook = compiled.runbook
    signals = tuple(
        replace(one, threshold=one.threshold * factor) if one.kind == "request-rate" else one
        for one in runbook.detection.signals
    )
    return replace(compiled, runbook=replace(runbook, detection=replace(runbook.detection, signals=signals)))
