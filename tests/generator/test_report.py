"""Findings in every format that people and programs read."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import report
from generator.reference.rules import rules
from generator.report.quoting import quote
from generator.source import Finding, Place

PLACE = Place("runbooks/a/runbook.yaml", 14, 9)
FINDING = Finding(PLACE, "references", "error", "unknown signal 'latncy'", "did you mean 'latency'?")
ODD = Finding(Place("runbooks/a,b:c.yaml", 2, 1), "schema", "warning", "100 % of\nit\x1b[31m", "")
SOURCE = "\n" * 13 + "signal: latncy # p99\n"
SIZES = (
    "",
    "x",
    "tab\tbed",
    "wide 漢字 wide",
    "e\u0301" * 9,
    "zalgo" + "\u0300" * 999,
    "\x1b[2J\u202eevil",
    "x" * 500,
)


def shown(text: str, *findings: Finding, **known: object) -> list[str]:
    """The lines of the report when every source holds that text."""
    context = report.Context(text_of=lambda path: text, **known)  # type: ignore[arg-type]
    return report.text(findings, context).splitlines()


def test_text_quotes_the_line_and_marks_the_place() -> None:
    """First what an editor or a terminal makes a link of, then the line, the mark, and the count last."""
    assert shown(SOURCE, FINDING) == [
        "runbooks/a/runbook.yaml:14:9: error: unknown signal 'latncy' — did you mean 'latency'? [references]",
        "   14 | signal: latncy # p99",
        "      |         ^^^^^^",
        "",
        "1 error in 1 file",
    ]


def test_text_is_one_line_a_finding_where_nothing_can_be_quoted() -> None:
    """What a terminal would obey is shown as a sign."""
    assert report.text([FINDING, ODD]).splitlines() == [
        "runbooks/a/runbook.yaml:14:9: error: unknown signal 'latncy' — did you mean 'latency'? [references]",
        "runbooks/a,b:c.yaml:2:1: warning: 100 % of�it�[31m [schema]",
        "1 error and 1 warning in 2 files",
    ]


def test_errors_come_before_warnings() -> None:
    """What has to be mended is not looked for below what can wait."""
    early = Finding(Place("runbooks/a/evidence/proof.json", 1, 1), "proof", "warning", "It has changed.", "")

    first, second, _ = report.text([early, FINDING]).splitlines()
    assert first.startswith("runbooks/a/runbook.yaml:14:9: error")
    assert second.startswith("runbooks/a/evidence/proof.json:1:1: warning")


def test_what_is_found_at_one_place_is_quoted_once() -> None:
    """Two findings, two lines to grep, one quote."""
    other = Finding(PLACE, "schema", "warning", "too short")

    lines = shown(SOURCE, FINDING, other)

    assert [line.rpartition(" ")[2] for line in lines[:2]] == ["[references]", "[schema]"]
    assert sum("latncy #" in line for line in lines) == 1


def test_many_findings_end_with_the_rules_that_they_break() -> None:
    """Of two hundred, one wants to know where to begin."""
    findings = [
        Finding(Place("a.yaml", n + 1), "schema" if n % 4 else "prose", "error", "no") for n in range(200)
    ]

    assert shown("", *findings)[-2:] == ["by rule: schema 150, prose 50", "200 errors in 1 file"]


def test_colours_are_for_terminals() -> None:
    """The word of the severity and the mark are coloured, and the line to grep stays whole without."""
    plain, coloured = shown(SOURCE, FINDING), shown(SOURCE, FINDING, colour=True)

    assert "\033[31merror\033[0m: unknown" in coloured[0]
    assert coloured[2].endswith("\033[31m^^^^^^\033[0m")
    assert [re.sub(r"\033\[\d*m", "", line) for line in coloured] == plain


@pytest.mark.parametrize(
    ("line", "column", "quoted", "mark"),
    [
        ("a:\tb", 4, "a:    b", "      ^"),
        ("漢字: 漢字", 5, "漢字: 漢字", "      ^^^^"),
        ("e\u0301: x", 5, "e\u0301: x", "   ^"),
        ("a: 'b c' d", 4, "a: 'b c' d", "   ^^^^^"),
        ("  - a: b c, d # e", 8, "  - a: b c, d # e", "       ^^^^^^"),
        ("{a: b c, d: e}", 5, "{a: b c, d: e}", "    ^"),
        ("a: b {{ c.d }} e", 6, "a: b {{ c.d }} e", "     ^^^^^^^^^"),
        ("a: \x1b[31m", 4, "a: �[31m", "   ^"),
        ("a: \u202eb", 5, "a: �b", "    ^"),
        ("a: b", 6, "a: b", "    ^"),
    ],
)
def test_the_mark_stands_below_the_place(line: str, column: int, quoted: str, mark: str) -> None:
    """Tabs, wide and combining characters count as wide as they are; what does not show becomes a sign."""
    number, below = shown(line, Finding(Place("a.yaml", 1, column), "schema", "error", "no"))[1:3]

    assert (number, below) == (f"    1 | {quoted}", f"      | {mark}")


def test_a_long_line_is_cut_around_the_mark() -> None:
    """The place is in sight however far to the right it stands."""
    line = "word " * 300 + "HERE" + " more" * 300

    _, number, below, *_ = shown(line, Finding(Place("a.yaml", 1, 1501), "schema", "error", "no"), width=60)

    assert len(number) <= 60
    assert number[8] == number[-1] == "…"
    assert number[below.index("^") :].startswith("HERE")


@given(st.lists(st.sampled_from(SIZES), max_size=6).map("".join), st.integers(1, 700), st.integers(1, 90))
def test_a_quote_fits_and_is_harmless(line: str, column: int, width: int) -> None:
    """Whatever a line holds, it takes no more than its width, and obeys to nothing."""
    quoted = quote([line], Place("a.yaml", 1, column), width=max(width, 5))

    if quoted is not None:
        assert len(re.sub("[\u0300\u0301]", "", quoted.line)) <= max(width, 5)
        assert quoted.line.isprintable() or "\u0301" in quoted.line
        assert len(quoted.line) < 4 * max(width, 5) + 4


def test_json_has_what_programs_need() -> None:
    """Place, rule and words of each finding, a fingerprint, and the counts."""
    told = json.loads(report.as_json([FINDING, ODD], report.Context(left_out=3)))

    assert told["counts"] == {"error": 1, "warning": 1}
    assert told["left_out"] == 3
    assert set(told["findings"][0]) == {
        "path", "line", "column", "rule", "severity", "message", "hint", "fingerprint",
    }  # fmt: skip
    assert (told["findings"][0]["line"], told["findings"][1]["message"]) == (14, ODD.message)


def test_a_fingerprint_survives_a_move_of_the_line() -> None:
    """Text above a finding comes and goes; a second finding of the same words is another."""
    one = Finding(Place("a.yaml", 3), "load", "error", "the quote runs on to line 9")
    moved = Finding(Place("a.yaml", 5), "load", "error", "the quote runs on to line 11")

    assert report.fingerprints([one]) == report.fingerprints([moved])
    assert len({*report.fingerprints([one, moved])}) == 2


def test_github_annotations_escape_what_would_end_them() -> None:
    """Colons and commas in a property, per cent signs and line ends anywhere."""
    lines = report.github([FINDING, ODD], report.Context(folder="ops/")).splitlines()

    place = "file=ops/runbooks/a/runbook.yaml,line=14,endLine=14,col=9"
    assert lines[0].startswith(f"::error {place},title=drillbook references::")
    assert lines[1].startswith("::warning file=ops/runbooks/a%2Cb%3Ac.yaml,line=2,endLine=2,col=1,")
    assert "100 %25 of" in lines[1]


def test_github_shows_what_the_change_touches_first_and_says_what_it_hides() -> None:
    """Ten of a severity are shown beside the code; they should be those of the pull request."""
    findings = [Finding(Place("a.yaml", line), "schema", "error", "wrong") for line in range(1, 13)]

    lines = report.github(findings, report.Context(changed={"a.yaml": frozenset({12})})).splitlines()

    assert "line=12," in lines[0]
    assert lines[-1] == "12 errors in 1 file (2 more than GitHub shows beside the code)"


def test_the_page_of_a_workflow_groups_by_file_and_escapes() -> None:
    """Neither Markdown nor HTML nor a mention comes through."""
    evil = Finding(Place("a|b.yaml", 2), "schema", "error", "<img src=x> | @all `x` [y](z)\n# h")

    page = report.markdown([FINDING, evil])

    assert page.count("\n### ") == 2
    assert "| 14 | error | unknown signal &#39;" in page or "| 14 | error | unknown signal 'latncy'" in page
    (row,) = [line for line in page.splitlines() if "img" in line]
    assert row.count("|") == 5
    assert not set(row.replace("| ", "").replace(" |", "")) & set("<>@`[]()|")


def test_the_page_of_a_workflow_keeps_to_its_size() -> None:
    """GitHub would drop a page that is longer; ours says that there is more."""
    findings = [Finding(Place("a.yaml", line), "schema", "error", "wrong " * 20) for line in range(1, 999)]

    page = report.markdown(findings, maximum_bytes=10_000)

    assert 9_000 < len(page.encode()) <= 10_000
    assert page.endswith("the log of the step has all of it.\n")


def test_sarif_has_what_code_scanners_need() -> None:
    """Rule, level, message, relative place and region of each result; every rule with its words."""
    known = [report.Rule(rule.name, rule.severity, rule.words) for rule in rules()]
    context = report.Context(text_of=lambda path: SOURCE, rules=known, folder="on call/", version="1.0")

    log = json.loads(report.sarif([FINDING, ODD], context))

    (run,) = log["runs"]
    assert structure_of_sarif(log) == []
    assert len(run["tool"]["driver"]["rules"]) == len(known)
    assert all(rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"])
    location = run["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": "on%20call/runbooks/a/runbook.yaml"}
    assert location["region"] == {"startLine": 14, "startColumn": 9, "endColumn": 15}
    assert run["results"][1]["level"] == "warning"


def structure_of_sarif(log: dict[str, object]) -> list[str]:
    """What the parts of SARIF 2.1.0 that we write must have and hold, and do not."""
    wrong: list[str] = []

    def expect(holds: bool, what: str) -> None:
        wrong.extend([] if holds else [what])

    expect(log["version"] == "2.1.0" and set(log) == {"$schema", "version", "runs"}, "the log")
    for run in log["runs"]:  # type: ignore[attr-defined]
        expect(set(run) == {"tool", "columnKind", "results"}, "a run")
        expect(run["columnKind"] in {"unicodeCodePoints", "utf16CodeUnits"}, "columnKind")
        known = run["tool"]["driver"]["rules"]
        expect(len({rule["id"] for rule in known}) == len(known), "ids of rules")
        for rule in known:
            texts = {"shortDescription", "fullDescription", "help"} & set(rule)
            expect(set(rule) == {"id", "defaultConfiguration", *texts}, f"rule {rule['id']}")
            expect(all(set(rule[key]) == {"text"} and rule[key]["text"] for key in texts), "text of a rule")
            expect(rule["defaultConfiguration"]["level"] in {"none", "note", "warning", "error"}, "level")
        for result in run["results"]:
            expect(known[result["ruleIndex"]]["id"] == result["ruleId"], "ruleIndex")
            expect(result["level"] in {"none", "note", "warning", "error"}, "level")
            expect(bool(result["message"]["text"]), "message")
            expect(
                all(re.fullmatch("[0-9a-f]{64}", v) for v in result["partialFingerprints"].values()), "print"
            )
            for location in result["locations"]:
                place = location["physicalLocation"]
                expect(re.fullmatch(r"[\w%./~-]+", place["artifactLocation"]["uri"]) is not None, "uri")
                region = place["region"]
                expect(min(region.values()) >= 1, "region")
                expect(region.get("endColumn", 1_000_000) > region["startColumn"], "endColumn")
    return wrong


@pytest.mark.parametrize("format_", report.FORMATS)
def test_every_format_can_be_written_down(format_: str) -> None:
    """A path or message with half a character, as names of files can hold, is no reason to fail."""
    odd = Finding(Place("runbooks/\udcff/\n.yaml", 10**6, 10**6), "schema", "error", "\udcff\0", "\ud800")

    assert report.FORMATS[format_]([odd], report.Context(text_of=lambda path: "x")).encode()


def test_nothing_found_is_said() -> None:
    """An empty output would leave one wondering; older findings are counted."""
    assert report.text([]) == "no findings"
    assert report.text([], report.Context(left_out=2)) == "no findings (2 older findings left out)"
    assert json.loads(report.as_json([]))["findings"] == []
