"""Findings in, the Markdown page that GitHub shows below a workflow's run out."""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from itertools import groupby

from generator.report.context import NOTHING_KNOWN, Context, said, summary
from generator.source import Finding

MAXIMUM_BYTES = 1_048_576
"""GitHub drops a longer page as a whole."""
_SPARE = 200
_PLAIN = set(string.ascii_letters + string.digits + " ,;'/")


def markdown(
    findings: Sequence[Finding], context: Context = NOTHING_KNOWN, *, maximum_bytes: int = MAXIMUM_BYTES
) -> str:
    """The count, and a table for each file; what is longer than GitHub takes is cut, and that is told."""
    kept: list[str] = []
    room = maximum_bytes - _SPARE
    for line in _lines(findings, context):
        room -= len(line.encode("utf-8")) + 1
        if room < 0:
            kept += ["", "There is more than this page can hold: the log of the step has all of it."]
            break
        kept.append(line)
    return "\n".join(kept) + "\n"


def _lines(findings: Sequence[Finding], context: Context) -> Iterator[str]:
    yield from ("## runbook check", "", f"{_shown(summary(findings, context))}.")
    for path, group in groupby(findings, key=lambda finding: finding.place.path):
        yield from ("", f"### {_shown(context.folder + path)}", "")
        yield from ("| line | severity | what | rule |", "| ---: | --- | --- | --- |")
        for f in group:
            yield f"| {f.place.line} | {f.severity} | {_shown(said(f))} | {_shown(f.rule)} |"


def _shown(text: str) -> str:
    """Text that neither Markdown nor HTML nor GitHub's mentions can read anything into."""
    return "".join(
        c
        if c in _PLAIN or (ord(c) > 127 and c.isprintable())
        else f"&#{ord(c) if c.isprintable() else 0xFFFD};"
        for c in text
    )
