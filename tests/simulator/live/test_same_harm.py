"""A fault does the same to real requests as to those of the simulated world: the same rows through both."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest

from generator.model import Fault, Node
from simulator.faults import KINDS as SIMULATED
from simulator.live.bodies import read
from simulator.live.clock import Compression
from simulator.live.effects import prepared
from simulator.live.headers import TAKEN_AT
from simulator.live.lease import Lease
from simulator.live.translating import leases
from simulator.session.stage import Stage
from simulator.world.flow import Floats, Flow, Reach
from tests.simulator.live.faulty import EXAMPLES, MODEL, WEATHER
from tests.simulator.live.test_translating import _stage
from tests.simulator.stages import whole_catalogue

ROWS = 1500
RANDOM = {"freeze", "noise"}
PANEL = {
    name: np.asarray(values[:ROWS], dtype=float)
    for name, values in whole_catalogue().panels["delay-predictor"].columns.items()
}
LOGITS = np.linspace(-4, 4, ROWS)


def _examples(*, with_random: bool) -> list[Fault]:
    """Those that change values, and whether by chance."""
    found = []
    for fault in (one for faults in EXAMPLES.values() for one in faults):
        kinds = {effect.kind for lease in _leases(fault) for effect in lease.effects}
        changes = kinds - {"refuse", "delay"}
        if changes and fault.kind != "label-corruption" and bool(changes & RANDOM) == with_random:
            found.append(fault)
    return found


def _leases(fault: Fault) -> Sequence[Lease]:
    return [lease for _, _, lease in leases(_stage(fault), 0, Compression(20))]


def _values(stage: Stage, node: Node) -> Mapping[str, Floats]:
    """What leaves a node when all is well, axes (row,)."""
    if node.kind == "model":
        return {"logit": LOGITS}
    if node.kind == "pipeline":
        return {one.name: PANEL[one.field] for one in node.versions[-1].features}
    if node.kind == "feature_store":
        return {name: PANEL[name] for name in ("departure_delay_min", "origin_delay_min")}
    return {name: PANEL[name] for name in node.fields}


def _simulated(fault: Fault, intensity: float = 1.0) -> Mapping[str, Floats]:
    """What leaves the node by the simulated fault, axes (row,), NaN where missing."""
    stage = _stage(fault)
    node, panel = stage.service.lineage.node(fault.node), stage.panel.columns
    values, weight = _values(stage, node), np.ones(ROWS) / ROWS
    reach = Reach(
        intensity=np.array([intensity]),
        share=fault.share,
        rank=(np.random.default_rng(3).permutation(ROWS) + 0.5) / ROWS,
        inside=np.ones(ROWS, dtype=bool),
        healthy={name: np.asarray(column, dtype=float) for name, column in panel.items()},
        weight=weight,
        versions=tuple(one.id for one in node.versions),
        version=np.array([len(node.versions) - 1.0]),
        host=((np.random.default_rng(4).permutation(ROWS) + 0.5) / ROWS)[None, :],
    )
    rows = {name: column[None, :] for name, column in values.items()}
    flow = Flow({}, logit=rows["logit"]) if node.kind == "model" else Flow(rows)
    flow = SIMULATED[fault.kind].transform(flow, reach, fault.with_)
    made = {"logit": flow.logit} if flow.logit is not None else flow.fields
    return {name: np.broadcast_to(column, (1, ROWS))[0] for name, column in made.items()}


def _live(fault: Fault, intensity: float = 1.0) -> Mapping[str, Floats]:
    """The same by the leases, as they fall on the bodies that carry these values."""
    stage = _stage(fault)
    node = stage.service.lineage.node(fault.node)
    values = _values(stage, node)
    ready = [prepared(lease) for lease in _leases(fault)]
    is_answer = any(lease.needs_answer_body for lease in ready)
    out: dict[str, list[float]] = {name: [] for name in values}
    for row in range(ROWS):
        carried = {name: float(column[row]) for name, column in values.items()}
        sent = {"values": carried} if is_answer else {"inputs": {node.id: carried}}
        document = read("/predict", "application/json", json.dumps(sent).encode())
        assert document is not None
        for lease in ready:
            fate = lease.fate(f"r-{row}", None if is_answer else document, {}, intensity)
            if fate is not None and is_answer:
                fate.answer(document)
        held = json.loads(document.dump())
        left = held["values"] if is_answer else held["inputs"][node.id]
        for name, column in out.items():
            column.append(float("nan") if left.get(name) is None else left[name])
    return {name: np.array(column) for name, column in out.items()}


@pytest.mark.parametrize(
    "fault", _examples(with_random=False), ids=lambda fault: f"{fault.kind} {fault.node}"
)
def test_on_everybody_both_change_the_same_values_to_the_same(fault: Fault) -> None:
    simulated, live = _simulated(fault), _live(fault)

    assert simulated.keys() == live.keys()
    for name, column in simulated.items():
        # Both multiply, one of them on a logarithmic scale.
        np.testing.assert_allclose(live[name], column, rtol=1e-12, atol=1e-12, err_msg=name)
    assert any(not np.array_equal(live[name], column) for name, column in _healthy(fault).items())


def _healthy(fault: Fault) -> Mapping[str, Floats]:
    stage = _stage(fault)
    return _values(stage, stage.service.lineage.node(fault.node))


@pytest.mark.parametrize(
    "fault", _examples(with_random=False), ids=lambda fault: f"{fault.kind} {fault.node}"
)
def test_a_share_is_as_large_in_both_halfway_up_a_ramp_too(fault: Fault) -> None:
    """Whatever grows: how many are changed, and by how much on average."""
    fault = replace(fault, share=0.4, shape="linear", ramp_minutes=10.0)
    healthy, simulated, live = _healthy(fault), _simulated(fault, 0.5), _live(fault, 0.5)

    for name, column in healthy.items():
        changed = [
            ~((found == column) | np.isnan(found) & np.isnan(column))
            for found in (simulated[name], live[name])
        ]
        assert changed[0].mean() == pytest.approx(changed[1].mean(), abs=_error(changed[0]))
        shifts = [np.nan_to_num(found - column) for found in (simulated[name], live[name])]
        spread = np.hypot(shifts[0].std(), shifts[1].std()) / np.sqrt(ROWS)
        assert shifts[0].mean() == pytest.approx(shifts[1].mean(), abs=4 * spread + 1e-9)


def _error(changed: np.ndarray) -> float:  # type: ignore[type-arg]
    """Four standard errors of a share of the rows."""
    share = changed.mean()
    return 4 * float(np.sqrt(share * (1 - share) / ROWS)) + 1 / ROWS


@pytest.mark.parametrize(
    "fault",
    [one for one in _examples(with_random=True) if one.node == MODEL],
    ids=lambda fault: fault.kind,
)
@pytest.mark.parametrize("intensity", [1.0, 0.5])
def test_scores_are_as_biased_and_as_noisy(fault: Fault, intensity: float) -> None:
    """Another error in each request, or one for each prototype: the same over many."""
    errors = [found["logit"] - LOGITS for found in (_simulated(fault, intensity), _live(fault, intensity))]
    spread = errors[0].std()

    assert spread > 0
    assert errors[1].mean() == pytest.approx(errors[0].mean(), abs=5 * spread / np.sqrt(ROWS))
    assert errors[1].std() == pytest.approx(spread, rel=0.1)


@pytest.mark.parametrize("fault", EXAMPLES["stale-features"], ids=lambda fault: fault.node)
def test_stale_values_are_distributed_as_ever_and_tied_as_loosely_to_the_present(fault: Fault) -> None:
    healthy, simulated, live = _healthy(fault), _simulated(fault), _live(fault)

    for name in fault.with_["fields"]:
        tied = [_ranked(healthy[name], found[name]) for found in (simulated, live)]
        assert tied[1] == pytest.approx(tied[0], abs=0.12)
        quantiles = [np.quantile(found, [0.25, 0.5, 0.75]) for found in (healthy[name], live[name])]
        assert np.abs(quantiles[1] - quantiles[0]).max() <= 0.35 * healthy[name].std()


def _ranked(one: Floats, other: Floats) -> float:
    """Spearman's rank correlation."""
    return float(np.corrcoef(np.argsort(np.argsort(one)), np.argsort(np.argsort(other)))[0, 1])


