"""What each kind of fault does, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from generator import kinds
from simulator.world.outcomes import CODES
from simulator.world.staleness import DEFAULT_MEMORY_HOURS
from tests.simulator.faults.examples import AT_FIVE, CACHE, EXAMPLES, outlook, staged

FAULTS = {kind: example.fault for kind, example in EXAMPLES.items()}
OK, REFUSED, FAILED = range(len(CODES))
AMOUNT, ACCOUNT_AGE = 0, 3


@pytest.mark.parametrize("kind", ["bad-model-release", "prompt-regression"])
def test_a_bad_version_harms_only_while_it_serves(kind: str) -> None:
    """With the previous version in force, the world is as if the version had never been bad."""
    bad, healthy = staged(FAULTS[kind]), staged()

    assert outlook(bad).impact[0] > 0.02
    np.testing.assert_array_equal(
        outlook(bad, model_version="spring-2026").impact, outlook(healthy, model_version="spring-2026").impact
    )


def test_a_changed_provider_harms_every_version() -> None:
    """Going back to the previous version is no way around the provider."""
    changed, healthy = staged(FAULTS["provider-change"]), staged()
    before = outlook(healthy, model_version="spring-2026")

    assert outlook(changed, model_version="spring-2026").impact[0] > before.impact[0] + 0.02


@pytest.mark.parametrize("kind", ["error-burst", "provider-outage"])
def test_a_model_that_fails_does_not_fail_what_the_fallback_decides(kind: str) -> None:
    """Errors are as many as requests that take the model's route."""
    stage = staged(replace(FAULTS[kind], share=0.6))
    usual = stage.service.profile.error_ratio

    assert outlook(stage, traffic_split=1.0).codes[0, FAILED] == pytest.approx(0.6, abs=0.001)
    assert outlook(stage, traffic_split=0.5).codes[0, FAILED] == pytest.approx(0.3, abs=0.001)
    assert outlook(stage, traffic_split=0.0).codes[0, FAILED] == usual


@pytest.mark.parametrize("kind", ["error-burst", "provider-outage"])
def test_nothing_fails_more_often_than_always(kind: str) -> None:
    """When every request fails, no share of answers falls below zero."""
    codes = outlook(staged(replace(FAULTS[kind], share=1.0)), traffic_split=1.0).codes[0]

    assert codes.min() >= 0
    assert codes[FAILED] == pytest.approx(1)


def test_an_error_burst_grows_with_its_share_and_shows_in_the_codes() -> None:
    """At the endpoint it meets every route."""
    stage = staged(replace(FAULTS["error-burst"], node="scoring-endpoint", share=0.2))

    for split in (0.0, 0.5, 1.0):
        codes = outlook(stage, traffic_split=split).codes[0]
        assert codes[FAILED] == pytest.approx(0.2, abs=0.001)
        assert codes.sum() == pytest.approx(1)


@pytest.mark.parametrize("kind", ["null-spike", "schema-change", "upstream-outage"])
def test_what_is_gone_is_missing_for_the_share(kind: str) -> None:
    """The ratio of missing values is the share that is reached."""
    place = ACCOUNT_AGE if kind == "null-spike" else AMOUNT
    stage = staged(replace(FAULTS[kind], share=0.4))

    assert outlook(staged()).features[0, place, -1] == 0
    assert outlook(stage).features[0, place, -1] == pytest.approx(0.4, abs=0.01)


def test_stale_features_are_distributed_as_ever_and_wrong() -> None:
    """Age and accuracy tell; drift does not."""
    stale, healthy = outlook(staged(FAULTS["stale-features"])), outlook(staged())

    np.testing.assert_allclose(stale.features, healthy.features, atol=0.01)
    assert stale.feature_age_s[0, ACCOUNT_AGE] == 240 * 3600
    assert stale.feature_age_s[0, AMOUNT] == 0
    assert stale.correct[0] < healthy.correct[0] - 0.005


