"""Back-tests count what a pager would: false alarms of healthy days, and how late an alarm is in a drill."""

from __future__ import annotations

import functools
import math
import pickle
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from generator.exports import prometheus
from generator.model import Catalogue, Signal
from simulator.events import AlertChanged, Revealed
from simulator.rehearsal.healthy.backtest import STEP_SECONDS, DelayTask, HealthyTask
from simulator.rehearsal.values import Delays, Healthy
from simulator.session.play import play_machine
from simulator.session.stage import set_up
from simulator.signals import request_rate
from simulator.signals.alerts import AlertStates
from simulator.world.telemetry import Floats, Telemetry
from tests.simulator.stages import FAULT_DRILL, QUIET_DRILL, catalogue, whole_catalogue

Z = 4.5
"""Standard errors that chance may take: of a right simulation, one of the hundred comparisons here in 1,500 times."""
A_DAY = 24 * 3600 / STEP_SECONDS
MEAN = catalogue().service("fraud-scorer").profile.traffic.requests_per_s


def _with_signals(
    change: Callable[[tuple[Signal, ...]], tuple[Signal, ...]], of: Catalogue | None = None
) -> Catalogue:
    """The first runbook with other signals; its service has no other runbook."""
    shipped = of or catalogue()
    (compiled,) = shipped.runbooks
    detection = replace(compiled.runbook.detection, signals=change(compiled.runbook.detection.signals))
    changed = replace(compiled, runbook=replace(compiled.runbook, detection=detection))
    return replace(shipped, runbooks=(changed,))


def _rate_above(threshold: float, hold_minutes: float = 0.0) -> Catalogue:
    """One page of the first runbook, on its rate of requests, and nothing else."""

    def change(signals: tuple[Signal, ...]) -> tuple[Signal, ...]:
        rate = replace(signals[0], kind="request-rate", with_={"window_minutes": 1}, severity="page")
        return (replace(rate, threshold=threshold, hold_minutes=hold_minutes),)

    return _with_signals(change)


@functools.cache
def _day(seed: int) -> Healthy:
    return HealthyTask(_rate_above(MEAN, hold_minutes=10), "fraud-scorer", "monday", (seed,)).run()


# --- false alarms, where they are known exactly ------------------------------------------------------


@pytest.mark.parametrize(("sigmas", "in_a_row"), [(3.0, 1), (2.0, 2), (1.5, 3), (0.5, 5)])
def test_the_first_false_alarm_comes_when_the_formula_says(sigmas: float, in_a_row: int) -> None:
    """Independent values fire after (1 - p^k) / ((1 - p) p^k) of them in the mean (Feller 1968, XIII.7).

    Two-sided control limits at three standard deviations, Shewhart's chart, run for 370.4 values.
    """
    p = math.erfc(sigmas / math.sqrt(2))
    exact = (1 - p**in_a_row) / ((1 - p) * p**in_a_row)
    if (sigmas, in_a_row) == (3.0, 1):
        assert exact == pytest.approx(370.4, abs=0.05)
    charts, rng = 4000, np.random.default_rng(11)
    (one,) = _rate_above(sigmas, hold_minutes=in_a_row - 1.0).runbooks[0].runbook.detection.signals
    states, first = AlertStates([one], charts), np.full(charts, np.nan)

    value = 0
    while np.isnan(first).any():
        value += 1
        firing = states.advance(value * 60.0, np.abs(rng.standard_normal((1, charts)))).firing[0]
        first = np.where(firing & np.isnan(first), value, first)

    error = first.std(ddof=1) / math.sqrt(charts)
    assert abs(first.mean() - exact) <= Z * error


