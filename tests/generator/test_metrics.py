"""Names of metrics that services give, held against what drills and alerts ask for."""

from __future__ import annotations

from pathlib import Path

from generator.check import check
from generator.checks.metrics import canonical
from generator.compile import load_catalogue
from generator.load import load
from simulator.world.exposed import identities_of
from tests.generator.corpus import ROOT, copied

SERVICE = "runbooks/services/fraud-scorer.yaml"


def test_every_metric_that_a_drill_reads_can_be_given_another_name() -> None:
    """None of them is called unknown."""
    asked = {series.name for one in load_catalogue(ROOT).services for series in identities_of(one)}

    assert {name.removesuffix("_bucket") for name in asked} <= canonical()


def test_the_buckets_of_a_histogram_are_told_to_be_named_by_it(tmp_path: Path) -> None:
    """They follow the histogram's name."""
    service = copied(tmp_path) / SERVICE
    names = "  names: [{metric: model_inference_duration_seconds_bucket, name: seconds_bucket}]\n"
    service.write_text(service.read_text().replace("\nmetrics:\n", f"\nmetrics:\n{names}"))

    (finding,) = check(load(tmp_path))
    assert finding.message == "unknown metric 'model_inference_duration_seconds_bucket'"
    assert finding.hint == "did you mean 'model_inference_duration_seconds'?"
