"""Flows of several edges or versions in, one flow out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from generator.model import NodeVersion
from simulator.world.flow import Delay, Floats, Flow, either

TRANSFORMS = {"identity": lambda values: values, "log1p": lambda values: np.log1p(np.maximum(values, 0.0))}


def joined(one: Flow, other: Flow) -> Flow:
    """Both flows in one; of two values with one name, the later."""
    return Flow(
        fields={**one.fields, **other.fields},
        delays=(*one.delays, *other.delays),
        ages_s={
            **{name: age for name, age in one.ages_s.items() if name not in other.fields},
            **other.ages_s,
        },
        failure=either(one.failure, other.failure),
        label=one.label if other.label is None else other.label,
        load=np.maximum(one.load, other.load),
        refused=either(one.refused, other.refused),
    )


def features_of(version: NodeVersion, flow: Flow, gap: Floats) -> Flow:
    fields = {
        feature.name: TRANSFORMS[feature.transform](flow.fields.get(feature.field, gap))
        for feature in version.features
    }
    ages = {
        feature.name: flow.ages_s[feature.field]
        for feature in version.features
        if feature.field in flow.ages_s
    }
    return Flow(fields, flow.delays, ages, flow.failure)


def by_version(chosen: Floats, made: Sequence[Flow]) -> Flow:
    if np.all(chosen == chosen[0]):
        return made[int(chosen[0])]
    names = {name: None for flow in made for name in flow.fields}
    gap = np.full((1, 1), np.nan)
    pick = chosen.astype(int)[:, None]
    fields = {name: _select(pick, [flow.fields.get(name, gap) for flow in made]) for name in names}
    nothing = np.zeros((1, 1))
    aged = {name: None for flow in made for name in flow.ages_s}
    delays = [
        Delay(delay.probability * (chosen == index)[:, None], delay.p50_s, delay.p99_s)
        for index, flow in enumerate(made)
        for delay in flow.delays
    ]
    return Flow(
        fields,
        tuple(delays),
        ages_s={name: _select(pick, [flow.ages_s.get(name, nothing) for flow in made]) for name in aged},
        failure=_select(pick, [flow.failure for flow in made]),
    )


def _select(pick: Floats, options: Sequence[Floats]) -> Floats:
    out = options[0]
    for index, option in enumerate(options[1:], 1):
        out = np.where(pick == index, option, out)
    return out
