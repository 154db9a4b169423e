"""Faults of a live drill come and go with its clock, and come back with a proxy that was started anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from simulator.live.asking import Caller, RefusedError, UnreachableError
from simulator.live.injected import injected
from simulator.live.injecting import RENEW_S, Injector
from simulator.live.lease import Effect, Lease

LEASE = Lease("metres", (Effect("scale", {"field": "schedule-feed.distance_miles", "factor": 1609.0}),), 7)


@dataclass
class Proxy(Caller):
    """Holds leases, as the real one does, and can be lost and found again."""

    held: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    leases: list[dict[str, Any]] = field(default_factory=list)
    is_there: bool = True
    stopped: bool = False
    refuses: str = ""

    def put(self, *path: str, data: object) -> Any:
        self._answer("put", path)
        if self.refuses:
            raise RefusedError(403, self.refuses)
        self.held.add(path[-1])
        assert isinstance(data, dict)
        self.leases.append(data)

    def post(self, *path: str, data: object | None = None) -> Any:
        self._answer("renew", path)
        if self.stopped:
            raise RefusedError(409, "it was stopped: 12 % of the answers failed")
        if path[1] not in self.held:
            raise RefusedError(404, "there is no such lease")

    def get(self, *path: str) -> Any:
        return {"leases": [], "entries": [], "next": 0}

    def delete(self, *path: str) -> Any:
        self._answer("delete", path)
        self.held.clear()

    def _answer(self, what: str, path: tuple[str, ...]) -> None:
        if not self.is_there:
            raise UnreachableError("nobody answers")
        self.asked.append(f"{what} {'/'.join(path)}")


class Wall:
    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


def _injector() -> tuple[Injector, Proxy, Wall]:
    proxy, wall = Proxy(), Wall()
    return Injector([(12.0, 40.0, LEASE)], proxy, now=wall), proxy, wall


def test_it_begins_when_it_is_due_and_ends_when_it_is_over() -> None:
    injector, proxy, _ = _injector()

    injector.at(11.75)
    assert not proxy.held
    injector.at(12.0)
    assert proxy.held == {"metres"}
    injector.at(40.0)
    assert not proxy.held
    assert injector.granted == {"metres": 12.0}


def test_it_is_renewed_as_long_as_the_drill_goes_on() -> None:
    """Not at every scrape, and often enough that some renewals may be lost."""
    injector, proxy, wall = _injector()
    for minute in range(12, 20):
        injector.at(minute)
        wall.s += RENEW_S / 2

    assert [line for line in proxy.asked if line.startswith("renew")] == ["renew leases/metres/renew"] * 3


def test_a_proxy_that_was_started_anew_gets_it_again() -> None:
    """It knows of no lease; while it is away nothing is lost but time."""
    injector, proxy, wall = _injector()
    injector.at(12.0)
    proxy.held.clear()
    proxy.is_there = False
    wall.s += RENEW_S
    injector.at(13.0)
    proxy.is_there = True
    wall.s += RENEW_S

    injector.at(14.0)
    assert proxy.held == {"metres"}
    assert injector.problems == ["nobody answers"]


def test_what_is_asked_for_anew_goes_on_where_it_was() -> None:
    """A ramp does not begin again because a proxy did."""
    injector, proxy, wall = _injector()
    injector.at(12.0)
    proxy.held.clear()
    wall.s += 20.0
    injector.at(20.0)

    assert [lease["course"]["age_s"] for lease in proxy.leases if "course" in lease] == [20.0]


def test_what_the_data_plane_stopped_stays_stopped() -> None:
    """A stop condition is met once, and not argued with."""
    injector, proxy, wall = _injector()
    injector.at(12.0)
    proxy.stopped = True
    for _ in range(3):
        wall.s += RENEW_S
        injector.at(15.0)

    assert sum(line.startswith("put") for line in proxy.asked) == 1
    assert injector.problems == ["metres: it was stopped: 12 % of the answers failed"]


def test_stopping_ends_all_and_begins_none() -> None:
    injector, proxy, _ = _injector()
    injector.stop()
    injector.at(30.0)

    assert proxy.asked == ["delete leases"]


def test_a_lease_that_the_cap_does_not_allow_is_told_once_and_by_its_name() -> None:
    """It is asked for again and again, as a full disk may be emptied; the record says why nothing came of it."""
    injector, proxy, wall = _injector()
    proxy.refuses = "a share of 1 is more than the 0.2 that is allowed here"
    for minute in range(12, 20):
        injector.at(minute)
        wall.s += RENEW_S
    (told,) = injected(injector, (), 15.0)

    assert injector.problems == [f"metres: {proxy.refuses}"]
    assert (told.at_minutes, told.why) == (None, f"metres: {proxy.refuses}")
