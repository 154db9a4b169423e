"""What a target exposes becomes the series that signals are evaluated on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from generator.model import MetricLabel, MetricName, Metrics
from simulator.live.scraping import Continued, Scraper, UnreadableError
from simulator.world.telemetry import series
from tests.simulator.stages import whole_catalogue

SERVICE = replace(whole_catalogue().service("delay-predictor"), metrics=Metrics())
OK, FAILED = (series("model_inference_requests_total", code=code) for code in ("200", "500"))
FAST = series("model_inference_duration_seconds_bucket", le="1")
MEAN = series("model_feature_mean", feature="distance")
WANTED = (OK, FAILED, FAST, MEAN)


def test_every_series_stands_in_its_row() -> None:
    """A bucket's edge may be written 1.0; what the target does not have is no value, not zero."""
    text = (
        "# TYPE model_inference_requests counter\n"
        'model_inference_requests_total{code="200",model="x"} 7\n'
        "# TYPE model_inference_duration_seconds histogram\n"
        'model_inference_duration_seconds_bucket{le="1.0"} 5\n'
        'model_feature_mean{feature="distance"} 1012.5\n'
        "unheard_of 3\n"
    )

    found = Scraper(WANTED, SERVICE).sample(text)
    assert found[[0, 2, 3]].tolist() == [7, 5, 1012.5]
    assert np.isnan(found[1])


def test_a_target_splits_its_series_by_labels_of_its_own() -> None:
    """Counters of several hosts are added; of gauges the highest counts, as a signal takes it."""
    text = (
        'model_inference_requests_total{code="200",host="a"} 7\n'
        'model_inference_requests_total{code="200",host="b"} 5\n'
        'model_feature_mean{feature="distance",host="a"} 900\n'
        'model_feature_mean{feature="distance",host="b"} 1100\n'
    )

    found = Scraper((OK, MEAN), SERVICE).sample(text)
    assert found.tolist() == [12, 1100]


def test_what_a_part_of_a_target_has_counted_stays_counted_when_it_is_gone() -> None:
    """After a rollback the old model's series go on, and the new one's are there no more."""
    served = (
        {("200", "v1"): 90_000, ("500", "v1"): 50, ("200", "v2"): 10_000, ("500", "v2"): 100},
        {("200", "v1"): 90_100, ("500", "v1"): 50, ("200", "v2"): 10_100, ("500", "v2"): 110},
        {("200", "v1"): 90_200, ("500", "v1"): 50},
        {("200", "v1"): 90_300, ("500", "v1"): 50},
        {("200", "v1"): 90_300, ("500", "v1"): 50, ("200", "v2"): 30},
    )
    scraper, going_on = Scraper((OK, FAILED), SERVICE), Continued((OK, FAILED), np.zeros(2))
    texts = (
        "".join(
            f'model_inference_requests_total{{code="{code}",version="{version}"}} {count}\n'
            for (code, version), count in one.items()
        )
        for one in served
    )

    counted = [going_on.after(scraper.sample(text)).tolist() for text in texts]
    assert counted == [[0, 0], [200, 10], [300, 10], [400, 10], [430, 10]]


def test_a_part_that_is_new_has_counted_since_it_was_not_there() -> None:
    """The first failures of a host are failures; a counter that is no number counts nothing."""
    scraper = Scraper((FAILED,), SERVICE)
    shown = ['{code="500",host="a"} 7', '{code="500",host="a"} NaN', '{code="500",host="a"} 8']
    texts = [f"model_inference_requests_total{one}\n" for one in shown]

    assert scraper.sample(texts[0]).tolist() == [7]
    assert np.isnan(scraper.sample(texts[1])).all()
    assert scraper.sample(texts[2] + texts[2].replace('"a"', '"b"')).tolist() == [16]


def test_a_service_calls_its_metrics_as_it_likes() -> None:
    """Its file maps names, and says by which labels it knows its own among others'."""
    names = {
        "model_inference_requests_total": "served_total",
        "model_inference_duration_seconds": "took_seconds",
    }
    own = Metrics((MetricLabel("app", "delays"),), tuple(MetricName(*pair) for pair in names.items()))
    text = (
        'served_total{code="200",app="delays"} 7\n'
        'served_total{code="200",app="other"} 100\n'
        "# TYPE took_seconds histogram\n"
        'took_seconds_bucket{le="1.0",app="delays"} 6\n'
    )

    found = Scraper((OK, FAST), replace(SERVICE, metrics=own)).sample(text)
    assert found.tolist() == [7, 6]


def test_what_is_no_exposition_is_said_to_be_none() -> None:
    """A login page at /metrics is an error with a sentence, not an empty dashboard."""
    with pytest.raises(UnreadableError, match="no metrics"):
        Scraper(WANTED, SERVICE).sample("<html>please log in</html>\n")


def test_counters_go_on_from_the_past_and_over_a_restart() -> None:
    """A target that died counts from zero again; a gap in between loses nothing that it shows afterwards."""
    identities = (OK, MEAN)
    going_on = Continued(identities, np.array([1000.0, 900.0]))

    shown = [
        going_on.after(np.array(raw))
        for raw in ([50.0, 910.0], [80.0, 920.0], [np.nan, np.nan], [20.0, 930.0], [25.0, 940.0])
    ]
    assert [row[0] for row in shown[:2]] == [1000.0, 1030.0]
    assert np.isnan(shown[2]).all()
    assert [row[0] for row in shown[3:]] == [1050.0, 1055.0]
    assert [row[1] for row in shown[3:]] == [930.0, 940.0]
