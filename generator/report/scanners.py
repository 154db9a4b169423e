"""Findings in, a SARIF 2.1.0 log for code scanners out."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import TypeAlias
from urllib.parse import quote

from generator.report.context import NOTHING_KNOWN, Context, Rule, harmless, said
from generator.report.fingerprints import fingerprints
from generator.report.quoting import end_column, lines_of
from generator.report.records import dumped
from generator.source import Finding, Place

Json: TypeAlias = Mapping[str, object]
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(findings: Sequence[Finding], context: Context = NOTHING_KNOWN) -> str:
    """One run with the rules that there are and the findings; places are relative to the repository."""
    rules = _rules(findings, context)
    indexes = {rule.name: index for index, rule in enumerate(rules)}

    @functools.cache
    def lines(path: str) -> Sequence[str]:
        return lines_of(context.text_of(path) or "")

    marks = fingerprints(findings)
    results = [
        {
            "ruleId": finding.rule,
            "ruleIndex": indexes[finding.rule],
            "level": finding.severity,
            "message": {"text": said(finding)},
            "locations": [_location(finding.place, lines(finding.place.path), context)],
            "partialFingerprints": {"drillbook/v1": mark},
        }
        for finding, mark in zip(findings, marks, strict=True)
    ]
    driver = {"name": "drillbook", **_version(context), "rules": [_rule(rule) for rule in rules]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return dumped({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _version(context: Context) -> Json:
    return {"version": context.version} if context.version else {}


def _rules(findings: Sequence[Finding], context: Context) -> list[Rule]:
    """The rules that are known, and those that findings name beside them."""
    known = {rule.name: rule for rule in context.rules}
    for finding in findings:
        known.setdefault(finding.rule, Rule(finding.rule, finding.severity, ""))
    return [known[name] for name in sorted(known)]


def _rule(rule: Rule) -> Json:
    paragraphs = [" ".join(part.split()) for part in rule.words.split("\n\n") if part.strip()]
    words: dict[str, object] = {}
    if paragraphs:
        words["shortDescription"] = {"text": paragraphs[0]}
        words["fullDescription"] = {"text": "\n\n".join(paragraphs)}
        words["help"] = {"text": "\n\n".join(paragraphs[1:] or paragraphs)}
    return {"id": rule.name, **words, "defaultConfiguration": {"level": rule.severity}}


def _location(place: Place, lines: Sequence[str], context: Context) -> Json:
    region = {"startLine": place.line, "startColumn": place.column}
    if place.line <= len(lines) and place.column <= len(lines[place.line - 1]):
        region["endColumn"] = end_column(lines[place.line - 1], place.column)
    uri = quote(context.folder + place.path, errors="replace")
    return {"physicalLocation": {"artifactLocation": {"uri": harmless(uri)}, "region": region}}
