"""Kinds of fault: each is a declaration in ``schema/kinds/faults/`` and a module here that transforms a flow.

A kind's ``transform(flow, reach, parameters)`` sees what leaves the node and whom the fault reaches, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Protocol

import numpy as np

from generator import kinds
from generator.model import Fault, PanelRows, Parameters
from simulator.faults import (
    bad_model_release,
    category_permutation,
    concept_drift,
    covariate_shift,
    error_burst,
    load_surge,
    null_spike,
    prompt_regression,
    provider_change,
    provider_outage,
    schema_change,
    sentinel_value,
    stale_features,
    tail_latency,
    unit_change,
    upstream_outage,
)
from simulator.world.flow import Floats, Flow, PlacedFault, Reach
from simulator.world.world import drawn_onsets


class FaultKind(Protocol):
    def transform(self, flow: Flow, reach: Reach, parameters: Parameters) -> Flow: ...


KINDS: Mapping[str, FaultKind] = {
    "bad-model-release": bad_model_release,
    "category-permutation": category_permutation,
    "concept-drift": concept_drift,
    "covariate-shift": covariate_shift,
    "error-burst": error_burst,
    "load-surge": load_surge,
    "null-spike": null_spike,
    "prompt-regression": prompt_regression,
    "provider-change": provider_change,
    "provider-outage": provider_outage,
    "schema-change": schema_change,
    "sentinel-value": sentinel_value,
    "stale-features": stale_features,
    "tail-latency": tail_latency,
    "unit-change": unit_change,
    "upstream-outage": upstream_outage,
}


def mechanism(kind: str) -> str:
    """The mechanism that the declaration of a kind names."""
    return str(kinds.load("faults")[kind].declaration["mechanism"])


def place(
    faults: Sequence[Fault], *, benign: int, panel: PanelRows, seeds: Sequence[int]
) -> tuple[PlacedFault, ...]:
    """Faults with their onsets drawn for every seed; the last ``benign`` of them are noise.

    KeyError for a kind that is not in the table.
    """
    onsets = drawn_onsets([(fault.onset_minutes.least, fault.onset_minutes.most) for fault in faults], seeds)
    return tuple(
        _placed(fault, onset, benign=position >= len(faults) - benign, panel=panel)
        for position, (fault, onset) in enumerate(zip(faults, onsets, strict=True))
    )


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
    )
