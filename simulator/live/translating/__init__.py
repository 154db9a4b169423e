"""A fault of a drill in, the leases that do the same to real requests out; or why none can.

What a lineage node sends stands in the body of a request under the node's name, so a fault at a source touches what
that source sends and nothing else: whoever stops reading it is free of the fault. A node within our own sandbox is met
where the endpoint asks it. Of somebody's deployment nothing but the requests that clients send is ever touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

from generator import kinds
from generator.model import Deployment, Fault, Slice
from simulator.live.clock import Compression
from simulator.live.lease import LONGEST_S, Course, Effect, Lease
from simulator.live.translating import labels, scores, serving, values
from simulator.live.translating.case import ANSWERED, Case, Kind, NotLiveError, Put, Way
from simulator.live.translating.stopping import laxest, stop_of, told
from simulator.session.stage import Stage
from simulator.world.courses import PERIOD_MINUTES, PULSE_MINUTES

__all__ = [
    "KINDS",
    "WAYS",
    "Case",
    "NotLiveError",
    "Put",
    "effects",
    "laxest",
    "leases",
    "met",
    "puts",
    "told",
]

LABELS = "/labels"
NODES = "/nodes/"
"""The endpoint asks its nodes there, through the proxy: what becomes of them stands in its own metrics."""
REQUESTS = ("/predict", "/v2/models/")
WAYS: tuple[str, ...] = get_args(Way)

KINDS: Mapping[str, Kind] = {
    "bad-configuration": serving.bad_configuration,
    "bad-model-release": scores.bad_version,
    "calibration-loss": scores.calibration_loss,
    "category-permutation": values.category_permutation,
    "covariate-shift": values.covariate_shift,
    "duplicate-data": values.duplicate_data,
    "error-burst": serving.error_burst,
    "label-corruption": labels.corruption,
    "label-delay": labels.delay,
    "lookup-timeout": serving.lookup_timeout,
    "null-spike": values.null_spike,
    "numerical-corruption": scores.numerical_corruption,
    "prompt-regression": scores.bad_version,
    "provider-change": scores.provider_change,
    "provider-outage": serving.provider_outage,
    "schema-change": values.schema_change,
    "sentinel-value": values.sentinel_value,
    "stale-features": values.stale_features,
    "tail-latency": serving.tail_latency,
    "training-serving-skew": values.training_serving_skew,
    "unit-change": values.unit_change,
    "upstream-outage": values.upstream_outage,
}


def leases(
    stage: Stage, replica: int, compression: Compression, *, deployment: Deployment | None = None
) -> tuple[tuple[float, float, Lease], ...]:
    """Of each fault and noise of a drill: its onset and its end in minutes of the drill, and its lease, or leases.

    ``deployment``: somebody's own, in which each lease has a stop condition; None: our sandbox, which serves nobody.
    NotLiveError where a fault cannot be put into real requests.
    """
    found = tuple(
        _lease(case, put, compression, seed=stage.seeds[replica], position=position)
        for position, case in enumerate(_cases(stage, replica, deployment))
        for put in _put(case)
    )
    if deployment is None:
        return found
    stop = stop_of(deployment, [lease for _, _, lease in found])
    return tuple((onset, end, replace(lease, stop=stop)) for onset, end, lease in found)


def met(stage: Stage, replica: int = 0) -> tuple[str, ...]:
    """The nodes that our sandbox has to ask over HTTP about each request, for something falls on their answers."""
    found: set[str] = set()
    for case in _cases(stage, replica, None):
        for put in _put(case):
            if put.by in ("answers", "nodes"):
                found.add(case.fault.node)
            elif case.fault.slice is not None and case.node.kind != "source":
                found.update(case.asked)
    return tuple(sorted(found))


def puts(fault: Fault, stage: Stage, *, deployment: Deployment | None = None) -> tuple[Put, ...]:
    """What is put where, for a fault as its drill states it; NotLiveError."""
    return _put(_case(fault, stage, {}, fault.onset_minutes.least, deployment))


def effects(fault: Fault, stage: Stage, *, deployment: Deployment | None = None) -> tuple[Effect, ...]:
    """All that it does to requests, answers and labels on their way; NotLiveError."""
    return tuple(effect for put in puts(fault, stage, deployment=deployment) for effect in put.effects)


def _cases(stage: Stage, replica: int, deployment: Deployment | None) -> tuple[Case, ...]:
    """Of each fault and noise, with the numbers that the seed drew."""
    faults = (*stage.drill.faults, *stage.drill.noise)
    return tuple(
        _case(
            fault,
            stage,
            {name: float(drawn[replica]) for name, drawn in placed.drawn.items()},
            float(placed.onset_minutes[replica]),
            deployment,
        )
        for fault, placed in zip(faults, stage.faults, strict=True)
    )


def _case(
    fault: Fault, stage: Stage, drawn: Mapping[str, float], onset: float, deployment: Deployment | None
) -> Case:
    given = {name: value for name, value in drawn.items() if name in fault.with_}
    return Case(
        fault=fault,
        with_={**fault.with_, **given},
        service=stage.service,
        panel=stage.panel,
        onset_minutes=onset,
        ramp_minutes=drawn.get("ramp_minutes", fault.ramp_minutes),
        duration_minutes=drawn.get("duration_minutes", fault.duration_minutes),
        horizon_minutes=stage.drill.horizon_minutes,
        share=drawn.get("share", fault.share),
        deployment=deployment,
    )


def _put(case: Case) -> tuple[Put, ...]:
    fault = case.fault
    if fault.kind not in KINDS:
        why = kinds.load("faults")[fault.kind].live.why
        raise NotLiveError(
            f"the fault '{fault.id}' ({fault.kind}) cannot be played live: {why} These can: {', '.join(KINDS)}"
        )
    if case.deployment is not None and case.node.kind not in ("source", "endpoint"):
        raise NotLiveError(_within(case, case.deployment))
    found = KINDS[fault.kind](case)
    if case.deployment is not None and any(put.by != "requests" for put in found):
        raise NotLiveError(
            f"the fault '{fault.id}' ({fault.kind}) changes {found[0].by} within the service, and nothing in "
            f"'{case.deployment.environment}' is changed but requests of clients: play it in the sandbox"
        )
    return found


def _within(case: Case, deployment: Deployment) -> str:
    """Why nothing falls on a node within somebody's service."""
    what = f"the fault '{case.fault.id}' is at '{case.fault.node}', a {case.title} within '{deployment.environment}': "
    if not case.is_asked:
        return f"{what}there, requests of clients can be changed, delayed and refused on their way, and nothing else"
    return (
        f"{what}there it would fall on the requests of all clients, and whoever routes round the {case.title} would "
        "not be free of it; let it be at the endpoint or at a source, or play it in the sandbox"
    )