def test_the_older_the_features_the_more_harm() -> None:
    """An hour is next to nothing, where values stay much the same for days."""
    ages = [
        replace(FAULTS["stale-features"], with_={**FAULTS["stale-features"].with_, "age_hours": hours})
        for hours in (1, 24, 720)
    ]
    impacts = [outlook(staged(fault)).impact[0] for fault in ages]

    assert impacts == sorted(impacts)
    assert impacts[0] < impacts[-1] / 3


def test_the_memory_that_is_left_out_is_the_one_that_is_declared() -> None:
    """The default stands in the declaration, where authors read it."""
    for table, kind in (("faults", "stale-features"), ("controls", "last-good-values")):
        declared = kinds.load(table)[kind].parameters["properties"]["memory_hours"]["default"]
        assert declared == DEFAULT_MEMORY_HOURS


def test_concept_drift_shows_in_labels_alone() -> None:
    """Inputs, scores and decisions are those of the healthy world; so are the answers to old questions."""
    drifted, healthy = outlook(staged(replace(FAULTS["concept-drift"], share=0.2))), outlook(staged())

    for name in ("features", "score", "decisions", "codes", "golden"):
        np.testing.assert_array_equal(getattr(drifted, name), getattr(healthy, name))
    assert drifted.correct[0] == pytest.approx(healthy.correct[0] - 0.2, abs=0.02)
    assert drifted.impact[0] == pytest.approx(0.2, abs=0.02)


def test_known_questions_tell_the_model_from_its_inputs() -> None:
    """Golden accuracy falls with a bad release or a stale store, and stands while a source is wrong."""
    usual = outlook(staged()).golden[0]

    for kind in ("bad-model-release", "stale-features", "sentinel-value", "provider-outage"):
        assert outlook(staged(FAULTS[kind])).golden[0] < usual - 0.002, kind
    for kind in ("unit-change", "upstream-outage", "covariate-shift", "load-surge"):
        assert outlook(staged(FAULTS[kind])).golden[0] == usual, kind


def test_a_surge_brings_more_requests_who_wait_and_are_refused() -> None:
    """The factor grows with the intensity; workers help."""
    stage = staged(replace(FAULTS["load-surge"], shape="linear", ramp_minutes=10))
    half, full = outlook(stage, 10.0), outlook(stage, 20.0)

    assert (half.load_factor[0], full.load_factor[0]) == (4.5, 8)
    assert full.codes[0, REFUSED] > half.codes[0, REFUSED]
    assert outlook(stage, 20.0, capacity=8).codes[0, REFUSED] < full.codes[0, REFUSED]


def test_a_permuted_category_keeps_its_codes() -> None:
    """Of two codes, each stands for the other."""
    swapped, healthy = outlook(staged(FAULTS["category-permutation"])), outlook(staged())

    place = staged().outlooks.drift_features.index("foreign_card")
    assert swapped.feature_mean[0, place] == pytest.approx(1 - healthy.feature_mean[0, place])


def test_a_sentinel_is_one_value_for_all_who_are_reached() -> None:
    """The model takes -1 for a value; it is not missing."""
    seen = outlook(staged(FAULTS["sentinel-value"]))

    assert seen.features[0, ACCOUNT_AGE, -1] == 0
    assert seen.feature_mean[0, ACCOUNT_AGE] == 0  # log1p of what is negative
    assert seen.feature_sd[0, ACCOUNT_AGE] == 0


def test_two_faults_on_one_way_add_up() -> None:
    """A store that is stale behind a source that is gone has nothing old to give."""
    gone = replace(FAULTS["upstream-outage"], node="account-store", share=0.5)
    both = outlook(staged(gone, replace(FAULTS["stale-features"], node=CACHE.id, onset_minutes=AT_FIVE)))

    assert both.features[0, ACCOUNT_AGE, -1] == pytest.approx(0.5, abs=0.01)
    assert both.feature_age_s[0, ACCOUNT_AGE] == pytest.approx(240 * 3600)
