"""Faults in what a model makes of requests in, edits of the logit that it answers out."""

from __future__ import annotations

from simulator.live.lease import Effect
from simulator.live.translating.case import Case, Put
from simulator.live.translating.serving import delay

LOGIT = "logit"


def bad_version(case: Case) -> tuple[Put, ...]:
    """At the address of that version: whoever goes back to another is free of it."""
    return _disturbed(case, below=f"/{case.with_['version']}")


def calibration_loss(case: Case) -> tuple[Put, ...]:
    factor, offset = 1 / case.with_["temperature"], case.with_["bias"]
    return (Put((case.edit("scale", LOGIT, factor=factor, offset=offset),), "answers", grows="size"),)


def numerical_corruption(case: Case) -> tuple[Put, ...]:
    """A share of the hosts; which host is which, nobody can see from outside."""
    return (Put((case.edit("noise", LOGIT, sd=case.with_["noise"]),), "answers"),)


def provider_change(case: Case) -> tuple[Put, ...]:
    """Scores are off by more and more; answers are late in more and more requests."""
    late = (Put((delay(case),), "answers", suffix="late"),) if "p50_ms" in case.with_ else ()
    return (*_disturbed(case), *late)


def _disturbed(case: Case, below: str = "") -> tuple[Put, ...]:
    """A bias and an error, the latter another one in each request."""
    bias, noise = case.with_["bias"], case.with_["noise"]
    found: list[Effect] = []
    if bias:
        found.append(case.edit("shift", LOGIT, by=bias))
    if noise:
        found.append(case.edit("noise", LOGIT, sd=noise))
    return (Put(tuple(found), "answers", grows="size", below=below),) if found else ()
