"""Findings in; text for people, JSON for programs, annotations for GitHub, SARIF for scanners out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from generator.report.annotations import github
from generator.report.context import NOTHING_KNOWN, Context, Rule, summary
from generator.report.fingerprints import fingerprints
from generator.report.quoted import text
from generator.report.records import as_json
from generator.report.scanners import sarif
from generator.report.step_summary import MAXIMUM_BYTES, markdown
from generator.source import Finding

FORMATS: Mapping[str, Callable[[Sequence[Finding], Context], str]] = {
    "github": github,
    "json": as_json,
    "sarif": sarif,
    "text": text,
}

__all__ = [
    "FORMATS",
    "MAXIMUM_BYTES",
    "NOTHING_KNOWN",
    "Context",
    "Rule",
    "as_json",
    "fingerprints",
    "github",
    "markdown",
    "sarif",
    "summary",
    "text",
]
