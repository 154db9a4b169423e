"""Findings in; text for people, JSON for programs, annotations for GitHub, SARIF for scanners out."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from generator.source import Finding

SHOWN_BY_GITHUB = 10
_COLOURS = {"error": "31", "warning": "33"}
_LEVELS = {"error": "error", "warning": "warning"}


def text(findings: Sequence[Finding], *, colour: bool = False) -> str:
    """One line a finding, and the count at the end."""
    return "\n".join([*(_line(finding, colour=colour) for finding in findings), summary(findings)])


def summary(findings: Sequence[Finding]) -> str:
    """How many findings there are, in how many files."""
    if not findings:
        return "no findings"
    counts = Counter(finding.severity for finding in findings)
    words = [_plural(counts[severity], severity) for severity in ("error", "warning") if counts[severity]]
    return f"{' and '.join(words)} in {_plural(len({f.place.path for f in findings}), 'file')}"


def as_json(findings: Sequence[Finding]) -> str:
    """A list of objects with path, line, column, rule, severity, message and hint."""
    return json.dumps({"findings": [_plain(finding) for finding in findings]}, indent=2, ensure_ascii=False)


def github(findings: Sequence[Finding]) -> str:
    """Workflow commands; GitHub shows ten of a severity, so the last line says how many there are."""
    lines = [_annotation(finding) for finding in findings]
    hidden = sum(max(0, count - SHOWN_BY_GITHUB) for count in Counter(f.severity for f in findings).values())
    more = f" ({hidden} more than GitHub shows beside the code)" if hidden else ""
    return "\n".join([*lines, summary(findings) + more])


def sarif(findings: Sequence[Finding]) -> str:
    """A SARIF 2.1.0 log with one run."""
    rules = [{"id": rule} for rule in sorted({finding.rule for finding in findings})]
    driver = {"name": "drillbook", "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": _results(findings)}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


FORMATS: Mapping[str, Callable[[Sequence[Finding]], str]] = {
    "github": github,
    "json": as_json,
    "sarif": sarif,
    "text": text,
}


def _line(finding: Finding, *, colour: bool) -> str:
    severity = f"\033[{_COLOURS[finding.severity]}m{finding.severity}\033[0m" if colour else finding.severity
    return f"{finding.place}: {severity}: {_said(finding)} [{finding.rule}]"


def _said(finding: Finding) -> str:
    said = finding.message + (f" — {finding.hint}" if finding.hint else "")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in said)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def _plain(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
    }


def _annotation(finding: Finding) -> str:
    place = finding.place
    where = f"file={_property(place.path)},line={place.line},col={place.column}"
    title = _property(f"drillbook {finding.rule}")
    return f"::{finding.severity} {where},title={title}::{_escaped(_said(finding))}"


def _escaped(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _escaped(value).replace(":", "%3A").replace(",", "%2C")


def _results(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    seen: Counter[str] = Counter()
    return [_result(finding, seen) for finding in findings]


def _result(finding: Finding, seen: Counter[str]) -> dict[str, Any]:
    place = finding.place
    identity = f"{finding.rule}|{place.path}|{finding.message}"
    seen[identity] += 1
    # Blind to the line, so that a finding stays the same one when text above it moves.
    print_ = hashlib.sha256(f"{identity}|{seen[identity]}".encode()).hexdigest()
    region = {"startLine": place.line, "startColumn": place.column}
    location = {"artifactLocation": {"uri": place.path}, "region": region}
    return {
        "ruleId": finding.rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": _said(finding)},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"drillbook/v1": print_},
    }
