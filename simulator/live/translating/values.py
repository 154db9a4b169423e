"""Faults in the values that leave a source, a store or a pipeline in, edits of these values out."""

from __future__ import annotations

import math

import numpy as np

from simulator.faults.covariate_shift import SKEWED, skewness
from simulator.live.headers import TAKEN_AT
from simulator.live.lease import Effect
from simulator.live.translating.case import Case, Put
from simulator.world.staleness import DEFAULT_MEMORY_HOURS, HOUR_S


def category_permutation(case: Case) -> tuple[Put, ...]:
    """Codes change places, each to the next."""
    name = case.with_["field"]
    given = sorted(case.with_.get("values") or set(case.healthy(name).tolist()))
    mapping = [[value, given[(place + 1) % len(given)]] for place, value in enumerate(given)]
    return (Put((case.edit("permute", name, mapping=mapping),), case.values_by),)


def covariate_shift(case: Case) -> tuple[Put, ...]:
    """What is skewed moves on a logarithmic scale, all else within its healthy range; a ramp moves it farther."""
    name, sd = case.with_["field"], case.with_["shift_sd"]
    healthy = case.healthy(name)
    if healthy.min() > 0 and skewness(healthy) > SKEWED:
        factor = math.exp(sd * float(np.log(healthy).std()))
        return (Put((case.edit("scale", name, factor=factor),), grows="size"),)
    within = {"least": float(healthy.min()), "most": float(healthy.max())}
    return (Put((case.edit("shift", name, by=sd * float(healthy.std()), **within),), grows="size"),)


def duplicate_data(case: Case) -> tuple[Put, ...]:
    times = case.with_["times"]
    return (Put(tuple(case.edit("scale", name, factor=times) for name in case.with_["fields"])),)


def null_spike(case: Case) -> tuple[Put, ...]:
    return (Put((case.edit("constant", case.with_["field"], value=None),), case.values_by),)


def schema_change(case: Case) -> tuple[Put, ...]:
    name = case.with_["field"]
    return (Put((case.edit("rename", name, to=f"{name}_v2"),)),)


def sentinel_value(case: Case) -> tuple[Put, ...]:
    return (Put((case.edit("constant", case.with_["field"], value=case.with_["value"]),), case.values_by),)


def stale_features(case: Case) -> tuple[Put, ...]:
    """Values of other requests in so many that they are tied to the present as loosely; and as old as is said.

    The simulated world moves every value a little towards another one's, so that its correlation with the present is
    rho; here a share of 1 - rho has wholly another one's, and the correlation is the same.
    """
    age_hours, memory_hours = case.with_["age_hours"], case.with_.get("memory_hours", DEFAULT_MEMORY_HOURS)
    fields = [case.named(name) for name in case.with_["fields"]]
    others = Effect("freeze", {"fields": fields, "of": "replay", **case.within})
    changed = -math.expm1(-age_hours / memory_hours)
    if case.deployment is not None:
        # What says there how old its values are, nobody here knows.
        return (Put((others,), case.values_by, share=changed),)
    older = case.edit("shift", TAKEN_AT, by=-age_hours * HOUR_S)
    return (
        Put((older,), case.values_by, grows="size"),
        Put((others,), case.values_by, share=changed, suffix="values"),
    )


def training_serving_skew(case: Case) -> tuple[Put, ...]:
    """One version of a pipeline, at the address of that version: whoever goes back to another is free of it."""
    with_ = case.with_
    skewed = case.edit("scale", with_["feature"], factor=with_["factor"], offset=with_["offset"])
    return (Put((skewed,), "nodes", below=f"/{with_['version']}"),)


def unit_change(case: Case) -> tuple[Put, ...]:
    return (Put((case.edit("scale", case.with_["field"], factor=case.with_["factor"]),)),)


def upstream_outage(case: Case) -> tuple[Put, ...]:
    return (Put(tuple(case.edit("constant", name, value=None) for name in case.names)),)
