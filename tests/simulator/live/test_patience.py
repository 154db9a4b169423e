"""How long a watchdog waits, for whom, and whom it does not blame: by a handed-in clock."""

from __future__ import annotations

import inspect
import time

import pytest

from simulator.live.clock import monotonic
from simulator.live.injecting import Injector
from simulator.live.process import Alive
from simulator.live.renewing import Renewer
from simulator.live.watchdog.keeper import Keeper
from simulator.live.watchdog.patience import Backoff, Need, Presence, Silence


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s

    def pass_(self, seconds: float) -> None:
        self.s += seconds


def test_one_that_dies_again_and_again_waits_longer_each_time() -> None:
    """The first time it is started again at once; never does it wait longer than eight seconds."""
    backoff = Backoff()

    assert [backoff.after(0.1) for _ in range(9)] == [0, 0.25, 0.5, 1, 2, 4, 8, 8, 8]
    assert [backoff.after(0.1) for _ in range(2000)][-1] == 8


def test_one_that_has_lived_for_a_while_is_started_at_once() -> None:
    """It died by chance; what was before is forgotten."""
    backoff = Backoff()
    for _ in range(5):
        backoff.after(0.1)

    assert backoff.after(60) == 0
    assert backoff.after(0.1) == 0.25


def test_a_drill_that_never_says_a_word_has_a_minute() -> None:
    """Until everything is up it has nothing to say; from its first word on it has ten seconds."""
    clock = Clock()
    need = Need(lambda: True, now=clock)
    clock.pass_(59)
    assert need.over() == ""

    need.hear()
    clock.pass_(9.9)
    assert need.over() == ""
    clock.pass_(0.2)
    assert need.over() == "the drill has been silent for 10 s"


def test_a_drill_whose_process_is_gone_is_gone_at_once() -> None:
    """Whatever it said last."""
    need = Need(lambda: False, now=Clock())
    need.hear()

    assert need.over() == "the process of the drill is gone"


def test_the_first_reason_to_end_is_the_one_that_is_told() -> None:
    """And comes before all others."""
    need = Need(lambda: False, now=Clock())
    need.stop("the drill is over")
    need.stop("something else")

    assert need.over() == "the drill is over"


def test_a_watchdog_that_was_away_excuses_the_drill() -> None:
    """It could not hear it."""
    clock = Clock()
    need, presence = Need(lambda: True, now=clock), Presence(clock)
    need.hear()
    clock.pass_(30)

    away = presence.away_s()
    need.excuse(away)

    assert (away, presence.away_s()) == (30, 0)
    assert need.over() == ""


@pytest.mark.parametrize(("away", "is_too_long"), [(0.0, True), (5.0, False)])
def test_silence_counts_only_while_we_listened(away: float, is_too_long: bool) -> None:
    """Who was stopped itself asks again before it ends anybody."""
    clock = Clock()
    silence, presence = Silence(2.0, now=clock), Presence(clock)
    silence.asked()
    for _ in range(4):
        clock.pass_(0.5)
        presence.turn()
    clock.pass_(away)
    presence.turn()

    assert silence.is_too_long(back_since=presence.back_since) is is_too_long
    silence.asked()
    clock.pass_(2.0)
    assert silence.is_too_long(back_since=presence.back_since)


def test_an_answer_ends_a_silence() -> None:
    """The next one is counted anew."""
    clock = Clock()
    silence = Silence(2.0, now=clock)
    silence.asked()
    clock.pass_(1.9)
    silence.heard()
    silence.asked()
    clock.pass_(1.9)

    assert not silence.is_too_long(back_since=float("-inf"))
    assert silence.left_s() == pytest.approx(0.1)


def test_a_watchdog_that_slept_with_the_machine_excuses_the_drill_and_waits_no_longer_than_usual() -> None:
    """Both are measured by one clock, which goes on meanwhile, as that of the leases does."""
    clock = Clock()
    need, presence, silence = Need(lambda: True, now=clock), Presence(clock), Silence(2.0, now=clock)
    need.hear()
    silence.asked()
    clock.pass_(8 * 3600)

    need.excuse(presence.away_s())
    assert need.over() == ""
    assert not silence.is_too_long(back_since=presence.back_since)

    clock.pass_(10.1)
    assert need.over() == "the drill has been silent for 10 s"


@pytest.mark.parametrize("kept", [Alive, Injector, Keeper, Need, Presence, Renewer, Silence])
def test_whoever_decides_how_long_faults_live_goes_by_the_clock_of_the_leases(kept: type) -> None:
    """One that stands still while the machine sleeps would bring them back when it wakes."""
    assert inspect.signature(kept).parameters["now"].default is monotonic
    assert abs(monotonic() - time.clock_gettime(time.CLOCK_BOOTTIME)) < 60
