"""What back-tests measure, held against what is known of it: exact where a formula is, else request by request.

Every tolerance is ``Z`` standard errors of the very sample that is compared, and nothing else.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from generator.model import Catalogue, Signal, Slo
from simulator.rehearsal.healthy.backtest import STEP_SECONDS, HealthyTask
from simulator.rehearsal.values import Point
from simulator.signals.alerts import SignalBank
from simulator.world.drift import psi, quantile_bins
from simulator.world.outlook import as_released_by
from simulator.world.queue import queue_of
from simulator.world.telemetry import Floats, Telemetry, series
from tests.generator.exports.catalogues import signal
from tests.simulator.stages import FAULT_DRILL, catalogue, stage

Z = 4.0
"""Of a right simulation, one comparison in 16,000 is further off."""
REQUESTS = 100
"""A second."""
BUDGET = 0.001
LONG_MINUTES, SHORT_MINUTES, BURN = 60, 5, 14.4


def _page() -> Signal:
    return signal(
        "burn", "burn-rate", threshold=BURN, hold_minutes=0,
        with_={"slo": "no-errors", "long_minutes": LONG_MINUTES, "short_minutes": SHORT_MINUTES},
    )  # fmt: skip


@pytest.mark.parametrize(("errors", "seconds"), [(1.0, 51.84), (0.1, 518.4)])
def test_a_burn_rate_pages_when_the_budget_of_its_window_is_burnt(errors: float, seconds: float) -> None:
    """14.4 times over an hour at 99.9 %: 51.84 s after everything fails, 518.4 s when a tenth does.

    A page needs more failures than 14.4 budgets of an hour, so it comes with failure number 5,185; the mean number of
    requests until then is exactly 5,185 / errors (negative binomial), and scrapes come every second. The formula W burn
    (1 - SLO) / errors is that without the last failure.
    """
    assert LONG_MINUTES * 60 * BURN * BUDGET / errors == pytest.approx(seconds)
    replicas = 200
    healthy = LONG_MINUTES * 60 + 1
    steps = healthy + int(2 * seconds)
    failed = np.zeros((replicas, steps))
    failed[:, healthy:] = np.random.default_rng(5).binomial(
        REQUESTS, errors, size=(replicas, steps - healthy)
    )
    counters = np.stack([REQUESTS - failed, failed]).cumsum(axis=2)

    fired = _first_firing(counters, after=healthy)

    needed = math.floor(BURN * BUDGET * REQUESTS * LONG_MINUTES * 60 + 1e-6) + 1
    exact = needed / errors / REQUESTS
    error = fired.std(ddof=1) / math.sqrt(replicas)
    # A scrape a second sees the failure up to a second late.
    assert exact - Z * error <= fired.mean() <= exact + 1 + Z * error
    assert abs(fired.mean() - seconds) < 1 + Z * error


def _first_firing(counters: Floats, *, after: int) -> Floats:
    """Seconds from ``after`` to the first page, by replica; counters have axes (code, replica, second)."""
    codes = [series("model_inference_requests_total", code=code) for code in ("200", "503")]
    _, replicas, steps = counters.shape
    telemetry = Telemetry(codes, replicas=replicas, times=np.arange(steps, dtype=float))
    bank = SignalBank([_page()], replicas, slos=[Slo("no-errors", "", objective=1 - BUDGET, window_days=28)])
    fired = np.full(replicas, np.nan)
    for step in range(steps):
        telemetry.append(counters[:, :, step])
        if step >= after:
            firing = bank.evaluate(telemetry).firing[0]
            fired = np.where(firing & np.isnan(fired), step - after + 1, fired)
    assert not np.isnan(fired).any()
    return fired


@pytest.mark.parametrize("used", [0.5, 0.8])
def test_the_slowest_of_a_hundred_at_a_queue_take_as_long_as_the_formula_says(used: float) -> None:
    """M/M/1: 99 of 100 stay within ln 100 / (1 - utilisation) service times, simulated request by request (Lindley)."""
    rng = np.random.default_rng(6)
    queues, requests, settling = 400, 6_000, 2_000
    service_s = rng.exponential(1.0, size=(requests, queues))
    gaps = rng.exponential(1 / used, size=(requests, queues))
    waiting, sojourn = np.zeros(queues), np.empty((requests, queues))
    for request in range(requests):
        waiting = np.maximum(0.0, waiting - gaps[request])
        sojourn[request] = waiting + service_s[request]
        waiting = sojourn[request]
    within = sojourn[settling:] <= math.log(100) / (1 - used)

    share = within.mean(axis=0)
    assert abs(share.mean() - 0.99) < Z * share.std(ddof=1) / math.sqrt(queues)


def test_the_world_slows_down_as_that_formula_does() -> None:
    """Its latencies are those of its profile times (1 - usual) / (1 - utilisation), at every quantile."""
    drawn = stage(FAULT_DRILL, [0])
    outlooks = drawn.outlooks
    times, traffic = drawn.service.profile.latency, drawn.service.profile.traffic
    usual = traffic.requests_per_s * times.occupancy_ms / 1000 / times.workers
    loads = traffic.requests_per_s * np.array([0.5, 1.0, 0.9 / usual])
    rows = np.tile(np.append(outlooks.defaults, [0.0] * len(drawn.faults) + [0.0]), (len(loads), 1))
    rows[:, -1] = loads
    settings = as_released_by(drawn.service, rows, drawn.knobs)
    passage = outlooks.graph.run(settings, (), np.zeros((len(loads), 0)))

    found = queue_of(drawn.service, settings, passage, loads, outlooks.graph.weight)

    used = loads * times.occupancy_ms / 1000 / times.workers
    np.testing.assert_allclose(found.slowdown, (1 - usual) / (1 - used), rtol=1e-12)
    np.testing.assert_allclose(found.refused, 0.0)


@pytest.mark.parametrize(("window", "known"), [(50, 0.77), (100, 0.32), (200, 0.019)])
def test_psi_of_few_requests_is_drift_that_is_none(window: int, known: float) -> None:
    """Ten bins, 10,000 in the reference: how often PSI passes 0.1 though nothing moved.

    The chi-square of large samples does not hold here, so it is held against requests that are drawn one by one, put
    into bins by comparison and counted, with PSI from its definition.
    """
    worlds, bins, reference = 4_000, 10, 10_000
    rng = np.random.default_rng(7)
    edges = quantile_bins(np.arange(1.0, 1001.0), np.ones(1000), bins)
    assert edges.count == bins
    counts = rng.multinomial(window, np.full(bins, 1 / bins), size=worlds).astype(float)
    base = rng.multinomial(reference, np.full(bins, 1 / bins), size=worlds).astype(float)
    ours = psi(base, counts, np.ones(bins)) > 0.1

    theirs = np.array([_psi_of_requests(rng, window=window, reference=reference) > 0.1 for _ in range(1_000)])

    error = math.sqrt(ours.var() / len(ours) + theirs.var() / len(theirs))
    assert abs(ours.mean() - theirs.mean()) < Z * error
    assert abs(ours.mean() - known) < Z * math.sqrt(ours.var() / len(ours)) + 0.005


def _psi_of_requests(rng: np.random.Generator, *, window: int, reference: int) -> float:
    """From single requests, by the definition, smoothed by half a request a bin."""
    edges = np.arange(0.1, 0.95, 0.1)
    shares = []
    for size in (reference, window):
        values = rng.random(size)
        counts = np.array(
            [
                np.sum((values >= low) & (values < high))
                for low, high in zip([0, *edges], [*edges, 1], strict=True)
            ]
        )
        shares.append((counts + 0.5) / (size + 5))
    p, q = shares
    return float(np.sum((q - p) * np.log(q / p)))


# --- windows that slide ------------------------------------------------------------------------------

FAILING, A_SECOND, WINDOW_MINUTES, LINE = 0.02, 2.0, 5, 0.028
"""Requests that fail, requests a second, and a line that their share over five minutes crosses now and then."""
HOLDS = (0.0, 0.5, 1.0, 2.0)
DAYS_OF_WORLD, DAYS_OF_REQUESTS = 8, 60


def test_a_sliding_window_cries_wolf_as_often_as_single_requests_do() -> None:
    """The mean time between false alarms of healthy days, with and without several evaluations in a row.

    Windows that overlap are alike, so the formula for independent values is off, both ways: by it alarms come four
    times too often without a hold, and a thousand times too seldom with one of a minute.
    """
    found = HealthyTask(_sliding(), "fraud-scorer", "monday", tuple(range(DAYS_OF_WORLD))).run()
    (key,) = found.points
    rng = np.random.default_rng(12)
    requests = [_over_the_line(rng) for _ in range(DAYS_OF_REQUESTS)]
    share = float(np.mean([over.mean() for over in requests]))
    off = {}

    for hold in HOLDS:
        ours = np.array(found.daily[key][found.points[key].index(Point(LINE, hold))], dtype=float)
        theirs = np.array([_alarms(over, hold) for over in requests], dtype=float)
        error = math.hypot(_error_of_gap(ours), _error_of_gap(theirs))
        assert abs(_gap_minutes(ours) - _gap_minutes(theirs)) < Z * error
        in_a_row = round(hold * 60 / STEP_SECONDS) + 1
        independent = STEP_SECONDS / 60 / (share**in_a_row * (1 - share))
        off[hold] = independent / _gap_minutes(theirs)

    # The formula's time between alarms, in those of single requests.
    assert 0.2 < off[0.0] < 0.28
    assert 13 < off[0.5] < 20
    assert off[1.0] > 1000


def _sliding() -> Catalogue:
    """One page on the share of requests that fail, of a service whose traffic is the same at all hours."""
    shipped = catalogue()
    (compiled,), whole = shipped.runbooks, shipped.service("fraud-scorer")
    page = signal(
        "errors", "error-ratio", threshold=LINE, hold_minutes=1.0, with_={"window_minutes": WINDOW_MINUTES}
    )
    detection = replace(compiled.runbook.detection, signals=(page,))
    even = replace(whole.profile.traffic, requests_per_s=A_SECOND, daily_swing=0.0, weekend_factor=1.0)
    service = replace(whole, profile=replace(whole.profile, error_ratio=FAILING, traffic=even))
    changed = replace(compiled, runbook=replace(compiled.runbook, detection=detection))
    return replace(shipped, runbooks=(changed,), services=(service,))


def _over_the_line(rng: np.random.Generator) -> NDArray[np.bool_]:
    """Of every evaluation of a day and of the longest hold before it, whether the share is over the line.

    Requests come at random moments; each fails or does not; those of the last minutes are counted.
    """
    before, window_s = max(HOLDS) * 60, WINDOW_MINUTES * 60
    seconds = window_s + before + 24 * 3600
    came = np.sort(rng.uniform(0.0, seconds, rng.poisson(A_SECOND * seconds)))
    failed = np.append(0, np.cumsum(rng.random(len(came)) < FAILING))
    evaluated = np.arange(window_s, seconds, STEP_SECONDS)
    until, since = (came.searchsorted(evaluated - ago, side="right") for ago in (0.0, window_s))
    over: NDArray[np.bool_] = failed[until] - failed[since] > LINE * (until - since)
    return over


def _alarms(over: NDArray[np.bool_], hold_minutes: float) -> int:
    """How often so many in a row begin from midnight on; one that fires at midnight counts."""
    in_a_row, longest = (round(minutes * 60 / STEP_SECONDS) + 1 for minutes in (hold_minutes, max(HOLDS)))
    rows = np.lib.stride_tricks.sliding_window_view(over[longest - in_a_row :], in_a_row)
    firing = np.asarray(rows.all(axis=1))
    return int(firing[0]) + int(np.count_nonzero(firing[1:] & ~firing[:-1]))


def _gap_minutes(daily: Floats) -> float:
    """The mean time between alarms."""
    return 24 * 60 / float(daily.mean())


def _error_of_gap(daily: Floats) -> float:
    """Of the days' spread, by the delta method."""
    return _gap_minutes(daily) * float(daily.std(ddof=1)) / math.sqrt(len(daily)) / float(daily.mean())
