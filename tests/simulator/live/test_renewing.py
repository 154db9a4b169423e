"""A fault outlives the time between two scrapes, and no drill that has fallen silent."""

from __future__ import annotations

import pytest

from simulator.live import target as module
from simulator.live.injecting import RENEW_S, Injector
from simulator.live.lease import LONGEST_S
from simulator.live.renewing import SLACK_S, Renewer
from simulator.live.runs import RunError
from tests.simulator.live.test_injecting import LEASE, Proxy, Wall
from tests.simulator.live.test_target import Load, _target


def test_a_lease_is_renewed_between_scrapes_that_are_further_apart_than_it_lasts() -> None:
    proxy, wall = Proxy(), Wall()
    injector = Injector([(0.0, 40.0, LEASE)], proxy, now=wall)
    renewer = Renewer(injector, 15.0, now=wall, awake=wall)

    injector.at(0.0)
    renewer._word = wall()
    for _ in range(5):
        wall.s += RENEW_S
        renewer.turn()

    assert proxy.asked == ["put leases/metres", *["renew leases/metres/renew"] * 5]


def test_a_drill_that_has_fallen_silent_is_forgotten() -> None:
    """Whoever pauses it, or stops it, ends its faults."""
    proxy, wall = Proxy(), Wall()
    injector = Injector([(0.0, 40.0, LEASE)], proxy, now=wall)
    renewer = Renewer(injector, 15.0, now=wall, awake=wall)
    injector.at(0.0)
    renewer._word = wall()

    wall.s += 15.0 + SLACK_S + 0.1
    renewer.turn()

    assert proxy.asked == ["put leases/metres"]


def test_nothing_is_renewed_before_the_first_word_or_after_the_end() -> None:
    proxy, wall = Proxy(), Wall()
    injector = Injector([(0.0, 40.0, LEASE)], proxy, now=wall)
    renewer = Renewer(injector, 15.0, now=wall, awake=wall)
    renewer.turn()
    renewer.hear()
    renewer.stop()
    renewer.hear()

    assert proxy.asked == []
    assert not renewer._thread.is_alive()


class Laptop:
    """Two clocks, of which one stands still while the machine sleeps."""

    def __init__(self) -> None:
        self.now, self.awake = Wall(), Wall()
        self.now.s = 5000.0

    def runs(self, seconds: float) -> None:
        self.now.s += seconds
        self.awake.s += seconds

    def sleeps(self, seconds: float) -> None:
        self.now.s += seconds


def test_no_fault_comes_back_when_a_laptop_is_opened() -> None:
    """The proxy has ended the lease meanwhile; nobody asks for it again, and the drill is broken off."""
    proxy, laptop = Proxy(), Laptop()
    injector = Injector([(0.0, 40.0, LEASE)], proxy, now=laptop.now)
    renewer = Renewer(injector, 600.0, now=laptop.now, awake=laptop.awake)
    renewer.hear()
    injector.at(0.0)
    laptop.sleeps(LONGEST_S + 1)
    proxy.held.clear()

    for _ in range(5):
        laptop.runs(RENEW_S)
        renewer.turn()
    with pytest.raises(RunError, match="this machine slept for 16 s: the drill is broken off"):
        renewer.hear()
    renewer.stop()

    assert proxy.asked == ["put leases/metres"]
    assert not proxy.held


def test_a_nap_that_is_shorter_than_a_lease_breaks_nothing_off() -> None:
    """Nor does what the machine slept before the drill; what is due is renewed as soon as it is awake."""
    proxy, laptop = Proxy(), Laptop()
    injector = Injector([(0.0, 40.0, LEASE)], proxy, now=laptop.now)
    renewer = Renewer(injector, 15.0, now=laptop.now, awake=laptop.awake)
    renewer.hear()
    injector.at(0.0)
    laptop.sleeps(LONGEST_S - 5)
    renewer.turn()
    renewer.hear()
    renewer.stop()

    assert proxy.asked == ["put leases/metres", "renew leases/metres/renew"]


def test_the_first_scrape_after_a_sleep_breaks_the_drill_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a sentence, and without a question to anybody."""
    laptop, load = Laptop(), Load()
    monkeypatch.setattr(
        module, "Renewer", lambda one, apart_s: Renewer(one, apart_s, now=laptop.now, awake=laptop.awake)
    )
    target = _target(load)
    target.scrape(0.0)
    laptop.sleeps(3 * 3600)
    load.is_there = False

    with pytest.raises(RunError) as broken:
        target.scrape(15.0)
    target.end()

    assert str(broken.value).startswith(
        "this machine slept for 180 min: the drill is broken off, and its faults"
    )
    assert target.problems == []
