"""What the world counts is what a simulation request by request counts, or what a closed form says.

Tolerances follow from the numbers of requests on both sides, and from the size of the panel where a fault
reaches some of its rows for good; see ``by_request``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.simulator.faults.examples import EXAMPLES
from tests.simulator.world.by_request import (
    BEGIN,
    END,
    LEVEL,
    Played,
    error_of,
    fixed_error,
    panel,
    requests,
    service,
    weight,
)

FAULTS = {kind: example.fault for kind, example in EXAMPLES.items()}
LATENCY = "model_inference_duration_seconds_bucket"
LOAD_STEP = 2 ** (1 / 48)
"""The world rounds the load of the hour to steps of 3 %, hence by half of one at most."""


def _blocked(played: Played) -> tuple[float, float]:
    """The share of decisions that block, and how many decisions there were."""
    decisions = played.counted("model_decisions_total", "decision")
    return decisions.share("block"), decisions.all


def _times(rng: np.random.Generator, count: int, *, slowdown: float | np.ndarray) -> np.ndarray:
    """Service times of the model's route, in seconds."""
    route = service().profile.latency.model
    mu, sigma = np.log(route.p50_ms / 1000), np.log(route.p99_ms / route.p50_ms) / 2.3263478740408408
    return np.exp(rng.normal(mu, sigma, count)) * slowdown


def _slowdowns(played: Played, busier: float) -> tuple[float, float]:
    """Least and most waiting in a queue with one line, relative to that at mean traffic, within the world's rounding.

    ``busier``: how many times as long a request holds its worker.
    """
    times, mean = service().profile.latency, service().profile.traffic.requests_per_s
    rate = played.counted("model_inference_requests_total", "code").all / 2 / ((END - BEGIN) * 60)
    usual = mean * times.occupancy_ms / 1000 / times.workers
    now = rate * times.occupancy_ms / 1000 * busier / times.workers
    least, most = ((1 - usual) / (1 - now * step) for step in (1 / LOAD_STEP, LOAD_STEP))
    return least, most


def _assert_same_times(played: Played, fast: np.ndarray, slow: np.ndarray, *, fixed: float = 0.0) -> None:
    """Every bucket has a share between those of the two samples; ``fixed``: the error of a fixed sample."""
    buckets = played.counted(LATENCY, "le").by
    for edge, counted in buckets.items():
        least, most = (float((seconds <= float(edge)).mean()) for seconds in (slow, fast))
        error = max(error_of(share, buckets["+Inf"], len(fast)) for share in (least, most)) + fixed
        assert least - error <= counted / buckets["+Inf"] <= most + error, edge


def test_a_bad_configuration_refuses_its_part_of_what_comes() -> None:
    """On 30 % of the hosts four requests of five: a binomial number of all that come, and nothing fails more."""
    played = Played(replace(FAULTS["bad-configuration"], share=0.3))

    codes = played.counted("model_inference_requests_total", "code")

    assert codes.share("429") == pytest.approx(
        0.3 * 0.8, abs=error_of(0.24, codes.all) + 0.8 * weight().max()
    )
    failed = service().profile.error_ratio
    assert codes.share("500") == pytest.approx(failed, abs=error_of(failed, codes.all))


def test_a_surge_brings_as_many_requests_as_it_says() -> None:
    """Counts at three times the traffic are Poisson: the sum lies where three times the hour's rate puts it."""
    fault = replace(FAULTS["load-surge"], with_={"factor": 3})
    surge, calm = Played(fault), Played()

    many, usual = (one.counted("model_inference_requests_total", "code").all for one in (surge, calm))

    assert many == pytest.approx(3 * usual, abs=LEVEL * np.sqrt(many + 9 * usual))


def test_slow_hosts_make_two_sorts_of_requests() -> None:
    """A quarter of the hosts at 40 % of their speed: times are a mixture of two lognormals, in a busier queue."""
    played = Played(replace(FAULTS["cpu-throttling"], share=0.25, with_={"speed": 0.4}))
    there = requests()
    slow = there.some(0.25)

    slowdowns = _slowdowns(played, 1 + 0.25 * (1 / 0.4 - 1))
    fast, late = (
        _times(there.rng, there.count, slowdown=slowdown * np.where(slow, 1 / 0.4, 1.0))
        for slowdown in slowdowns
    )

    _assert_same_times(played, fast, late, fixed=weight().max())


