"""Findings in, workflow commands that GitHub shows beside the code out."""

from __future__ import annotations

from collections.abc import Sequence

from generator.report.context import NOTHING_KNOWN, Context, counted, harmless, said, summary
from generator.source import Finding

SHOWN_BY_GITHUB = 10
"""So many of each severity in a step; the rest vanish."""


def github(findings: Sequence[Finding], context: Context = NOTHING_KNOWN) -> str:
    """One command a finding, those on lines that the change touches first; the last line is the count."""
    ordered = sorted(findings, key=lambda finding: not context.touches(finding))
    hidden = sum(max(0, count - SHOWN_BY_GITHUB) for count in counted(findings).values())
    more = f" ({hidden:,} more than GitHub shows beside the code)" if hidden else ""
    return "\n".join(
        [*(_annotation(finding, context) for finding in ordered), summary(findings, context) + more]
    )


def _annotation(finding: Finding, context: Context) -> str:
    place = finding.place
    path = _property(harmless(context.folder + place.path))
    where = f"file={path},line={place.line},endLine={place.line},col={place.column}"
    title = _property(f"drillbook {finding.rule}")
    return f"::{finding.severity} {where},title={title}::{_escaped(said(finding))}"


def _escaped(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _escaped(value).replace(":", "%3A").replace(",", "%2C")
