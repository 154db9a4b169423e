"""Findings in every format that people and programs read."""

from __future__ import annotations

import json

from generator import report
from generator.source import Finding, Place

PLACE = Place("runbooks/a/runbook.yaml", 14, 9)
FINDING = Finding(PLACE, "references", "error", "unknown signal 'latncy'", "did you mean 'latency'?")
ODD = Finding(Place("runbooks/a,b:c.yaml", 2, 1), "schema", "warning", "100 % of\nit\x1b[31m", "")


def test_text_is_one_line_a_finding_and_a_count() -> None:
    """The line begins with what an editor or a terminal makes a link of."""
    assert report.text([FINDING, ODD]).splitlines() == [
        "runbooks/a/runbook.yaml:14:9: error: unknown signal 'latncy' — did you mean 'latency'? [references]",
        "runbooks/a,b:c.yaml:2:1: warning: 100 % of�it�[31m [schema]",
        "1 error and 1 warning in 2 files",
    ]


def test_colours_are_for_terminals() -> None:
    """Only the word of the severity is coloured."""
    assert "\033[31merror\033[0m: unknown" in report.text([FINDING], colour=True)


def test_github_annotations_escape_what_would_end_them() -> None:
    """Colons and commas in a property, per cent signs and line ends anywhere."""
    lines = report.github([FINDING, ODD]).splitlines()

    assert lines[0].startswith(
        "::error file=runbooks/a/runbook.yaml,line=14,col=9,title=drillbook references::"
    )
    assert lines[1].startswith("::warning file=runbooks/a%2Cb%3Ac.yaml,line=2,col=1,")
    assert "100 %25 of" in lines[1]


def test_github_says_how_many_it_does_not_show() -> None:
    """Ten of a severity are shown beside the code, the rest is told."""
    findings = [Finding(Place("a.yaml", line), "schema", "error", "wrong") for line in range(1, 13)]

    assert (
        report.github(findings).splitlines()[-1]
        == "12 errors in 1 file (2 more than GitHub shows beside the code)"
    )


def test_sarif_has_what_code_scanners_need() -> None:
    """Rule, level, message, relative place, and a fingerprint that survives a move of the line."""
    moved = Finding(Place(PLACE.path, 15, 9), FINDING.rule, "error", FINDING.message, FINDING.hint)

    log, after = json.loads(report.sarif([FINDING])), json.loads(report.sarif([moved]))

    (result,), (later,) = log["runs"][0]["results"], after["runs"][0]["results"]
    location = result["locations"][0]["physicalLocation"]
    assert log["version"] == "2.1.0"
    assert log["runs"][0]["tool"]["driver"]["rules"] == [{"id": "references"}]
    assert (result["ruleId"], result["level"]) == ("references", "error")
    assert location["artifactLocation"]["uri"] == PLACE.path
    assert location["region"] == {"startLine": 14, "startColumn": 9}
    assert result["partialFingerprints"] == later["partialFingerprints"]


def test_nothing_found_is_said() -> None:
    """An empty output would leave one wondering."""
    assert report.text([]) == "no findings"
    assert json.loads(report.as_json([])) == {"findings": []}