def test_stale_values_are_said_to_be_as_old_as_in_the_twin() -> None:
    (fault, _) = EXAMPLES["stale-features"]
    aged, replayed = _leases(fault)
    older = next(effect for effect in aged.effects if effect.kind == "shift")

    assert dict(older.with_) == {"field": f"{WEATHER}.{TAKEN_AT}", "by": -12 * 3600}
    assert aged.course.grows == "size"
    assert replayed.share == pytest.approx(1 - np.exp(-12 / 24))


@pytest.mark.parametrize("kind", ["error-burst", "provider-outage", "bad-configuration"])
def test_as_many_fail_or_are_refused(kind: str) -> None:
    fault = replace(EXAMPLES[kind][0], share=0.3)
    (lease,) = _leases(fault)
    hit = sum(prepared(lease).fate(f"r-{row}", None, {}, 0.5) is not None for row in range(ROWS)) / ROWS
    wanted = 0.3 * 0.5 * fault.with_.get("refused", 1.0)

    assert hit == pytest.approx(wanted, abs=4 * np.sqrt(wanted * (1 - wanted) / ROWS))
    assert lease.effects[0].with_["status"] == {"bad-configuration": 429, "provider-outage": 503}.get(
        kind, 500
    )


@pytest.mark.parametrize("kind", ["tail-latency", "provider-change", "lookup-timeout"])
def test_delays_have_the_quantiles_of_the_twin(kind: str) -> None:
    fault = EXAMPLES[kind][0]
    (lease,) = [lease for lease in _leases(fault) if any(effect.kind == "delay" for effect in lease.effects)]
    ready = prepared(lease)
    fates = [ready.fate(f"r-{row}", None, {}, 1.0) for row in range(ROWS)]
    delays = np.array([fate.delay_s for fate in fates if fate is not None])
    (wanted,) = SIMULATED[kind].transform(Flow({}), _reach(), fault.with_).delays

    sigma = np.log(wanted.p99_s / wanted.p50_s) / NormalDist().inv_cdf(0.99)
    assert np.median(delays) == pytest.approx(wanted.p50_s, rel=0.03)
    assert np.quantile(delays, 0.84) == pytest.approx(wanted.p50_s * np.exp(sigma * 0.994458), rel=0.05)