def test_a_lookup_that_misses_its_deadline_costs_the_deadline_and_the_value() -> None:
    """30 % wait 120 ms longer, and for 30 % the features are missing: the model blocks as it does with defaults."""
    fault = replace(FAULTS["lookup-timeout"], share=0.3, with_={"timeout_ms": 120})
    played, there = Played(fault), requests()
    missed, usually = there.some(0.3), there.logit() > 0
    for name in ("account_age_days", "device_trust"):
        there.fields[name] = np.where(missed, np.nan, there.fields[name])
    occupancy = service().profile.latency.occupancy_ms / 1000

    slowdowns = _slowdowns(played, 1 + 0.3 * 0.12 / occupancy)
    fast, slow = (_times(there.rng, there.count, slowdown=slowdown) + 0.12 * missed for slowdown in slowdowns)

    _assert_same_times(played, fast, slow, fixed=weight().max())
    blocked, decisions = _blocked(played)
    share, differ = float((there.logit() > 0).mean()), float(((there.logit() > 0) != usually)[missed].mean())
    assert blocked == pytest.approx(
        share, abs=error_of(share, decisions, there.count) + fixed_error(0.3, differ=differ)
    )
    assert played.gauge("model_feature_null_ratio", 24, feature="account_age") == pytest.approx(
        0.3, abs=error_of(0.3, decisions / 4) + weight().max()
    )


def test_tail_latency_adds_a_lognormal_delay_to_some() -> None:
    """Every fifth request takes a delay more; its time is the sum, and the queue is longer by what it holds."""
    fault = replace(FAULTS["tail-latency"], share=0.2, with_={"p50_ms": 150, "p99_ms": 600})
    played, there = Played(fault), requests()
    late = there.some(0.2)
    mu, sigma = np.log(0.15), np.log(4) / 2.3263478740408408
    delays = np.exp(there.rng.normal(mu, sigma, there.count)) * late

    occupancy = service().profile.latency.occupancy_ms / 1000
    mean = float(np.exp(mu + sigma**2 / 2))
    slowdowns = _slowdowns(played, 1 + 0.2 * mean / occupancy)
    fast, slow = (_times(there.rng, there.count, slowdown=slowdown) + delays for slowdown in slowdowns)

    _assert_same_times(played, fast, slow)


def test_lost_calibration_moves_scores_and_decisions() -> None:
    """Logits through half their size and one and a half up: mean score and blocks are those of a count."""
    fault = replace(FAULTS["calibration-loss"], with_={"temperature": 2.0, "bias": 1.5})
    played, there = Played(fault), requests()
    logit = there.logit() / 2 + 1.5
    scores = 1 / (1 + np.exp(-logit))

    blocked, decisions = _blocked(played)

    share = float((logit > 0).mean())
    assert blocked == pytest.approx(share, abs=error_of(share, decisions, there.count))
    a_scrape = decisions / 2 / ((END - BEGIN) * 4)
    within = LEVEL * scores.std() * np.sqrt(1 / a_scrape + 1 / there.count)
    assert played.gauge("model_prediction_mean", 20) == pytest.approx(scores.mean(), abs=within)


def test_another_version_scores_its_share_as_that_version_does() -> None:
    """A fifth of the requests goes to the spring model: its counter says so, and decisions are a mixture of both."""
    played, there = Played(replace(FAULTS["wrong-version"], share=0.2)), requests()
    astray = there.some(0.2)

    versions = played.counted("model_version_requests_total", "version")
    blocked, decisions = _blocked(played)

    assert versions.share("spring-2026") == pytest.approx(
        0.2, abs=error_of(0.2, versions.all) + weight().max()
    )
    spring, summer = there.logit("spring-2026") > 0, there.logit() > 0
    share = float(np.where(astray, spring, summer).mean())
    differ = float((spring != summer).mean())
    assert blocked == pytest.approx(
        share, abs=error_of(share, decisions, there.count) + fixed_error(0.2, differ=differ)
    )


def test_repeated_events_multiply_what_counts_them() -> None:
    """Attempts counted three times: the mean of the feature is that of the tripled counts."""
    fault = replace(FAULTS["duplicate-data"], with_={"fields": ["attempts_1h"], "times": 3})
    played, there = Played(fault), requests()
    there.fields["attempts_1h"] = 3 * there.fields["attempts_1h"]
    feature = np.log(1 + there.fields["attempts_1h"])

    blocked, decisions = _blocked(played)

    within = LEVEL * feature.std() * np.sqrt(1 / (decisions / 2 / ((END - BEGIN) * 4)) + 1 / there.count)
    assert played.gauge("model_feature_mean", 20, feature="attempts") == pytest.approx(
        feature.mean(), abs=within
    )
    share = float((there.logit() > 0).mean())
    assert blocked == pytest.approx(share, abs=error_of(share, decisions, there.count))


