"""A deployment and the leases of a drill there in, when each of them ends by itself out; or why that cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from generator.model import Deployment
from simulator.live.effects import distributions
from simulator.live.lease import Effect, Lease, Stop
from simulator.live.translating.case import NotLiveError

FAILED = 500
"""A status from which on an answer counts as failed."""
HALF = 0.5
"""Of the requests that the drill itself does not refuse: when so many fail as well, it is enough."""
LATE_MS, TIMES_LATE = 5_000.0, 2.0
"""So much later than so many times the drill's own delays: well before the load gives up, after ten seconds."""
SEEN = 0.01
"""Delays of a smaller share of requests move no 99th percentile."""


def stop_of(deployment: Deployment, leases: Sequence[Lease]) -> Stop:
    """By what the service's file says, and where it says nothing, by what the drill itself does to requests.

    The drill's own refusals and delays must not end it; what comes on top of them must. NotLiveError where the file
    allows less than the drill does.
    """
    said, refused, late_ms = deployment.stop, _refused(leases), _late_ms(leases)
    if said.error_ratio is not None and said.error_ratio < refused:
        raise NotLiveError(
            f"the drill refuses {refused:.0%} of the requests, and its faults are to end in "
            f"'{deployment.environment}' when more than {said.error_ratio:.0%} fail (`stop` in the service's file): "
            "raise `error_ratio` there, or give the fault a smaller share"
        )
    if said.p99_ms is not None and said.p99_ms < late_ms:
        raise NotLiveError(
            f"the drill's delays have a 99th percentile of {late_ms:g} ms, and its faults are to end in "
            f"'{deployment.environment}' at more than {said.p99_ms:g} ms (`stop` in the service's file): "
            "raise `p99_ms` there, or make the fault faster"
        )
    return Stop(
        error_ratio=refused + (1 - refused) * HALF if said.error_ratio is None else said.error_ratio,
        p99_ms=LATE_MS + TIMES_LATE * late_ms if said.p99_ms is None else said.p99_ms,
    )


def laxest(stops: Iterable[Stop | None]) -> Stop | None:
    """The least that each of them keeps; None where there is none, or where one says nothing."""
    found = list(stops)
    known = [stop for stop in found if stop is not None]
    if not known or len(known) < len(found):
        return None
    return Stop(
        error_ratio=_most([stop.error_ratio for stop in known]),
        p99_ms=_most([stop.p99_ms for stop in known]),
        window_s=max(stop.window_s for stop in known),
        least_requests=max(stop.least_requests for stop in known),
    )


def told(stop: Stop) -> str:
    """When faults end by themselves, in a sentence."""
    limits = []
    if stop.error_ratio is not None:
        limits.append(f"more than {stop.error_ratio:.0%} of the requests fail")
    if stop.p99_ms is not None:
        limits.append(f"their 99th percentile is above {stop.p99_ms / 1000:g} s")
    return f"Its faults end by themselves when, over {stop.window_s:g} s, {' or '.join(limits)}."


def _refused(leases: Sequence[Lease]) -> float:
    """The share of requests that the drill itself lets fail, at most."""
    shares = [lease.share for lease in leases if any(map(_fails, lease.effects))]
    return min(1.0, sum(shares))


def _fails(effect: Effect) -> bool:
    return effect.kind == "refuse" and int(effect.with_.get("status", FAILED)) >= FAILED


def _late_ms(leases: Sequence[Lease]) -> float:
    """The 99th percentile of the drill's own delays, at most: they may fall on one request together."""
    return sum(_p99_ms(effect) for lease in leases if lease.share > SEEN for effect in lease.effects)


def _p99_ms(effect: Effect) -> float:
    if effect.kind != "delay":
        return 0.0
    given = {name: value for name, value in effect.with_.items() if name != "distribution"}
    return distributions.quantile(str(effect.with_.get("distribution", "lognormal")), given)(0.99)


def _most(limits: Sequence[float | None]) -> float | None:
    known = [limit for limit in limits if limit is not None]
    return max(known) if len(known) == len(limits) else None
