"""What a record says of a fault that was put into real requests: by the word of the proxy, and by nothing else."""

from __future__ import annotations

from typing import Any

from simulator.events import Injected
from simulator.live.asking import UnreachableError
from simulator.live.injected import injected
from simulator.live.injecting import Injector
from simulator.live.lease import Effect, Lease

ROWS = [{"step": step, "offered": 100} for step in range(241)]
SCALED, SLOW, LATER = (
    Lease("metres", (Effect("scale", {"field": "distance", "factor": 1.6}),), 7),
    Lease("slow", (Effect("delay", {"distribution": "constant", "ms": 200}),), 7),
    Lease("old.values", (Effect("freeze", {"fields": ["wind"]}),), 7),
)


class Proxy:
    """Says what a proxy says of leases and of what they did."""

    url = "http://127.0.0.1:9"

    def __init__(self, *, is_there: bool = True) -> None:
        self.is_there = is_there
        self.together: dict[str, dict[str, float]] = {}
        """By lease, its part of a delay of a second."""

    def put(self, *path: str, data: object, within_s: float = 0.0) -> Any:
        return {}

    def get(self, *path: str) -> Any:
        if not self.is_there:
            raise UnreachableError("nobody answers")
        if path == ("leases",):
            return {
                "leases": [
                    {"id": "metres", "touched": 1490, "ended": "somebody ended all of them"},
                    {"id": "slow", "touched": 3, "ended": "the share of errors was 0.6"},
                ]
            }
        since = int(path[0].partition("=")[2])
        touched: list[tuple[float, dict[str, dict[str, float]]]] = [
            (200.0, {"slow": {"delay_ms": 200.0}})
        ] * 3
        touched += [(0.0, {"metres": {}}), *([(1000.0, self.together)] if self.together else [])]
        entries = [
            {"what": "touched", "delay_asked_ms": ms, "delay_achieved_ms": ms + 1, "leases": told}
            for ms, told in touched
        ]
        return {"entries": entries if since == 0 else [], "next": 4, "lost": 0}


def _told(proxy: Proxy, *, rows: list[dict[str, int]] = ROWS) -> list[Injected]:
    leases = [(5.0, 20.0, SCALED), (5.0, 20.0, SLOW), (90.0, 120.0, LATER)]
    injector = Injector(leases, proxy)  # type: ignore[arg-type]
    injector.at(5.25)
    return list(injected(injector, rows, 15.0))


def test_what_was_achieved_stands_beside_what_was_sent() -> None:
    """Requests of the steps from the grant to the end; delays as they were, not as they were asked for."""
    metres, slow, later = _told(Proxy())

    assert metres == Injected("metres", "metres", ("scale",), 5.25, 1490, 5900)
    assert (slow.delay_p50_ms, slow.delay_p99_ms) == (201.0, 201.0)
    assert slow.why == "the share of errors was 0.6"
    assert (later.fault, later.lease, later.at_minutes, later.touched) == ("old", "old.values", None, 0)
    assert later.why == "it was never due"


def test_a_proxy_that_is_gone_is_not_taken_at_an_older_word() -> None:
    (metres, *_) = _told(Proxy(is_there=False), rows=[])

    assert (metres.touched, metres.passed) == (0, None)
    assert metres.why == "the proxy does not tell any more: nobody answers"


def test_of_a_request_that_two_delayed_each_made_its_part() -> None:
    """The request waits for both together."""
    proxy = Proxy()
    proxy.together = {"slow": {"delay_ms": 200.0}, "old.values": {"delay_ms": 800.0}}
    _, slow, old = _told(proxy)

    assert slow.delay_p50_ms == 201.0
    assert slow.delay_p99_ms == 201.0
    assert old.delay_p50_ms == 800.8
