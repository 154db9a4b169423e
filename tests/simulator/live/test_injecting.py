"""Faults of a live drill come and go with its clock, and come back with a proxy that was started anew."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

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
    slow: bool = False
    """What it grants nobody is told in time."""
    fell: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By lease, what there is to say of it."""
    within_s: float = 0.0

    def put(self, *path: str, data: object, within_s: float = 0.0) -> Any:
        self._answer("put", path)
        if self.refuses:
            raise RefusedError(403, self.refuses)
        self.held.add(path[-1])
        self.within_s = within_s
        assert isinstance(data, dict)
        self.leases.append(data)
        if self.slow:
            raise UnreachableError("nobody answers: timed out")
        return self.fell.get(path[-1])

    def post(self, *path: str, data: object | None = None) -> Any:
        self._answer("renew", path)
        if self.stopped:
            raise RefusedError(409, "it was stopped: 12 % of the answers failed")
        if path[1] not in self.held:
            raise RefusedError(404, "there is no such lease")
        return self.fell.get(path[1])

    def get(self, *path: str) -> Any:
        return {"leases": [*self.fell.values()], "entries": [], "next": 0}

    def delete(self, *path: str) -> Any:
        self._answer("delete", path)
        self.held.clear()
        return self.fell.get(path[-1])

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


def _state(*, granted_s: float, age_s: float, touched: int) -> dict[str, Any]:
    return {"id": "metres", "granted_s": granted_s, "age_s": age_s, "touched": touched, "ended": ""}


def test_a_fault_whose_grant_nobody_was_told_of_in_time_is_recorded_from_then_on() -> None:
    """A slow disk: the next renewal finds it in force, and what is asked for anew goes on where it was."""
    injector, proxy, wall = _injector()
    proxy.slow = True
    injector.at(12.0)
    assert injector.granted == {}
    assert proxy.within_s > 2

    proxy.slow = False
    wall.s += RENEW_S
    proxy.fell["metres"] = _state(granted_s=1.0, age_s=2.5, touched=40)
    injector.at(13.0)
    wall.s += 10.0
    proxy.held.clear()
    injector.at(17.0)
    (told,) = injected(injector, (), 15.0)

    assert injector.granted == {"metres": 12.0}
    assert [lease["course"]["age_s"] for lease in proxy.leases if "course" in lease] == [12.5]
    assert (told.at_minutes, told.touched, told.why) == (12.0, 40, "")


def test_a_fault_that_was_in_force_though_no_renewal_got_through_is_recorded() -> None:
    """The proxy says so in the end."""
    injector, proxy, _ = _injector()
    proxy.slow = True
    injector.at(12.0)
    proxy.fell["metres"] = _state(granted_s=1.0, age_s=0.0, touched=7)
    (told,) = injected(injector, (), 15.0)

    assert (told.at_minutes, told.touched, told.why) == (12.0, 7, "")


def test_what_it_fell_on_is_added_up_over_the_grants_of_a_lease() -> None:
    """Of a proxy that was killed, up to its last word; of a lease that ran out, all of it."""
    injector, proxy, wall = _injector()
    proxy.fell["metres"] = _state(granted_s=1.0, age_s=0.0, touched=0)
    injector.at(12.0)
    proxy.fell["metres"] = _state(granted_s=1.0, age_s=3.0, touched=3000)
    wall.s += RENEW_S
    injector.at(13.0)

    # The drill hung: the lease ran out, and is asked for anew.
    proxy.fell["metres"] = _state(granted_s=1.0, age_s=6.0, touched=5000)
    proxy.held.clear()
    wall.s += RENEW_S
    injector.at(14.0)
    for touched in (12, 700):
        wall.s += RENEW_S
        proxy.fell["metres"] = _state(granted_s=30.0, age_s=9.0, touched=touched)
        injector.at(15.0)

    # Another proxy knows nothing of it.
    proxy.fell.clear()
    injector.stop()
    (told,) = injected(injector, (), 15.0)

    assert told.touched == 5700


def test_a_grant_that_takes_long_lets_no_other_fault_end() -> None:
    """What is due is renewed before each."""
    proxy, wall = Proxy(), Wall()
    others = [(12.0, 40.0, replace(LEASE, id=id)) for id in ("one", "two")]
    injector = Injector([(0.0, 40.0, LEASE), *others], proxy, now=wall)
    injector.at(0.0)
    wall.s += RENEW_S
    injector.at(12.0)

    assert proxy.asked[1:] == ["renew leases/metres/renew", "put leases/one", "put leases/two"]


def test_a_grant_may_take_longer_than_any_other_answer() -> None:
    """It waits for a disk; what is asked on the same connection afterwards waits no longer than before."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            over.wait(0.3)
            self.send_response(201)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def do_GET(self) -> None:
            over.wait()
            self.close_connection = True

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    caller = Caller(f"http://127.0.0.1:{server.server_port}", timeout_s=0.05)
    try:
        assert caller.put("leases", "metres", data={}, within_s=60.0) == {}
        with pytest.raises(UnreachableError, match="timed out"):
            caller.get("leases")
    finally:
        over.set()
        caller.close()
        server.shutdown()
        thread.join()
        server.server_close()