def _lease(
    case: Case, put: Put, compression: Compression, *, seed: int, position: int
) -> tuple[float, float, Lease]:
    fault, duration, onset = case.fault, case.duration_minutes, case.onset_minutes + put.after_minutes
    wall_s = None if duration is None else compression.wall_s(duration)
    course = Course(fault.shape, compression.wall_s(_ramp_minutes(case)), wall_s, grows=put.grows)
    lease = Lease(
        id=f"{fault.id}.{put.suffix}" if put.suffix else fault.id,
        effects=put.effects,
        seed=seed,
        position=position,
        seconds=LONGEST_S,
        share=1.0 if put.at_once else case.share * put.share,
        course=Course("step", 0.0, wall_s) if put.at_once else course,
        slice=_slice(case, put),
        paths=_paths(case, put),
    )
    return onset, case.horizon_minutes if duration is None else onset + duration, lease


def _ramp_minutes(case: Case) -> float:
    """Where the drill says nothing, the twin's: a period of an hour, and a pulse of two minutes, of the drill."""
    if case.ramp_minutes > 0:
        return case.ramp_minutes
    if case.fault.shape == "periodic":
        return PERIOD_MINUTES
    return PULSE_MINUTES / 2 if case.fault.shape == "pulse" and not case.duration_minutes else 0.0


def _paths(case: Case, put: Put) -> tuple[str, ...]:
    """Where it is met: a source in what clients send, all else where the endpoint asks it."""
    if case.deployment is not None:
        return (case.deployment.path,)
    if put.by == "labels":
        return (LABELS,)
    if case.node.kind == "source":
        return REQUESTS
    if case.node.kind in ANSWERED:
        return (f"{NODES}{case.fault.node}{put.below}",)
    return tuple(f"{NODES}{node}{put.below}" for node in case.asked)


def _slice(case: Case, put: Put) -> Slice | None:
    slice = case.fault.slice
    if slice is None or put.at_once:
        return None
    if put.by == "labels":
        raise NotLiveError(
            f"the fault '{case.fault.id}' is for some of the requests alone, and a label does not say of which sort "
            "its request was: leave out the slice"
        )
    if case.deployment is not None:
        return slice
    sources = [node.id for node in case.service.lineage.nodes if node.kind == "source"]
    own = next(
        (id for id in (case.fault.node, *sources) if slice.field in case.service.lineage.node(id).fields), ""
    )
    return Slice(f"{own}.{slice.field}", slice.least, slice.most)
