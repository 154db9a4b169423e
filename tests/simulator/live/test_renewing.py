"""A fault outlives the time between two scrapes, and no drill that has fallen silent."""

from __future__ import annotations

from simulator.live.injecting import RENEW_S, Injector
from simulator.live.renewing import SLACK_S, Renewer
from tests.simulator.live.test_injecting import LEASE, Proxy, Wall


def test_a_lease_is_renewed_between_scrapes_that_are_further_apart_than_it_lasts() -> None:
    proxy, wall = Proxy(), Wall()
    injector = Injector([(0.0, 40.0, LEASE)], proxy, now=wall)
    renewer = Renewer(injector, 15.0, now=wall)

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
    renewer = Renewer(injector, 15.0, now=wall)
    injector.at(0.0)
    renewer._word = wall()

    wall.s += 15.0 + SLACK_S + 0.1
    renewer.turn()

    assert proxy.asked == ["put leases/metres"]


def test_nothing_is_renewed_before_the_first_word_or_after_the_end() -> None:
    proxy, wall = Proxy(), Wall()
    injector = Injector([(0.0, 40.0, LEASE)], proxy, now=wall)
    renewer = Renewer(injector, 15.0, now=wall)
    renewer.turn()
    renewer.hear()
    renewer.stop()
    renewer.hear()

    assert proxy.asked == []
    assert not renewer._thread.is_alive()