def test_a_prior_that_shifts_mixes_the_two_classes_anew() -> None:
    """With the odds of fraud times eight, requests are those of either class in the new proportion."""
    fault = replace(FAULTS["prior-shift"], with_={"odds_ratio": 8})
    label, usual = panel()["fraud"], float(weight() @ panel()["fraud"])
    now = 8 * usual / (1 - usual) / (1 + 8 * usual / (1 - usual))
    mix = weight() * np.where(label > 0.5, now / usual, (1 - now) / (1 - usual))
    played, there = Played(fault), requests(mix=mix / mix.sum())

    blocked, decisions = _blocked(played)

    share = float((there.logit() > 0).mean())
    caught = float((there.logit() > 0)[there.label > 0.5].mean())
    # Who of the honest commits fraud now, and which, is drawn once from the panel.
    drawn = LEVEL * np.sqrt(now * caught * (1 - caught) * weight().max())
    assert blocked == pytest.approx(share, abs=error_of(share, decisions, there.count) + drawn)


def test_refusals_are_a_binomial_part_of_the_answers() -> None:
    """A quarter of the answers of the bad version; the accuracy that labels show falls by a quarter."""
    played = Played(replace(FAULTS["refusal-spike"], share=0.25))
    there = requests()
    right = float(((there.logit() > 0) == (there.label > 0.5)).mean())

    forms = played.counted("model_answers_total", "form")

    assert forms.share("refusal") == pytest.approx(0.25, abs=error_of(0.25, forms.all))
    assert forms.by["malformed"] == 0
    labelled = forms.all / 2 / (END - BEGIN) * 5 * service().profile.labels.share
    assert played.gauge("model_labelled_accuracy_ratio", 24) == pytest.approx(
        0.75 * right, abs=error_of(0.75 * right, labelled, there.count)
    )


@pytest.mark.parametrize("share", [0.3, 1.0])
@pytest.mark.parametrize("kind", ["concept-drift", "label-corruption"])
def test_an_accuracy_of_turned_labels_is_the_accuracy_turned(kind: str, share: float) -> None:
    """With a share s of the labels turned, right with probability a, the service shows a (1 - s) + (1 - a) s."""
    played, there = Played(replace(FAULTS[kind], share=share)), requests()
    right = float(((there.logit() > 0) == (there.label > 0.5)).mean())

    shown = right * (1 - share) + (1 - right) * share

    windows = [played.gauge("model_labelled_accuracy_ratio", minute) for minute in (13, 18, 23)]
    decisions = played.counted("model_decisions_total", "decision", begin=8, end=23).all
    labelled = decisions * service().profile.labels.share
    assert np.mean(windows) == pytest.approx(
        shown, abs=error_of(shown, labelled, there.count) + fixed_error(share)
    )


def test_labels_that_come_late_age_by_a_second_a_second() -> None:
    """From the onset on no label arrives; when they are ten minutes late, they come again at the usual rate."""
    fault = replace(FAULTS["label-delay"], with_={"hours": 10 / 60})
    played = Played(fault)

    ages = [played.gauge("model_label_age_seconds", minute)[0] / 60 for minute in (4, 5, 9, 14, 16, 24)]

    assert ages == pytest.approx([1, 1, 5, 10, 11, 11], abs=0.3)
    frozen = [played.gauge("model_labelled_accuracy_ratio", minute)[0] for minute in (6, 9, 14)]
    assert len(set(frozen)) == 1


def test_memory_fills_and_empties_as_a_sawtooth() -> None:
    """Four minutes to the limit, one away: at every minute the level, and each kill, are where they belong."""
    with_ = {"fill_minutes": 4, "restart_minutes": 1, "slowdown": 3}
    played = Played(replace(FAULTS["memory-leak"], share=0.5, with_=with_))
    usual = service().profile.memory_used_ratio

    for minute in np.arange(5.5, 24.5, 0.5):
        phase = (minute - 5) % 5
        level = usual + (1 - usual) * phase / 4 if phase < 4 else usual
        shown = played.gauge("model_memory_used_ratio", minute)[0]
        assert shown == pytest.approx(level, abs=(1 - usual) / 64 + 1e-9), minute
        killed = played.gauge("model_restarts_total", minute)[0]
        assert killed == (minute - 5 + 1) // 5, minute
    codes = played.counted("model_inference_requests_total", "code", begin=9.0, end=9.75)
    assert codes.share("500") == pytest.approx(0.5, abs=error_of(0.5, codes.all) + weight().max())


def test_corrupted_hosts_are_wrong_as_often_as_noise_crosses_the_threshold() -> None:
    """An error of six logits on 40 % of the hosts: blocks are those of a count with fresh noise."""
    played = Played(replace(FAULTS["numerical-corruption"], share=0.4, with_={"noise": 6.0}))
    there = requests()
    error = np.where(there.some(0.4), there.rng.normal(0, 6, there.count), 0.0)

    blocked, decisions = _blocked(played)

    share = float((there.logit() + error > 0).mean())
    moved = float(((there.logit() + error > 0) != (there.logit() > 0)).mean())
    # Each row of the panel has its error once and for all: as many coins as rows.
    fixed = LEVEL * np.sqrt(moved * weight().max())
    assert blocked == pytest.approx(share, abs=error_of(share, decisions, there.count) + fixed)
