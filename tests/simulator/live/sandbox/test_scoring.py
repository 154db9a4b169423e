"""The sandbox's own arithmetic, held against the simulated world's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import numpy as np
import pytest

from generator.model import Setting
from simulator import controls
from simulator.live.sandbox.fate import fate_of
from simulator.live.sandbox.hands import HANDS
from simulator.live.sandbox.healthy import case_of
from simulator.live.sandbox.scoring import Asked, Scorer
from simulator.world.flow import Flow, PlacedFault, Reach
from simulator.world.graph import Graph
from simulator.world.outlook import as_released_by
from simulator.world.passage import Passage
from simulator.world.settings import Settings
from tests.simulator.live.sandbox.served import DELAYS, FRAUD, Bench, bench, given

SETTINGS = [
    (service, control.id, value)
    for service in (DELAYS, FRAUD)
    for control in given(service).service.controls
    for value in control.values
]
OUT = {DELAYS: ("operations-feed", "departure_delay_min"), FRAUD: ("payments-feed", "amount")}
"""A source, and a field that goes missing there."""


def in_the_world(
    service: str, turned: Mapping[str, Setting], *, missing: tuple[str, str] | None = None
) -> tuple[Settings, Passage]:
    """What the simulated world makes of the panel under these settings."""
    shipped = given(service)
    knobs = controls.knobs(shipped.service)
    codes = [knob.encode(turned[knob.id]) if knob.id in turned else knob.default for knob in knobs]
    settings = as_released_by(shipped.service, np.array([codes]), knobs)
    faults = [] if missing is None else [gone(*missing)]
    return settings, Graph(shipped.service, shipped.panel).run(settings, faults, np.ones((1, len(faults))))


def gone(node: str, field: str) -> PlacedFault:
    """A fault by which a field is missing from everybody's request."""

    def without(flow: Flow, reach: Reach) -> Flow:
        return flow.without_field(field, np.ones((1, len(reach.weight)), dtype=bool))

    return PlacedFault(
        node=node,
        transform=without,
        onset_minutes=np.zeros(1),
        shape="step",
        ramp_minutes=0.0,
        duration_minutes=None,
        share=1.0,
        inside=np.ones(1, dtype=bool),
        benign=False,
    )


def asked(made: Bench, case: int, missing: tuple[str, str] | None) -> Asked:
    healthy = case_of(made.sandbox.held, case)
    if missing is None:
        return healthy
    inputs = {node: dict(fields) for node, fields in healthy.inputs.items()}
    del inputs[missing[0]][missing[1]]
    return Asked(healthy.id, case, inputs)


def assert_same(service: str, turned: Mapping[str, Setting], missing: tuple[str, str] | None = None) -> None:
    """Every row of the panel gets the same features, score and decisions here and there."""
    made = asyncio.run(_turned(service, turned))
    scorer = made.sandbox.scorer
    settings, passage = in_the_world(service, turned, missing=missing)
    count = made.sandbox.held.cases
    rows = [asked(made, case, missing) for case in range(count)]
    scored = [scorer.score(row) for row in rows]

    there = {name: np.broadcast_to(values, (1, count))[0] for name, values in passage.features.items()}
    for place, name in enumerate(made.sandbox.monitors.features):
        here = np.array([one.features[place] for one in scored], dtype=float)
        np.testing.assert_allclose(here, there.get(name, np.full(count, np.nan)), rtol=1e-12)
    score = np.broadcast_to(passage.score, (1, count))[0]
    np.testing.assert_allclose([one.score for one in scored], score, atol=1e-9)
    threshold = float(np.ravel(passage.threshold)[0])
    assert [one.block for one in scored] == (score > threshold).tolist()
    assert [one.held for one in scored] == (np.abs(score - threshold) < settings.hold_margin[0]).tolist()
    block = np.broadcast_to(passage.rules_block, (1, count))[0]
    points = scorer.points, scorer._points
    assert [points[0](row) >= points[1] for row in rows] == block.tolist()


async def _turned(service: str, turned: Mapping[str, Setting]) -> Bench:
    made = bench(service)
    for control, value in turned.items():
        made.turn(control, value)
    return made


@pytest.mark.parametrize(
    ("service", "control", "value"),
    [setting for setting in SETTINGS if setting[2] != "retrained"],
)
def test_every_row_of_the_panel_is_decided_as_in_the_simulated_world(
    service: str, control: str, value: Setting
) -> None:
    """Under each setting of each control: the same features, scores and decisions."""
    assert_same(service, {control: value})


@pytest.mark.parametrize("service", [DELAYS, FRAUD])
def test_defaults_stand_in_for_what_is_missing_as_in_the_simulated_world(service: str) -> None:
    """A field that is missing from every request."""
    assert_same(service, {}, OUT[service])


@pytest.mark.parametrize("control", ["last-good-delays", "last-good-values"])
def test_last_good_values_are_those_of_the_simulated_world(control: str) -> None:
    """Old values of the same case, at the store or behind the pipeline."""
    assert_same(DELAYS, {control: "on"}, OUT[DELAYS])


def test_both_last_good_values_and_another_pipeline_together_are_those_of_the_simulated_world() -> None:
    """Several controls at once."""
    turned = {"last-good-delays": "on", "last-good-values": "on", "safe-mode": "on", "distance-toggle": "off"}

    assert_same(DELAYS, turned, OUT[DELAYS])
    assert_same(DELAYS, {"last-good-values": "on", "pipeline-version": "v1"}, OUT[DELAYS])


@pytest.mark.parametrize(("service", "freeze"), [(DELAYS, "training-freeze"), (FRAUD, "training-data")])
def test_a_model_trained_on_healthy_requests_is_that_of_the_simulated_world(
    service: str, freeze: str
) -> None:
    """With the training data frozen, both fit the panel."""
    retrain = {DELAYS: "retrain", FRAUD: "model-training"}[service]

    assert_same(service, {freeze: "on", retrain: "retrained"})


def test_every_kind_of_control_that_the_simulated_world_has_is_at_hand() -> None:
    """One table here, one there."""
    assert list(HANDS) == list(controls.KINDS)


def test_a_traffic_split_sends_its_share_to_the_fallback_and_moves_nobody_back_and_forth() -> None:
    """A half, keyed by the request's id; who takes the fallback's route at a half takes it at nothing too."""

    async def routes(share: float) -> list[str]:
        made = bench()
        made.turn("traffic-split", share)
        rows = [case_of(made.sandbox.held, case) for case in range(2000)]
        scorer: Scorer = made.sandbox.scorer
        return [scorer.decide(row, scorer.score(row), fate_of(7, row.id)).route for row in rows]

    half, none = asyncio.run(routes(0.5)), asyncio.run(routes(0.0))

    assert abs(half.count("model") / 2000 - 0.5) < 5 * np.sqrt(0.25 / 2000)
    assert set(none) == {"fallback"}
    assert asyncio.run(routes(0.5)) == half