def test_a_day_has_as_many_false_alarms_as_independent_values_give(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every point of the grid: k values in a row above the line fire p^k (1 + (n - 1)(1 - p)) times in n values.

    Each value but the first must come after one below the line; one that fires at midnight counts at once. The
    spread is at most that of as many events that come one by one.
    """

    class MadeUp:
        @staticmethod
        def value(telemetry: Telemetry, parameters: object) -> Floats:
            rng, replicas = np.random.default_rng(telemetry.length), telemetry.values.shape[1]
            return np.array(rng.standard_exponential(replicas))

    monkeypatch.setattr(request_rate, "value", MadeUp.value)
    # Two days of a page that comes fifty times a day.
    found = HealthyTask(_rate_above(1.5, hold_minutes=0.5), "fraud-scorer", "sunday", (0, 1)).run()

    (key,) = found.points
    tried = list(zip(found.points[key], found.fired[key], strict=True))
    for point, count in tried:
        in_a_row = round(point.hold_minutes * 60 / STEP_SECONDS) + 1
        p = math.exp(-point.threshold)
        exact = found.days * p**in_a_row * (1 + (A_DAY - 1) * (1 - p))
        assert abs(count - exact) <= Z * math.sqrt(exact) + 1
    assert len(tried) > 50
    assert found.pages == found.fired[key][0] > 50


# --- what is counted ---------------------------------------------------------------------------------


def test_alarms_are_evaluated_as_often_as_the_exported_rules_are() -> None:
    """One that fires every other evaluation is not overlooked."""
    assert f"interval: {STEP_SECONDS:g}s" in prometheus.rules(whole_catalogue())


def test_an_alarm_that_never_falls_silent_counts_once_a_day() -> None:
    """Requests always come; from midnight on it has fired for longer than any hold, and it is not taken for quiet."""
    found = HealthyTask(_rate_above(0.001, hold_minutes=20), "fraud-scorer", "saturday", (0, 1)).run()

    (key,) = found.fired
    assert set(found.fired[key]) == {2}
    assert set(found.daily[key]) == {(1, 1)}
    assert (found.days, found.pages, found.daily_pages) == (2, 2, (1, 1))


def test_traffic_swings_with_the_hour() -> None:
    """A line between night and day is crossed once a day for long, and oftener where it is grazed."""
    found = _day(0)
    (key,) = found.fired
    fired = dict(zip(found.points[key], found.fired[key], strict=True))
    of_hold = {point.hold_minutes: count for point, count in fired.items() if point.threshold == MEAN}

    assert of_hold[30] == 1
    assert of_hold[0] > of_hold[30]
    assert all(count == 0 for point, count in fired.items() if point.threshold >= 2 * MEAN)


def test_a_page_that_two_runbooks_share_wakes_people_once() -> None:
    """The same measure, line and hold under two names."""

    def change(signals: tuple[Signal, ...]) -> tuple[Signal, ...]:
        (one,) = signals
        return one, replace(one, id="again"), replace(one, id="ticket", severity="ticket")

    found = HealthyTask(_with_signals(change, _rate_above(0.001)), "fraud-scorer", "friday", (0,)).run()

    assert [fired[0] for fired in found.fired.values()] == [1, 1, 1]
    assert found.pages == 1


def test_a_longer_hold_fires_no_oftener() -> None:
    """In one and the same day, at each line."""
    found = _day(0)
    (key,) = found.fired
    fired = dict(zip(found.points[key], found.fired[key], strict=True))

    assert max(fired.values()) > 5
    for point, count in fired.items():
        shorter = [
            other
            for tried, other in fired.items()
            if tried.threshold == point.threshold and tried.hold_minutes < point.hold_minutes
        ]
        assert all(other >= count for other in shorter)


def test_days_are_the_same_however_they_are_cut() -> None:
    """Two days in one task are those of two tasks."""
    both = HealthyTask(_rate_above(MEAN, hold_minutes=10), "fraud-scorer", "monday", (0, 1)).run()

    one, other = _day(0), _day(1)
    assert both.points == one.points == other.points
    (key,) = both.daily
    assert both.daily[key] == tuple(a + b for a, b in zip(one.daily[key], other.daily[key], strict=True))
    assert one.fired != other.fired


# --- delays ------------------------------------------------------------------------------------------


@functools.cache
def _delays() -> Delays:
    return DelayTask(catalogue(), FAULT_DRILL, (3, 4)).run()


def test_delays_are_those_of_the_drill_with_the_same_seed() -> None:
    """Alert by alert of its record with nobody acting, from the moment at which the truth says that the harm began."""
    records = play_machine(set_up(catalogue(), FAULT_DRILL, (3, 4)), "none")
    found = _delays()

    assert any(late for of_signal in found.fired.values() for late in of_signal[0])
    for replica, record in enumerate(records):
        truth = record.first(Revealed)
        assert truth is not None
        t0 = min(fault.t0_minutes for fault in truth[1].faults if fault.t0_minutes is not None)
        assert found.t0_minutes[replica] == pytest.approx(t0)
        for key, of_signal in found.fired.items():
            firing = [
                event.minutes - t0
                for event, alert in record.of(AlertChanged)
                if alert.signal == key and alert.state == "firing" and event.minutes >= t0
            ]
            assert of_signal[0][replica] == pytest.approx(firing[0] if firing else None)


def test_a_lower_line_and_a_shorter_hold_are_never_later() -> None:
    """In one and the same run."""
    found = _delays()
    points = found.points["amount-psi"]
    for point, late in zip(points, found.fired["amount-psi"], strict=True):
        for other, sooner in zip(points, found.fired["amount-psi"], strict=True):
            if other.threshold <= point.threshold and other.hold_minutes <= point.hold_minutes:
                assert all(a is None or (b is not None and b <= a) for a, b in zip(late, sooner, strict=True))


def test_where_nothing_does_harm_alarms_count_from_the_start() -> None:
    """A drill without a fault says whom each line would have called for nothing, whichever runbook draws it."""
    found = DelayTask(catalogue(), QUIET_DRILL, (0, 1)).run()

    assert found.t0_minutes == (None, None)
    nulls = dict(zip(found.points["amount-nulls"], found.fired["amount-nulls"], strict=True))
    assert len(nulls) == 65
    assert {late for of_point in found.fired["score-psi"] for late in of_point} == {None}
    assert len(found.points["error-ratio"]) == 1


def test_a_neighbours_signals_are_tried_as_they_are() -> None:
    """The grid is for the runbook that should be opened."""
    found = DelayTask(whole_catalogue(), FAULT_DRILL, (0,)).run()

    assert len(found.points["amount-psi"]) == 65
    assert len(found.points["score-moved"]) == len(found.points["refused"]) == 1


# --- tasks -------------------------------------------------------------------------------------------


def test_a_task_stays_what_it_is_when_prose_is_edited_and_not_when_a_line_is() -> None:
    """Its key decides whether a kept result is taken; it travels to another process whole."""
    whole = catalogue()
    titled = _with_signals(lambda signals: tuple(replace(one, title="Else", noise="Else") for one in signals))
    raised = _with_signals(lambda signals: (replace(signals[0], threshold=0.21), *signals[1:]))

    def healthy(of: Catalogue) -> HealthyTask:
        return HealthyTask(of, "fraud-scorer", "monday", (0, 7))

    def delays(of: Catalogue) -> DelayTask:
        return DelayTask(of, FAULT_DRILL, (0, 7))

    assert healthy(titled).key == healthy(whole).key != healthy(raised).key
    assert delays(titled).key == delays(whole).key != delays(raised).key
    assert replace(healthy(whole), weekday="tuesday").key != healthy(whole).key
    assert replace(delays(whole), seeds=(0, 8)).key != delays(whole).key
    assert pickle.loads(pickle.dumps(healthy(whole))) == healthy(whole)
    assert len(pickle.dumps(delays(whole))) < 500_000
