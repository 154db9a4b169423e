"""On healthy traffic all pages together stay within ``page_budget_per_week`` of the organization.

People who are woken for nothing stop believing the page. The expected number of false alarms follows from what is
known of healthy traffic: PSI without drift is (1/N + 1/M) chi-square(B - 1), counts are binomial or Poisson,
latency is lognormal through its stated quantiles, means are normal, and the panel says how right the model is.

A sliding window passes its threshold in clumps (Aldous 1989) and must stay there for the hold; a value that is
measured anew each time, such as golden accuracy, must fail several times in a row. Against simulation the number is
right within a tenth without a hold, and up to twice too high with one of up to half the window.

It is a lower bound: days and seasons that differ are not in it, and the traffic is the lowest of the week. Back-tests
in a rehearsal see more. Signals that two runbooks of a service share count once.
Raise the threshold, take a longer window or hold, or let the signal open a ticket.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.checks.measured import MeasuredSignal
from generator.checks.sources import Sources
from generator.source import Document, Finding, Severity

name = "false-alarms"
severity: Severity = "error"
NEGLIGIBLE = 1e-3
"""Pages a week that count as none: one in twenty years."""

_Page = tuple[Document, MeasuredSignal, float]
"""A page, where it stands, and how many false alarms it gives a week."""


def check(sources: Sources) -> Iterator[Finding]:
    """Pages that alone exceed the budget; else, when all together do, the one that adds most."""
    organization = sources.organization
    if organization is None:
        return
    budget = float(organization.data["page_budget_per_week"])
    pages = [page for page in _pages(sources) if page[2] > NEGLIGIBLE]
    alone = [page for page in pages if page[2] > budget]
    for document, one, rate in alone:
        message = f"'{one.signal.id}' pages {_number(rate)} times a week on healthy traffic; the budget is {budget:g}"
        yield _finding(document, one, message)
    total = sum(rate for _, _, rate in pages)
    if total > budget and not alone:
        document, one, rate = max(pages, key=lambda page: page[2])
        message = (
            f"all pages together come {_number(total)} times a week on healthy traffic; the budget is {budget:g}, "
            f"and '{one.signal.id}' adds most, {_number(rate)}"
        )
        yield _finding(document, one, message)


def _pages(sources: Sources) -> Iterator[_Page]:
    """Each page once, however many runbooks of its service have it."""
    seen = set()
    for document in sources.sound("runbook"):
        for one in sources.measured.get(document.path, ()):
            signal = one.signal
            same = (
                document.data["service"], signal.kind, tuple(sorted(signal.with_.items())),
                signal.compare, signal.threshold, signal.hold_minutes,
            )  # fmt: skip
            if signal.severity == "page" and same not in seen:
                seen.add(same)
                yield document, one, one.false_alarms


def _finding(document: Document, one: MeasuredSignal, message: str) -> Finding:
    place = document.place(("detection", "signals", one.index, "threshold"))
    hint = "raise its threshold, window or hold, or let it open a ticket"
    if one.signal.compare == "below":
        hint = "lower its threshold, raise its window or hold, or let it open a ticket"
    return Finding(place, name, severity, message, hint)


def _number(rate: float) -> str:
    """Two digits are all that the approximation is worth."""
    return f"{rate:.2g}" if rate < 100 else f"{round(rate, -len(str(int(rate))) + 2):,.0f}"
