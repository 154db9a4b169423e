"""Findings in, text for people out: a line to click, what stands there, and a mark below it."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from generator.report.context import NOTHING_KNOWN, Context, harmless, said, summary
from generator.report.quoting import lines_of, quote
from generator.source import Finding, Place

MANY = 20
"""Beyond so many findings, the end says which rules they break."""
_COLOURS = {"error": "31", "warning": "33"}
_QUIET = "2"


def text(findings: Sequence[Finding], context: Context = NOTHING_KNOWN) -> str:
    """``path:line:column: severity: message — hint [rule]``, the line itself below, the count at the end.

    Errors first: a warning may be no more than what follows from one.
    """

    @functools.cache
    def lines(path: str) -> Sequence[str]:
        return lines_of(context.text_of(path) or "")

    blocks = [
        _block(place, list(group), lines(place.path), context)
        for place, group in groupby(_errors_first(findings), key=lambda finding: finding.place)
    ]
    # Without anything quoted, lines that belong together stand together.
    between = "\n\n" if any("\n" in block for block in blocks) else "\n"
    return between.join([*blocks, "\n".join([*_rules(findings), summary(findings, context)])])


def _errors_first(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Places with an error before those without, else in the order that they have."""
    bad = {finding.place for finding in findings if finding.severity == "error"}
    return iter(sorted(findings, key=lambda finding: finding.place not in bad))


def _block(place: Place, findings: Sequence[Finding], lines: Sequence[str], context: Context) -> str:
    """All that is found at one place, and what stands there once."""
    headlines = (_headline(finding, context) for finding in findings)
    return "\n".join([*headlines, *_quoted(place, findings, lines, context)])


def _headline(finding: Finding, context: Context) -> str:
    severity = _coloured(finding.severity, _COLOURS[finding.severity], context)
    return f"{harmless(str(finding.place))}: {severity}: {said(finding)} [{finding.rule}]"


def _quoted(
    place: Place, findings: Sequence[Finding], lines: Sequence[str], context: Context
) -> Iterator[str]:
    """The line of a place and the mark below it, with the line's number at the side."""
    number = f"{place.line:>5}"
    shown = quote(lines, place, width=max(context.width - len(number) - len(" | "), 20))
    if shown is None:
        return
    colour = _COLOURS[findings[0].severity]
    yield _coloured(f"{number} | ", _QUIET, context) + shown.line
    yield (
        _coloured(f"{'':>5} | ", _QUIET, context)
        + " " * shown.before
        + _coloured("^" * shown.marked, colour, context)
    )


def _rules(findings: Sequence[Finding]) -> Iterator[str]:
    """Which rules many findings break, those that are broken most often first."""
    counts = Counter(finding.rule for finding in findings)
    if len(findings) > MANY and len(counts) > 1:
        yield "by rule: " + ", ".join(f"{rule} {count:,}" for rule, count in counts.most_common())


def _coloured(words: str, colour: str, context: Context) -> str:
    return f"\033[{colour}m{words}\033[0m" if context.colour else words
