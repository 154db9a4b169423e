"""What checks expect of signals is what the simulated world does."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from generator import kinds
from generator.checks.healthy import Healthy, healthy_of
from generator.checks.measured import Measured
from generator.checks.signals import KINDS, measured_signals
from generator.model import Golden, Parameters, Signal
from simulator import controls
from simulator.world.outlook import Outlook, Outlooks
from tests.simulator.stages import catalogue

everywhere = pytest.mark.parametrize("service", [one.id for one in catalogue().services])


def healthy(service: str) -> Healthy:
    return healthy_of(catalogue().service(service), catalogue().panels[service])


def outlook(service: str) -> tuple[Outlooks, Outlook]:
    """What the world expects of a service of which nothing is wrong, at its mean traffic."""
    shipped = catalogue().service(service)
    outlooks = Outlooks(shipped, catalogue().panels[service], controls.knobs(shipped), ())
    known, places = outlooks.of(np.array([[*outlooks.defaults, shipped.profile.traffic.requests_per_s]]))
    return outlooks, known.take(places)


def measured(
    kind: str, with_: Parameters, *, threshold: float, compare: str = "above", of: Healthy | None = None
) -> Measured:
    """How a signal behaves on the fraud scorer, or on another service."""
    signal = Signal(
        id="watched", title="Watched", kind=kind, compare="above" if compare == "above" else "below",
        threshold=threshold, hold_minutes=0, severity="page", noise="", dashboard="", log="", with_=with_,
    )  # fmt: skip
    (one,) = measured_signals([signal], of or healthy("fraud-scorer"))
    return one.measured


@everywhere
def test_a_healthy_service_is_as_the_world_has_it(service: str) -> None:
    """Accuracy, decisions, and means and spreads of features: two ways, one number."""
    expected = healthy(service)

    outlooks, seen = outlook(service)
    assert expected.accuracy == pytest.approx(float(seen.correct[0]), abs=1e-9)
    assert list(expected.decisions.values()) == pytest.approx(list(seen.decisions[0]), abs=1e-9)
    means = [expected.features[name] for name in outlooks.drift_features]
    assert [mean for mean, _ in means] == pytest.approx(list(seen.feature_mean[0]), abs=1e-9)
    assert [spread for _, spread in means] == pytest.approx(list(seen.feature_sd[0]), abs=1e-9)


def test_every_signal_kind_is_judged() -> None:
    """A kind that no check judges would page as often as it likes."""
    assert set(KINDS) == set(kinds.load("signals"))


def test_a_service_without_a_panel_is_judged_by_its_profile_alone() -> None:
    """What needs the panel is left out, and nothing else."""
    alone = healthy_of(catalogue().service("fraud-scorer"), None)

    assert measured("error-ratio", {"window_minutes": 5}, threshold=0.02, of=alone).needed == 500
    with pytest.raises(ValueError, match="not enough values"):
        measured("feature-mean", {"feature": "amount"}, threshold=4.5, of=alone)


def test_the_gravest_fault_shows_when_it_fills_enough_of_the_window() -> None:
    """Share of the window, what has to be waited for, and half a minute to scrape and evaluate."""
    quantile = measured("latency-quantile", {"quantile": 0.99, "window_minutes": 50}, threshold=1.0)
    accuracy = measured("labelled-accuracy", {"window_minutes": 60}, threshold=0.496, compare="below")
    burn = measured("burn-rate", {"slo": "no-errors", "long_minutes": 60, "short_minutes": 5}, threshold=14.4)
    age = measured("feature-age", {"feature": "amount"}, threshold=360)

    assert quantile.detect_minutes == pytest.approx(0.5 + 0.5, abs=0.01)
    assert accuracy.detect_minutes == pytest.approx(30 + 30 + 0.5, abs=0.1)
    assert burn.detect_minutes == pytest.approx(51.8 / 60 + 0.5, abs=0.05)
    assert age.detect_minutes == pytest.approx(5 + 0.5)


def test_what_comes_back_as_fresh_samples_must_fail_in_a_row() -> None:
    """A hold of two runs makes a false alarm of golden requests about as rare as two failures in a row."""
    service = catalogue().service("fraud-scorer")
    profile = dataclasses.replace(service.profile, golden=Golden(questions=50, every_minutes=10))
    asked = healthy_of(dataclasses.replace(service, profile=profile), catalogue().panels["fraud-scorer"])
    golden = measured("golden-accuracy", {}, threshold=0.97, compare="below", of=asked)

    once, twice = golden.false_alarms(0), golden.false_alarms(10)
    assert once == pytest.approx(golden.tail * 7 * 24 * 6)
    assert twice == pytest.approx(once * golden.tail, rel=2 * golden.tail)


def test_a_signal_that_always_crosses_is_a_false_alarm() -> None:
    """A threshold on the wrong side of what is usual."""
    stale = measured("feature-age", {"feature": "amount"}, threshold=1)
    noisy = measured("error-ratio", {"window_minutes": 5}, threshold=0)

    assert stale.false_alarms(0) > 100
    assert noisy.false_alarms(0) > 100


def test_requests_are_too_few_at_the_trough_and_too_many_at_the_peak() -> None:
    """Each side is judged where it is nearest to firing: 7.7 a second at the least, 38.4 at the most."""
    few = measured("request-rate", {"window_minutes": 10}, threshold=7.68, compare="below")
    many = measured("request-rate", {"window_minutes": 10}, threshold=38.4)

    assert few.tail == pytest.approx(0.5, abs=0.02)
    assert many.tail == pytest.approx(0.5, abs=0.02)
