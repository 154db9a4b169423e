"""Faults in serving in, delays and refusals of requests on their way out."""

from __future__ import annotations

from simulator.live.lease import Effect
from simulator.live.translating.case import Case, NotLiveError, Put


def bad_configuration(case: Case) -> tuple[Put, ...]:
    """A share of the hosts refuses a share of what it is sent; which host is which, nobody can see from outside."""
    fixing = [c.id for c in case.service.controls if c.kind == "configuration" and case.at_node(c.with_)]
    if fixing:
        raise NotLiveError(
            f"the fault '{case.fault.id}' (bad-configuration) would go on after '{fixing[0]}' has been turned back: "
            "the proxy does not know of it; take an error-burst, or play it at a table"
        )
    return (Put((Effect("refuse", {"status": 429}),), share=case.with_["refused"]),)


def error_burst(case: Case) -> tuple[Put, ...]:
    return (Put((Effect("refuse", {"status": 500}),)),)


def lookup_timeout(case: Case) -> tuple[Put, ...]:
    """The answer comes when the deadline is over, and says nothing."""
    names = tuple(case.with_.get("fields", case.names))
    waited = Effect("delay", {"distribution": "constant", "ms": case.with_["timeout_ms"]})
    return (Put((waited, *(case.edit("constant", name, value=None) for name in names)), "nodes"),)


def provider_outage(case: Case) -> tuple[Put, ...]:
    return (Put((Effect("refuse", {"status": 503}),)),)


def tail_latency(case: Case) -> tuple[Put, ...]:
    """Where a store or a pipeline is slow, so is its answer."""
    return (Put((delay(case),), "requests" if case.is_asked else "nodes"),)


def delay(case: Case) -> Effect:
    """Lognormal through the two quantiles that the fault states."""
    quantiles = {name: case.with_[name] for name in ("p50_ms", "p99_ms")}
    return Effect("delay", {"distribution": "lognormal", **quantiles})
