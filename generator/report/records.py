"""Findings in, JSON for programs out."""

from __future__ import annotations

import json
from collections.abc import Sequence

from generator.report.context import NOTHING_KNOWN, SEVERITIES, Context, counted
from generator.report.fingerprints import fingerprints
from generator.source import Finding


def as_json(findings: Sequence[Finding], context: Context = NOTHING_KNOWN) -> str:
    """The findings as objects with place, rule, severity, message, hint and fingerprint, and their counts."""
    counts = counted(findings)
    whole = {
        "findings": [_plain(f, mark) for f, mark in zip(findings, fingerprints(findings), strict=True)],
        "counts": {severity: counts[severity] for severity in SEVERITIES},
        "left_out": context.left_out,
    }
    return dumped(whole)


def dumped(value: object) -> str:
    """JSON that any program can read: what is no text, such as half a character, is written as an escape."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text if text.isprintable() or _is_text(text) else json.dumps(value, indent=2)


def _is_text(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _plain(finding: Finding, fingerprint: str) -> dict[str, str | int]:
    place = finding.place
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint,
        "fingerprint": fingerprint,
    }
