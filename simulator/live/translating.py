"""A fault of a drill in, the lease that does the same to real requests out; or why none can.

What a lineage node sends stands in the body of a request under the node's name, so a fault at a source touches what
that source sends and nothing else: whoever stops reading it is free of the fault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from generator.model import Fault, PanelRows, Parameters, Slice
from simulator.faults.covariate_shift import SKEWED, skewness
from simulator.live.clock import Compression
from simulator.live.headers import TAKEN_AT
from simulator.live.lease import LONGEST_S, Course, Effect, Lease
from simulator.session.stage import Stage

REQUESTS = ("/predict", "/v2/models/")
NODES = "/nodes/"
"""The endpoint asks its nodes there, through the proxy: what becomes of them stands in its own metrics."""


class NotLiveError(ValueError):
    """A fault that cannot be put into real requests; the message says why, and what can be."""


@dataclass(frozen=True, slots=True)
class Case:
    """A fault with the numbers that a seed drew for it, and what it falls on."""

    fault: Fault
    with_: Parameters
    fields: tuple[str, ...]
    """That its node sends."""
    panel: PanelRows

    def field(self, name: str) -> str:
        """How a body names a field of the node."""
        return f"{self.fault.node}.{name}"


def leases(stage: Stage, replica: int, compression: Compression) -> tuple[tuple[float, float, Lease], ...]:
    """Of each fault and noise of a drill: its onset and its end in minutes of the drill, and its lease.

    NotLiveError where one of them cannot be put into real requests.
    """
    return tuple(
        _lease(stage, position, replica, compression)
        for position in range(len((*stage.drill.faults, *stage.drill.noise)))
    )


def _lease(stage: Stage, position: int, replica: int, compression: Compression) -> tuple[float, float, Lease]:
    fault, placed = (*stage.drill.faults, *stage.drill.noise)[position], stage.faults[position]
    drawn = {name: float(values[replica]) for name, values in placed.drawn.items()}
    ramp = drawn.get("ramp_minutes", fault.ramp_minutes)
    duration = drawn.get("duration_minutes", fault.duration_minutes)
    onset = float(placed.onset_minutes[replica])
    lease = Lease(
        id=fault.id,
        effects=effects(fault, stage, drawn),
        seed=stage.seeds[replica],
        seconds=LONGEST_S,
        share=drawn.get("share", fault.share),
        course=Course(
            fault.shape, compression.wall_s(ramp), None if duration is None else compression.wall_s(duration)
        ),
        slice=_slice(fault, stage),
        paths=_paths(fault, stage),
    )
    return onset, stage.drill.horizon_minutes if duration is None else onset + duration, lease


def effects(fault: Fault, stage: Stage, drawn: Mapping[str, float] | None = None) -> tuple[Effect, ...]:
    """What a fault does to a request on its way; ``drawn``: numbers of the seed, by name."""
    if fault.kind not in KINDS:
        raise NotLiveError(
            f"the fault '{fault.id}' ({fault.kind}) cannot be put into real requests; "
            f"these can: {', '.join(KINDS)}"
        )
    node = stage.service.lineage.node(fault.node)
    given = {name: value for name, value in (drawn or {}).items() if name in fault.with_}
    case = Case(fault, {**fault.with_, **given}, node.fields, stage.panel)
    if node.kind not in (("source",) if KINDS[fault.kind] in _OF_FIELDS else _ASKED):
        raise NotLiveError(
            f"the fault '{fault.id}' is at '{fault.node}', a {node.kind.replace('_', ' ')} within the target: what "
            "sources send passes the proxy, and what the endpoint asks of its model and its fallback"
        )
    return KINDS[fault.kind](case)


def _paths(fault: Fault, stage: Stage) -> tuple[str, ...]:
    """Where the node is met: a source in what clients send, a model or a fallback where the endpoint asks it."""
    kind = stage.service.lineage.node(fault.node).kind
    if kind == "source":
        return REQUESTS
    return (NODES,) if kind == "endpoint" else (f"{NODES}{fault.node}",)


def _slice(fault: Fault, stage: Stage) -> Slice | None:
    if fault.slice is None:
        return None
    sources = [node.id for node in stage.service.lineage.nodes if node.kind == "source"]
    own = next(
        (id for id in (fault.node, *sources) if fault.slice.field in stage.service.lineage.node(id).fields),
        "",
    )
    return Slice(f"{own}.{fault.slice.field}", fault.slice.least, fault.slice.most)


# --- kinds ----------------------------------------------------------------------------------------------


def _category_permutation(case: Case) -> tuple[Effect, ...]:
    """Codes change places, each to the next."""
    given = case.with_.get("values") or sorted(set(case.panel.columns[case.with_["field"]]))
    mapping = [[value, given[(place + 1) % len(given)]] for place, value in enumerate(given)]
    return (Effect("permute", {"field": case.field(case.with_["field"]), "mapping": mapping}),)


def _covariate_shift(case: Case) -> tuple[Effect, ...]:
    """As in the simulated world: what is skewed moves on a logarithmic scale, all else within its healthy range."""
    name, sd = case.with_["field"], case.with_["shift_sd"]
    healthy = np.asarray(case.panel.columns[name], dtype=float)
    if healthy.min() > 0 and skewness(healthy) > SKEWED:
        factor = float(np.exp(sd * np.log(healthy).std()))
        return (Effect("scale", {"field": case.field(name), "factor": factor}),)
    within = {"least": float(healthy.min()), "most": float(healthy.max())}
    return (Effect("shift", {"field": case.field(name), "by": sd * float(healthy.std()), **within}),)


def _error_burst(case: Case) -> tuple[Effect, ...]:
    return (Effect("refuse", {"status": 500}),)


def _null_spike(case: Case) -> tuple[Effect, ...]:
    return (Effect("constant", {"field": case.field(case.with_["field"]), "value": None}),)


def _schema_change(case: Case) -> tuple[Effect, ...]:
    name = case.with_["field"]
    return (Effect("rename", {"field": case.field(name), "to": f"{name}_v2"}),)


def _sentinel_value(case: Case) -> tuple[Effect, ...]:
    return (Effect("constant", {"field": case.field(case.with_["field"]), "value": case.with_["value"]}),)


def _stale_features(case: Case) -> tuple[Effect, ...]:
    """Values of other requests, from before: distributed as ever, and too old by what the source says of their age."""
    fields = [case.field(name) for name in (*case.with_["fields"], TAKEN_AT)]
    return (Effect("freeze", {"fields": fields, "of": "replay"}),)


def _tail_latency(case: Case) -> tuple[Effect, ...]:
    quantiles = {"p50_ms": case.with_["p50_ms"], "p99_ms": case.with_["p99_ms"]}
    return (Effect("delay", {"distribution": "lognormal", **quantiles}),)


def _unit_change(case: Case) -> tuple[Effect, ...]:
    return (Effect("scale", {"field": case.field(case.with_["field"]), "factor": case.with_["factor"]}),)


def _upstream_outage(case: Case) -> tuple[Effect, ...]:
    return tuple(Effect("constant", {"field": case.field(name), "value": None}) for name in case.fields)


KINDS: Mapping[str, Callable[[Case], tuple[Effect, ...]]] = {
    "category-permutation": _category_permutation,
    "covariate-shift": _covariate_shift,
    "error-burst": _error_burst,
    "null-spike": _null_spike,
    "schema-change": _schema_change,
    "sentinel-value": _sentinel_value,
    "stale-features": _stale_features,
    "tail-latency": _tail_latency,
    "unit-change": _unit_change,
    "upstream-outage": _upstream_outage,
}

_ASKED = ("endpoint", "fallback", "model")
_OF_FIELDS = frozenset(KINDS.values()) - {_error_burst, _tail_latency}
