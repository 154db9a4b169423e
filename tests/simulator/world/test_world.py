"""The simulated service: what its telemetry is made of, and what may change it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from generator.model import Service
from simulator.session.stage import set_up
from simulator.world.telemetry import Telemetry, series
from simulator.world.world import World
from tests.simulator.stages import FAULT_DRILL, QUIET_DRILL, catalogue, shorter, stage, with_drill

SEEDS = (3, 7)


def _run(world: World, steps: int = 40) -> Telemetry:
    for step in range(steps):
        world.step(step)
    return world.telemetry


def _rows(telemetry: Telemetry, name: str) -> np.ndarray:
    rows = [row for row, identity in enumerate(telemetry.identities) if identity.name == name]
    return telemetry.values[rows, :, : telemetry.length]


def _with_profile(**changes: object) -> World:
    shipped = catalogue()
    service = shipped.service("fraud-scorer")
    changed = replace(service, profile=replace(service.profile, **changes))  # type: ignore[arg-type]
    services = tuple(changed if one.id == service.id else one for one in shipped.services)
    return set_up(replace(shipped, services=services), FAULT_DRILL, SEEDS).world()


def test_the_same_seed_gives_the_same_telemetry_and_another_seed_another() -> None:
    """A world is reproducible, and its replicas are different worlds."""
    first, second = _run(stage(FAULT_DRILL, SEEDS).world()), _run(stage(FAULT_DRILL, SEEDS).world())

    np.testing.assert_array_equal(first.values, second.values)
    requests = _rows(first, "model_inference_requests_total")
    assert not np.array_equal(requests[:, 0], requests[:, 1])


@pytest.mark.parametrize(
    ("change", "own"),
    [
        ({"error_ratio": 0.2}, {"model_inference_requests_total"}),
        ({"labels": "half"}, {"model_labelled_accuracy_ratio"}),
    ],
)
def test_a_changed_rate_changes_no_draw_of_another_node(change: dict[str, object], own: set[str]) -> None:
    """More errors, or more labels, move their own series and leave every other as it was, byte for byte."""
    service: Service = catalogue().service("fraud-scorer")
    if "labels" in change:
        change = {"labels": replace(service.profile.labels, share=0.5)}
    before, after = _run(stage(FAULT_DRILL, SEEDS).world()), _run(_with_profile(**change))

    moved = {
        identity.name
        for row, identity in enumerate(before.identities)
        if not np.array_equal(before.values[row], after.values[row], equal_nan=True)
    }
    assert moved == own


def test_one_more_drift_feature_changes_no_draw_of_another() -> None:
    """A consumer that is added to one node draws from a stream of its own."""
    profile = catalogue().service("fraud-scorer").profile
    fewer = replace(profile.drift, features=profile.drift.features[:-1])
    all_of_them, without = _run(stage(FAULT_DRILL, SEEDS).world()), _run(_with_profile(drift=fewer))

    for row, identity in enumerate(without.identities):
        np.testing.assert_array_equal(without.values[row], all_of_them.values[all_of_them.row(identity)])


def test_requests_arrive_as_a_poisson_stream_at_the_rate_of_the_hour() -> None:
    """Counts of many scrapes have the mean and the variance of their Poisson law, within four standard errors."""
    world = stage(QUIET_DRILL, tuple(range(40))).world()
    telemetry = _run(world, 80)
    totals = _rows(telemetry, "model_inference_requests_total").sum(axis=0)[:, -81:]
    counts = np.diff(totals, axis=1)
    traffic = catalogue().service("fraud-scorer").profile.traffic
    hour = 9 + 20 / 60 + np.arange(80) * 15 / 3600
    expected = (
        traffic.requests_per_s
        * 15
        * (1 + traffic.daily_swing * np.cos(2 * np.pi * (hour - traffic.peak_hour) / 24))
    )

    scores = (counts - expected) / np.sqrt(expected)
    assert abs(scores.mean()) < 4 / np.sqrt(scores.size)
    assert abs(scores.var() - 1) < 4 * np.sqrt(2 / scores.size)


def test_a_histogram_is_cumulative_and_counts_every_request() -> None:
    """Buckets ascend, and the last one holds all that were counted by code."""
    telemetry = _run(stage(FAULT_DRILL, SEEDS).world())
    buckets = _rows(telemetry, "model_inference_duration_seconds_bucket")

    assert np.all(np.diff(buckets, axis=0) >= 0)
    np.testing.assert_array_equal(buckets[-1], _rows(telemetry, "model_inference_requests_total").sum(axis=0))


def test_labels_arrive_late() -> None:
    """Accuracy among labels shows harm only after the label delay."""
    fault = stage(FAULT_DRILL, (7,))
    world = fault.world()
    _run(world, fault.clockwork.steps + 1)
    row = world.telemetry.row(series("model_labelled_accuracy_ratio", window="60m"))
    accuracy = world.telemetry.values[row, 0, len(world.past) :]
    onset = float(fault.faults[0].onset_minutes[0])
    delay = fault.service.profile.labels.delay_minutes
    minutes = np.arange(len(accuracy)) / 4

    assert accuracy[minutes < onset + delay - 1].min() > 0.98
    assert accuracy[-1] < 0.9


def test_the_impact_is_zero_before_the_onset_and_while_nothing_harms() -> None:
    """The truth is noise-free: not a trace of harm where there is none."""
    harmful, quiet = stage(FAULT_DRILL, SEEDS), stage(QUIET_DRILL, SEEDS)
    worlds = harmful.world(), quiet.world()
    for world in worlds:
        _run(world, 100)
    before = int(harmful.faults[0].onset_minutes.min() * 4)

    assert np.all(worlds[0].impact[:, :before] == 0)
    assert np.all(worlds[1].impact < quiet.drill.tolerance)
    assert np.all(worlds[0].impact[:, 90] > 0.2)


def test_a_drill_starts_with_a_past() -> None:
    """At the first scrape every gauge has a value, those over an hour of late labels included."""
    world = stage(FAULT_DRILL, SEEDS).world()
    world.step(0)

    assert not np.isnan(world.telemetry.values[:, :, world.telemetry.length - 1]).any()


def test_a_shorter_horizon_is_the_beginning_of_a_longer_one() -> None:
    """The length of a drill shifts no draw."""
    short = set_up(with_drill(shorter(20)), FAULT_DRILL, SEEDS).world()
    long = stage(FAULT_DRILL, SEEDS).world()

    np.testing.assert_array_equal(
        _run(short).values[..., : short.telemetry.length], _run(long).values[..., : short.telemetry.length]
    )
