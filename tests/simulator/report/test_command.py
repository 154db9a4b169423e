"""``drill report``: every format from a record, with the sources where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from simulator.cli import drill
from simulator.events import Record
from tests.simulator.records import lines_of
from tests.simulator.report.people import RUNBOOK, SKIPPED, people
from tests.simulator.stages import ROOT, catalogue


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The record of people's drill."""
    path = tmp_path_factory.mktemp("record")
    _write(path, people())
    return path


def _write(path: Path, record: Record) -> None:
    (path / "events.jsonl").write_text("".join(f"{line}\n" for line in lines_of(record)), encoding="utf-8")


def _report(folder: Path, format_: str, *, root: Path = ROOT, **environment: str) -> Result:
    arguments = ["report", str(folder), "--format", format_, "--root", str(root)]
    return CliRunner().invoke(drill, arguments, standalone_mode=False, env=environment)


def test_annotations_stand_at_the_lines_of_the_runbook(folder: Path) -> None:
    """GitHub shows them beside the step."""
    result = _report(folder, "github", GITHUB_STEP_SUMMARY="")

    place = catalogue().places[f"{RUNBOOK}/{SKIPPED}"]
    path, line, column = place.rsplit(":", 2)
    assert result.return_value == 0
    assert f"::warning file={path},line={line},endLine={line},col={column}," in result.output
    assert "4 warnings in 1 file" in result.output


def test_a_workflow_gets_the_whole_report_below_its_run(folder: Path, tmp_path: Path) -> None:
    """The page says why, and the annotations where."""
    page = tmp_path / "page.md"

    _report(folder, "github", GITHUB_STEP_SUMMARY=str(page))
    assert page.read_text(encoding="utf-8").startswith("# Drill report: amount-unit-change")


def test_scanners_get_the_rules_and_the_places(folder: Path) -> None:
    """SARIF, as ``runbook check`` writes it."""
    (run,) = json.loads(_report(folder, "sarif").output)["runs"]

    assert {result["ruleId"] for result in run["results"]} == {
        "drill-skipped", "drill-decided-otherwise", "drill-slow", "drill-search",
    }  # fmt: skip
    assert "drill-could-not-follow" in {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    places = [one["locations"][0]["physicalLocation"] for one in run["results"]]
    assert {place["artifactLocation"]["uri"] for place in places} == {f"runbooks/{RUNBOOK}/runbook.yaml"}
    assert all(place["region"]["startLine"] > 1 for place in places)


def test_ci_reads_junit(folder: Path) -> None:
    """Each objective, task, gate and finding is a case."""
    suite = ElementTree.fromstring(_report(folder, "junit").output.encode())

    kinds = {case.get("classname") for case in suite}
    assert kinds == {"objective", "task", "gate", "finding", "score"}


def test_without_sources_there_is_a_report(folder: Path, tmp_path: Path) -> None:
    """A record is enough by itself."""
    result = _report(folder, "markdown", root=tmp_path)

    assert result.return_value == 0
    assert f"({RUNBOOK}/{SKIPPED})" in result.output


def test_sources_with_errors_are_done_without(folder: Path, tmp_path: Path) -> None:
    """The report does not wait until they are mended, and says so."""
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "organization.yaml").write_text("id: [\n", encoding="utf-8")

    result = _report(folder, "terminal", root=tmp_path)
    assert result.return_value == 0
    assert "the report does without them" in result.stderr
    assert "of 100" in result.stdout
