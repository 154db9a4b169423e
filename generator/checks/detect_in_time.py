"""Some page can fire within the minutes that ``objectives.detect_minutes`` allows.

A threshold that only half a window of bad requests can reach, and a hold on top of it, are minutes of harm that
nobody sees: the objective is then missed in every incident, however fast people are.

The earliest time is judged for the gravest fault, which spoils every request from one moment on: the part of the
window that must be bad to reach the threshold, the hold, and 15 s each for scraping and evaluating.
An accuracy on labels waits for the labels first. Shorten a window or a hold, lower a threshold, let an earlier
signal page, or state an objective that can be met. A runbook without a page is judged by its tickets.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from generator.checks.measured import SEEN_MINUTES, MeasuredSignal
from generator.checks.sources import Sources
from generator.source import Document, Finding, Severity

name = "detect-in-time"
severity: Severity = "error"
_LOUDEST_FIRST = ("page", "ticket")


def check(sources: Sources) -> Iterator[Finding]:
    """Objectives of detection that even the fastest signal misses."""
    for document in sources.sound("runbook"):
        runbook = sources.runbooks[document.path]
        calling = _calling(sources.measured.get(document.path, ()))
        kinds = {one.signal.severity for one in calling}
        # A signal that cannot be judged may be the fast one.
        if len(calling) < sum(signal.severity in kinds for signal in runbook.detection.signals):
            continue
        fastest = min(calling, key=lambda one: one.detect_minutes, default=None)
        if fastest is not None and fastest.detect_minutes > runbook.objectives.detect_minutes:
            yield _late(document, fastest, runbook.objectives.detect_minutes)


def _calling(signals: Sequence[MeasuredSignal]) -> list[MeasuredSignal]:
    """The signals that page; where none does, those that open a ticket."""
    for loudness in _LOUDEST_FIRST:
        found = [one for one in signals if one.signal.severity == loudness]
        if found:
            return found
    return []


def _late(document: Document, fastest: MeasuredSignal, allowed: float) -> Finding:
    signal, measured = fastest.signal, fastest.measured
    place = document.place(("objectives", "detect_minutes"))
    if math.isinf(fastest.detect_minutes):
        message = f"no {signal.severity} can fire: '{signal.id}' could never reach {signal.threshold:g}"
        return Finding(place, name, severity, message, "correct its threshold")
    parts = [
        (measured.wait_minutes, f"{measured.wait_minutes:.3g} before a value can change"),
        (measured.bad_share * measured.window_minutes, f"{measured.bad_share:.0%} of its window"),
        (signal.hold_minutes, f"{signal.hold_minutes:g} of hold"),
        (SEEN_MINUTES, f"{SEEN_MINUTES:g} to scrape and evaluate"),
    ]
    made_of = ", ".join(words for minutes, words in parts if minutes > 0)
    message = (
        f"no {signal.severity} fires within {allowed:g} min: "
        f"the fastest, '{signal.id}', takes {fastest.detect_minutes:.1f}: {made_of}"
    )
    hint = f"shorten its window or hold, or state at least {math.ceil(fastest.detect_minutes)}"
    return Finding(place, name, severity, message, hint)
