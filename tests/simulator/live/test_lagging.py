"""Steps that were missed are known by the wall: by a handed-in clock."""

from __future__ import annotations

import pytest

from simulator.live.lagging import Lag


class Clock:
    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


def late(lag: Lag, clock: Clock, steps: range, *, apart_s: float) -> list[float]:
    """How late each step is, which come so far apart."""
    found = []
    for step in steps:
        found.append(lag.late_s(step))
        clock.s += apart_s
    return found


def test_steps_that_come_in_time_are_not_late() -> None:
    """Neither by a little, nor where a step lasts for long."""
    clock = Clock()
    lag = Lag(0.625, now=clock)
    assert late(lag, clock, range(50), apart_s=0.63) == [0.0] * 50

    lag = Lag(15.0, now=clock)
    assert late(lag, clock, range(3), apart_s=15.0) == [0.0] * 3


def test_steps_that_were_missed_are_late_until_they_are_caught_up_on() -> None:
    """Twelve seconds of standing still at 0.625 s a step; the last two are nearly in time."""
    clock = Clock()
    lag = Lag(0.625, now=clock)
    late(lag, clock, range(10), apart_s=0.625)
    clock.s += 12.0
    found = late(lag, clock, range(10, 40), apart_s=0.001)

    assert found[0] == pytest.approx(12.0)
    assert next(step for step, seconds in enumerate(found) if seconds == 0) == 18
    assert found[18:] == [0.0] * 12


def test_a_clock_that_stood_goes_on_at_once() -> None:
    """Only its first step is taken for a late one: the drill waits for the next again."""
    clock = Clock()
    lag = Lag(0.625, now=clock)
    late(lag, clock, range(10), apart_s=0.625)
    clock.s += 60.0

    found = late(lag, clock, range(10, 20), apart_s=0.625)
    assert found[0] > 0
    assert found[1:] == [0.0] * 9
