"""Kinds of fault: each is a declaration in ``schema/kinds/faults/`` and a module here that transforms a flow.

A kind's ``transform(flow, reach, parameters)`` sees what leaves the node and whom the fault reaches, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

import numpy as np

from generator import kinds
from generator.model import Fault, PanelRows, Parameters
from simulator.faults import (
    bad_configuration,
    bad_model_release,
    calibration_loss,
    category_permutation,
    concept_drift,
    covariate_shift,
    cpu_throttling,
    duplicate_data,
    error_burst,
    label_corruption,
    label_delay,
    load_surge,
    lookup_timeout,
    memory_leak,
    null_spike,
    numerical_corruption,
    prior_shift,
    prompt_regression,
    provider_change,
    provider_outage,
    recurring_drift,
    refusal_spike,
    schema_change,
    sentinel_value,
    stale_features,
    tail_latency,
    training_serving_skew,
    unit_change,
    upstream_outage,
    wrong_version,
)
from simulator.world.courses import Course
from simulator.world.flow import Floats, Flow, PlacedFault, Places, Reach, Variant
from simulator.world.varying import VARIANTS, drawn_variants, values_of
from simulator.world.world import drawn_onsets


class FaultKind(Protocol):
    def transform(self, flow: Flow, reach: Reach, parameters: Parameters) -> Flow: ...


KINDS: Mapping[str, FaultKind] = {
    "bad-configuration": bad_configuration,
    "bad-model-release": bad_model_release,
    "calibration-loss": calibration_loss,
    "category-permutation": category_permutation,
    "concept-drift": concept_drift,
    "covariate-shift": covariate_shift,
    "cpu-throttling": cpu_throttling,
    "duplicate-data": duplicate_data,
    "error-burst": error_burst,
    "label-corruption": label_corruption,
    "label-delay": label_delay,
    "load-surge": load_surge,
    "lookup-timeout": lookup_timeout,
    "memory-leak": memory_leak,
    "null-spike": null_spike,
    "numerical-corruption": numerical_corruption,
    "prior-shift": prior_shift,
    "prompt-regression": prompt_regression,
    "provider-change": provider_change,
    "provider-outage": provider_outage,
    "recurring-drift": recurring_drift,
    "refusal-spike": refusal_spike,
    "schema-change": schema_change,
    "sentinel-value": sentinel_value,
    "stale-features": stale_features,
    "tail-latency": tail_latency,
    "training-serving-skew": training_serving_skew,
    "unit-change": unit_change,
    "upstream-outage": upstream_outage,
    "wrong-version": wrong_version,
}

COURSES: Mapping[str, Callable[[Parameters], Course]] = {
    "memory-leak": memory_leak.course,
    "recurring-drift": recurring_drift.course,
}
"""Kinds that come and go by themselves, whatever shape the drill gives them."""

TIMES = frozenset({"ramp_minutes", "duration_minutes"})
"""What decides how strong a fault is, not what it does."""


def mechanism(kind: str) -> str:
    """The mechanism that the declaration of a kind names."""
    return str(kinds.load("faults")[kind].declaration["mechanism"])


def place(
    faults: Sequence[Fault], *, benign: int, panel: PanelRows, seeds: Sequence[int]
) -> tuple[PlacedFault, ...]:
    """Faults with their onsets, and what else varies, drawn for every seed; the last ``benign`` of them are noise.

    KeyError for a kind that is not in the table.
    """
    onsets = drawn_onsets([(fault.onset_minutes.least, fault.onset_minutes.most) for fault in faults], seeds)
    placed = [
        _placed(fault, onset, benign=position >= len(faults) - benign, panel=panel)
        for position, (fault, onset) in enumerate(zip(faults, onsets, strict=True))
    ]
    if any(fault.vary for fault in faults):
        variant = drawn_variants(seeds)
        pairs = enumerate(zip(placed, faults, strict=True))
        placed = [_varied(one, fault, variant, position=position) for position, (one, fault) in pairs]
    return tuple(placed)


def _varied(placed: PlacedFault, fault: Fault, variant: Places, *, position: int) -> PlacedFault:
    """The same with the numbers that its ranges say, by variant and replica."""
    values = {name: values_of(span, position=position, name=name) for name, span in fault.vary.items()}
    drawn = {name: value[variant] for name, value in values.items()}
    parameters = {**fault.with_, **{name: value for name, value in drawn.items() if name in fault.with_}}
    changed = replace(
        placed,
        ramp_minutes=drawn.get("ramp_minutes", fault.ramp_minutes),
        duration_minutes=drawn.get("duration_minutes", fault.duration_minutes),
        course=COURSES[fault.kind](parameters) if fault.kind in COURSES else None,
        drawn=drawn,
    )
    if not values.keys() - TIMES:
        return changed
    return replace(
        changed,
        variants=tuple(
            _variant(fault, {name: float(value[place]) for name, value in values.items()})
            for place in range(VARIANTS)
        ),
        variant=variant.astype(float),
    )


def _variant(fault: Fault, values: Mapping[str, float]) -> Variant:
    given = {**fault.with_, **{name: value for name, value in values.items() if name in fault.with_}}
    return Variant(partial(KINDS[fault.kind].transform, parameters=given), values.get("share", fault.share))


def _placed(fault: Fault, onset: Floats, *, benign: bool, panel: PanelRows) -> PlacedFault:
    rows = len(next(iter(panel.columns.values())))
    inside = np.ones(rows, dtype=bool)
    if fault.slice is not None:
        column = np.asarray(panel.columns[fault.slice.field])
        inside = (column >= fault.slice.least) & (column <= fault.slice.most)
    return PlacedFault(
        node=fault.node,
        transform=partial(KINDS[fault.kind].transform, parameters=fault.with_),
        onset_minutes=onset,
        shape=fault.shape,
        ramp_minutes=fault.ramp_minutes,
        duration_minutes=fault.duration_minutes,
        share=fault.share,
        inside=inside,
        benign=benign,
        course=COURSES[fault.kind](fault.with_) if fault.kind in COURSES else None,
    )
