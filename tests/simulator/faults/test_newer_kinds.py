"""What the kinds of fault do that reach consumers, hosts, versions and answers, and what they leave alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from generator.model import Slice
from simulator.world.outcomes import CODES, FORMS
from simulator.world.outlook import as_released_by
from tests.simulator.faults.examples import CACHE, EXAMPLES, outlook, staged

FAULTS = {kind: example.fault for kind, example in EXAMPLES.items()}
OK, REFUSED, FAILED = range(len(CODES))
ACCOUNT_AGE = 3


def test_a_sort_of_requests_comes_and_goes() -> None:
    """Nothing at the onset, its share on top after half a period, nothing after a whole one."""
    stage = staged(replace(FAULTS["recurring-drift"], share=0.5))
    usual, nothing, height, gone = (outlook(stage, at) for at in (0.0, 5.0, 11.0, 17.0))

    new_customers = stage.outlooks.graph.fields["account_age_days"] <= 30
    before = stage.outlooks.graph.weight[new_customers].sum()
    np.testing.assert_array_equal(usual.features, nothing.features)
    lowest = stage.outlooks.bins[ACCOUNT_AGE].edges[0]
    assert np.log1p(30) < lowest
    assert height.features[0, ACCOUNT_AGE, 0] > usual.features[0, ACCOUNT_AGE, 0] + 0.4 * (1 - before)
    np.testing.assert_allclose(gone.features, usual.features, atol=1e-9)


@pytest.mark.parametrize("odds_ratio", [0.25, 4.0])
def test_a_prior_shift_leaves_each_class_as_it_was(odds_ratio: float) -> None:
    """The part of positive answers is that of the odds; the model is right in each class about as often as before."""
    fault = replace(FAULTS["prior-shift"], with_={"odds_ratio": odds_ratio})
    stage, healthy = staged(fault), staged()
    label, weight = healthy.outlooks.graph.label, healthy.outlooks.graph.weight
    usual = float(weight @ label)
    now = odds_ratio * usual / (1 - usual + odds_ratio * usual)

    graph = stage.outlooks.graph
    settings = as_released_by(stage.service, stage.outlooks.defaults[None, :], stage.knobs)
    passage = graph.run(settings, stage.faults, np.ones((1, 1)))
    calm = graph.run(settings, (), np.zeros((1, 0)))

    assert float(passage.label[0] @ weight) == pytest.approx(now, abs=2 * weight.max())
    for one in (0.0, 1.0):
        before, after = (
            np.average(p.score[0], weights=weight * (p.label[0] == one)) for p in (calm, passage)
        )
        spread = np.sqrt(np.cov(calm.score[0], aweights=weight * (label == one)))
        rows = 1 / (weight[passage.label[0] == one].sum() / weight.max())
        assert after == pytest.approx(before, abs=4 * spread * np.sqrt(rows))


def test_corrupted_labels_spoil_what_is_shown_and_what_is_trained_and_nothing_else() -> None:
    """Answers stay right; the accuracy that is shown falls, and a model that is trained on such labels harms."""
    wrong = replace(FAULTS["label-corruption"], share=0.6)
    stage, healthy = staged(wrong), outlook(staged())
    spoilt = outlook(stage)

    assert spoilt.impact[0] == 0
    assert spoilt.golden[0] == healthy.golden[0]
    assert spoilt.correct[0] < healthy.correct[0] - 0.4
    assert outlook(stage, retrain="retrained").impact[0] > 0.1


def test_labels_may_be_wrong_of_one_class_alone() -> None:
    """Where frauds come back as honest, accuracy falls by what the model had caught of them, less what it missed."""
    fault = replace(FAULTS["label-corruption"], with_={"instead_of": 1})
    stage, healthy = staged(fault), staged()
    graph = healthy.outlooks.graph
    positive = float(graph.weight @ graph.label)

    assert outlook(stage).correct[0] == pytest.approx(
        1 - float(outlook(healthy).decisions[0, 2]), abs=positive * 0.02 + 1e-9
    )


def test_late_labels_harm_nobody() -> None:
    """Nothing but the labels waits."""
    late, healthy = outlook(staged(FAULTS["label-delay"])), outlook(staged())

    assert late.label_late_s[0] == 2 * 3600
    assert late.impact[0] == 0
    assert late.correct[0] == healthy.correct[0]


def test_a_skewed_version_is_skewed_alone() -> None:
    """The version that computes the feature otherwise shows half of it less one; the other shows it as ever."""
    skewed, healthy = staged(FAULTS["training-serving-skew"]), staged()
    now, before = outlook(skewed), outlook(healthy)

    assert now.feature_mean[0, ACCOUNT_AGE] == pytest.approx(0.5 * before.feature_mean[0, ACCOUNT_AGE] - 1)
    assert now.feature_sd[0, ACCOUNT_AGE] == pytest.approx(0.5 * before.feature_sd[0, ACCOUNT_AGE])
    assert now.impact[0] > outlook(skewed, pipeline_version="v1").impact[0]
    np.testing.assert_array_equal(
        outlook(skewed, pipeline_version="v1").impact, outlook(healthy, pipeline_version="v1").impact
    )


def test_a_temperature_alone_decides_nothing_anew() -> None:
    """Scores move to the middle, and what is above one half stays there; doubtful ones are more."""
    fault = replace(FAULTS["calibration-loss"], with_={"temperature": 3.0, "bias": 0.0})
    flat, healthy = staged(fault), staged()

    assert outlook(flat).impact[0] == 0
    assert outlook(flat).score_sd[0] < 0.9 * outlook(healthy).score_sd[0]
    assert (
        outlook(flat, safe_mode="on").decisions[0, 1] > 3 * outlook(healthy, safe_mode="on").decisions[0, 1]
    )


def test_who_reaches_another_version_gets_its_scores() -> None:
    """With everybody astray the world is that of the other version in force, but for the counter's name."""
    astray, other = outlook(staged(FAULTS["wrong-version"])), outlook(staged(), model_version="spring-2026")

    np.testing.assert_allclose(astray.score, other.score)
    np.testing.assert_allclose(astray.decisions, other.decisions)
    np.testing.assert_array_equal(astray.versions, other.versions)
    assert outlook(staged(FAULTS["wrong-version"]), model_version="spring-2026").impact[0] == pytest.approx(
        outlook(staged(), model_version="spring-2026").impact[0]
    )


