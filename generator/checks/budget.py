"""A burn rate asks whether it matters over its long window, and whether it still goes on over a shorter one.

Without a shorter window the page goes on for as long as the long one remembers, long after the harm is over,
and nobody knows whether the containment worked; a burn that the objective allows wakes people for nothing.

Make ``short_minutes`` less than ``long_minutes`` (a twelfth is usual); take a threshold that errors can reach,
and that is not below 1.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.checks.sources import Sources
from generator.model import Service, Signal
from generator.source import Document, Finding, Pointer, Severity

name = "budget"
severity: Severity = "error"
USUAL_RATIO = 12
"""Long over short window: 60 and 5 min, 6 h and 30 min, 3 d and 6 h (Site Reliability Workbook, chapter 5)."""


def check(sources: Sources) -> Iterator[Finding]:
    """Signals on an error budget that cannot fire, fire for what is allowed, or do not let go."""
    for document in sources.sound("runbook"):
        service = sources.services.get(getattr(sources.service_of(document), "path", ""))
        for index, signal in enumerate(sources.runbooks[document.path].detection.signals):
            if signal.kind == "burn-rate" and service is not None:
                yield from _problems(document, ("detection", "signals", index), signal, service)


def _problems(document: Document, at: Pointer, signal: Signal, service: Service) -> Iterator[Finding]:
    long, short = signal.with_["long_minutes"], signal.with_["short_minutes"]
    if short >= long:
        message = f"the short window of {short:g} min is not shorter than the long one of {long:g} min"
        hint = f"a twelfth is usual: {long / USUAL_RATIO:g}"
        yield Finding(document.place((*at, "with", "short_minutes")), name, severity, message, hint)
    slo = next((slo for slo in service.slos if slo.id == signal.with_["slo"]), None)
    if slo is None:
        return  # the check of references says so
    if signal.threshold * slo.budget >= 1:
        message = f"when everything fails, '{slo.id}' burns {1 / slo.budget:g} times too fast, not {signal.threshold:g}"
        place = document.place((*at, "threshold"))
        yield Finding(place, name, severity, message, "lower the threshold; it could never be crossed")
    elif signal.threshold < 1:
        message = f"at {signal.threshold:g} the budget of '{slo.id}' outlasts its window, so nothing is wrong"
        place = document.place((*at, "threshold"))
        yield Finding(place, name, severity, message, "take 1 or more: 14.4 over 1 h, 6 over 6 h, 1 over 3 d")
