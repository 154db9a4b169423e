"""The window of every signal holds enough requests, labels or questions, even in the quietest hour of the week.

A p99 of a hundred requests is the slowest of them; a ratio of twenty moves by 5 % with one of them. At night such a
signal wakes people for nothing, or is switched off by day because it did.

Enough is: for a quantile q 10 / (1 - q) requests; for a ratio, an accuracy or a burn rate 10 events at the
threshold; for drift and means as many as keep healthy values off the threshold but for one in 10,000 (for PSI with
B bins, (1/N + 1/M) chi-square(B - 1)); for golden requests so many that one wrong answer does not cross it.
Traffic is taken at the trough of the weekend, as the profile states it. Take a longer window, or a wider threshold.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from generator.checks.measured import MeasuredSignal
from generator.checks.sources import Sources
from generator.source import Document, Finding, Severity

name = "sample-size"
severity: Severity = "error"
LONGEST_WINDOW_MINUTES = 4320
"""What any signal kind allows; a longer one is no advice."""
_SLACK = 1e-6


def check(sources: Sources) -> Iterator[Finding]:
    """Signals whose window is too small a sample when traffic is low."""
    for document in sources.sound("runbook"):
        for one in sources.measured.get(document.path, ()):
            if one.measured.size < one.measured.needed * (1 - _SLACK):
                yield _too_few(document, one)


def _too_few(document: Document, one: MeasuredSignal) -> Finding:
    signal, measured = one.signal, one.measured
    pointer = ("detection", "signals", one.index)
    keyed = next((key for key in ("window_minutes", "long_minutes") if key in signal.with_), None)
    place = document.place((*pointer, "with", keyed) if keyed else (*pointer, "threshold"))
    when = "" if measured.of == "questions" else " when traffic is lowest"
    over = "asks" if measured.of == "questions" else f"has {measured.window_minutes:g} min for"
    message = f"'{signal.id}' {over} {_count(measured.size)} {measured.of}{when}, and needs {_count(measured.needed)}"
    return Finding(place, name, severity, message, _hint(one, keyed))


def _hint(one: MeasuredSignal, keyed: str | None) -> str:
    measured = one.measured
    if measured.of == "questions":
        return "ask more questions: profile.golden, or move the threshold away from the usual accuracy"
    otherwise = (
        "a lower quantile" if "quantile" in one.signal.with_ else "a threshold further from what is usual"
    )
    minutes = measured.window_minutes * measured.needed / measured.size
    if keyed is None or minutes > LONGEST_WINDOW_MINUTES:
        return f"take {otherwise}"
    return f"take a window of {math.ceil(minutes):,} min or more, or {otherwise}"


def _count(number: float) -> str:
    return f"{math.ceil(number - _SLACK):,}" if math.isfinite(number) else "more than there can be"
