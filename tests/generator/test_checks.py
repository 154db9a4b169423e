"""Checks that look at two files at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.check import check
from generator.load import load
from tests.generator.corpus import copied

PANEL = "runbooks/services/fraud-scorer/panel.csv"


def test_a_signal_on_a_feature_that_nobody_watches_is_found(tmp_path: Path) -> None:
    """The service computes the feature, but publishes nothing about it."""
    service = copied(tmp_path) / "runbooks/services/fraud-scorer.yaml"
    service.write_text(service.read_text().replace("features: [amount, attempts,", "features: [amount,"))

    (finding,) = check(load(tmp_path))
    assert finding.place.path == "runbooks/feature-drift/runbook.yaml"
    assert finding.message.startswith("'fraud-scorer' does not watch the feature 'attempts'")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the panel is empty"),
        ("amount,fraud\n", "the panel has a header and no rows"),
        ("amount,amount\n1,2\n", "a column stands twice"),
        ("amount\n1e308\n", "'1e308' in column 'amount' is no number"),
        ("amount\n" + "1" * 200_000, "field larger than field limit"),
        ("header", "header and no rows"),
    ],
)
def test_a_panel_that_is_none_is_a_finding(text: str, message: str, tmp_path: Path) -> None:
    """With the place at which the service names it."""
    (copied(tmp_path) / PANEL).write_text(text)

    (finding,) = check(load(tmp_path))
    assert finding.place.path == "runbooks/services/fraud-scorer.yaml"
    assert message in finding.message


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("weight", "-1", "the weights are below 0"),
        ("weight", "0", "the weights are below 0, or all of them are 0"),
        ("fraud", "2", "a label is neither 0 nor 1"),
    ],
)
def test_a_panel_that_cannot_be_weighed_is_a_finding(
    column: str, value: str, message: str, tmp_path: Path
) -> None:
    """Weights are shares of traffic, labels are classes."""
    panel = copied(tmp_path) / PANEL
    header, *rows = panel.read_text().splitlines()
    place = header.split(",").index(column)
    spoilt = [[*row.split(",")[:place], value, *row.split(",")[place + 1 :]] for row in rows]
    panel.write_text("\n".join([header, *map(",".join, spoilt)]))

    (finding,) = check(load(tmp_path))
    assert message in finding.message


@pytest.mark.parametrize("file", [PANEL, "runbooks/feature-drift/drills/quiet-monday.yaml"])
def test_a_link_that_leads_to_itself_is_a_finding(file: str, tmp_path: Path) -> None:
    """Nothing is followed round and round."""
    target = copied(tmp_path) / file
    target.unlink()
    target.symlink_to(target)

    assert any(
        "a link that leads nowhere" in f.message or "this link leads nowhere" in f.message
        for f in check(load(tmp_path))
    )


def test_a_step_back_to_a_version_that_cannot_serve_is_found(tmp_path: Path) -> None:
    """The pipeline of old does not compute a feature, and does not say so."""
    service = copied(tmp_path) / "runbooks/services/fraud-scorer.yaml"
    service.write_text(service.read_text().replace("          omits: [device_trust]\n", ""))

    found = [f for f in check(load(tmp_path)) if f.rule == "compatible"]
    assert [f.place.path for f in found] == ["runbooks/feature-drift/runbook.yaml"]
    assert "after 'pipeline-v1' 'summer-2026' weighs 'device_trust'" in found[0].message


def test_a_name_that_is_unknown_everywhere_is_one_finding(tmp_path: Path) -> None:
    """It stands at the first place, with the lines of the others."""
    runbook = copied(tmp_path) / "runbooks/feature-drift/runbook.yaml"
    runbook.write_text(runbook.read_text().replace("    - id: fall-back-to-rules", "    - id: rules-only"))

    (finding,) = [f for f in check(load(tmp_path)) if f.rule == "references"]

    assert finding.message == "unknown step, path or remedy 'fall-back-to-rules'"
    assert finding.hint.startswith("did you mean 'rules-only'?; the same in 5 more places: lines ")


def test_a_waiver_answers_a_finding_inside_a_long_text(tmp_path: Path) -> None:
    """The finding stands at its line of the text, and still belongs to what holds the text."""
    runbook = copied(tmp_path) / "runbooks/feature-drift/runbook.yaml"
    text = runbook.read_text().replace(
        "  risk: >-\n    Wrong", "  risk: >-\n    We contain it in 35 minutes. Wrong"
    )
    waiver = "waivers:\n  - {rule: numbers, at: governance, reason: The figure is a promise of last year.}\n"
    runbook.write_text(text.replace("waivers:\n", waiver) if "\nwaivers:\n" in text else text + waiver)

    assert [str(f) for f in check(load(tmp_path)) if f.rule in ("numbers", "waivers")] == []
