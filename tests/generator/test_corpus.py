"""Every case of the corpus is found where it is, and nothing else is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.check import check
from generator.checks import CHECKS
from generator.load import load
from tests.generator.corpus import CORPUS, ROOT, Case, cases, place_of


def test_the_shipped_sources_have_no_findings() -> None:
    """What this repository ships checks clean."""
    assert [str(finding) for finding in check(load(ROOT))] == []


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_case_is_found_at_its_place(case: Case, tmp_path: Path) -> None:
    """Each expected finding stands at its line and column, and says what is wrong."""
    text = case.write(tmp_path)

    findings = check(load(tmp_path))

    assert case.expect, "a case expects something"
    for mark, message in case.expect:
        place = f"{case.file}:{place_of(mark, text)}"
        assert any(str(f.place) == place and message in f.message for f in findings), (place, findings)
    assert case.rule in {finding.rule for finding in findings}
    assert len(findings) == len(case.expect), findings


@pytest.mark.parametrize("case", [c for c in cases() if c.good is not None], ids=lambda case: case.name)
def test_the_twin_of_a_case_is_clean(case: Case, tmp_path: Path) -> None:
    """The same thing written well breaks no rule."""
    case.twin.write(tmp_path)

    assert [str(finding) for finding in check(load(tmp_path))] == []


def test_every_rule_has_a_case() -> None:
    """A check without a case in the corpus may have stopped to work."""
    assert {case.rule for case in cases()} == {check.name for check in CHECKS} | {"load", "waivers"}
    assert {path.name for path in CORPUS.iterdir()} == {case.rule for case in cases()}