def test_slow_hosts_keep_everybody_waiting() -> None:
    """Workers are busier, and requests on fast hosts are later too."""
    fault = replace(FAULTS["cpu-throttling"], share=0.5)
    slow, healthy = outlook(staged(fault)), outlook(staged())

    assert slow.busy[0] == pytest.approx(healthy.busy[0] * (0.5 + 0.5 / 0.2), rel=0.001)
    slice_ = replace(fault, share=1.0, slice=Slice("merchant_risk", 0.8, 1.0))
    assert outlook(staged(slice_)).busy[0] > healthy.busy[0]


def test_lookups_that_time_out_leave_their_other_fields() -> None:
    """Only the fields that are looked up go missing."""
    fault = replace(FAULTS["lookup-timeout"], with_={"timeout_ms": 50, "fields": ["device_trust"]})
    seen = outlook(staged(replace(fault, node=CACHE.id, share=0.4)))

    missing = dict(zip(staged().outlooks.drift_features, seen.features[0, :, -1], strict=True))
    assert missing["device_trust"] == pytest.approx(0.4, abs=0.01)
    assert missing["account_age"] == 0


@pytest.mark.parametrize("form", ["refusal", "malformed"])
def test_an_answer_that_cannot_be_used_has_code_200(form: str) -> None:
    """The share of the answers has that form; no error counts them, golden answers and impact do."""
    with_ = {"version": "summer-2026", "form": form}
    stage, healthy = staged(replace(FAULTS["refusal-spike"], share=0.3, with_=with_)), outlook(staged())
    spoilt = outlook(stage)

    assert spoilt.forms[0, FORMS.index(form)] == pytest.approx(0.3)
    np.testing.assert_array_equal(spoilt.codes, healthy.codes)
    assert spoilt.golden[0] == pytest.approx(0.7 * healthy.golden[0])
    assert spoilt.impact[0] > 0.25
    assert outlook(stage, model_version="spring-2026").forms[0, 0] == 1


def test_repeated_events_are_no_more_requests() -> None:
    """What counts events is three times as large; traffic and the other features are as ever."""
    repeated, healthy = outlook(staged(FAULTS["duplicate-data"])), outlook(staged())

    attempts = staged().outlooks.drift_features.index("attempts")
    others = [place for place in range(repeated.features.shape[1]) if place != attempts]
    assert repeated.feature_mean[0, attempts] > healthy.feature_mean[0, attempts] + 0.3
    np.testing.assert_array_equal(repeated.features[:, others], healthy.features[:, others])
    assert repeated.load_factor[0] == healthy.load_factor[0]