def _reach() -> Reach:
    everybody = np.ones(4, dtype=bool)
    return Reach(np.ones(1), 1.0, np.arange(4) / 4, everybody, {}, np.full(4, 0.25))


def test_labels_are_flipped_and_nothing_else_is() -> None:
    (fault,) = EXAMPLES["label-corruption"]
    (lease,) = _leases(fault)
    parcel = read("/labels", "application/json", b'[{"id":"r-1","label":0},{"id":"r-2","label":1}]')
    assert parcel is not None
    prepared(lease).fate("labels-0", parcel, {}, 1.0)

    assert json.loads(parcel.dump()) == [{"id": "r-1", "label": 1}, {"id": "r-2", "label": 0}]


def test_a_ramp_of_a_shift_moves_it_farther_and_a_ramp_of_a_unit_moves_more_of_them() -> None:
    """As in the twin: the weather changes for all, a rollout reaches one after the other."""
    (shifted, _), (unit,) = EXAMPLES["covariate-shift"], EXAMPLES["unit-change"]
    name = "distance_miles"

    for fault, expected in ((shifted, 1.0), (unit, 0.5)):
        moved = (_live(fault, 0.5)[name] != PANEL[name]).mean()
        assert moved == pytest.approx(expected, abs=0.03)
    factor = _live(shifted, 0.5)[name] / PANEL[name]
    whole = _live(shifted)[name] / PANEL[name]
    np.testing.assert_allclose(factor**2, whole, rtol=1e-9)


def test_no_size_grows_where_an_effect_has_none() -> None:
    """A renamed field is renamed, or it is not."""
    (fault,) = EXAMPLES["schema-change"]
    (lease,) = _leases(fault)

    with pytest.raises(ValueError, match="one of them has none: let the share grow"):
        prepared(replace(lease, course=replace(lease.course, grows="size")))
