"""What healthy traffic and drills showed of each signal in, false pages, delays and curves out."""

from __future__ import annotations

from generator.model import CurvePoint, Interval, Proof, Quantiles, Signal, SignalProof
from generator.site.diagrams.curve import curve, front
from generator.site.diagrams.svg import picture
from generator.site.markup import NOTHING, Html, escape, tag
from generator.site.pages.fold import counted
from generator.site.pages.table import figures
from generator.site.view import View
from generator.site.words import duration, number

LISTED = 8
"""So many of the best points are listed; the rest is counted."""
MARGIN = 2
"""Points with more than so many budgets of false pages are of no use to anybody."""
_KEYS = (
    ("db-curve-key-own", "the text's own"),
    ("db-curve-key-suggested", "suggested"),
    ("db-curve-key-front", "none is better in both"),
    ("db-curve-key-dots", "another threshold or hold"),
    ("db-curve-key-budget", "what is allowed"),
)


def backtests(view: View, proof: Proof) -> list[Html]:
    """All pages together, then each signal, folded."""
    if not proof.signals:
        return []
    together = [
        *_together(proof.pages_per_week, proof.signals[0].healthy_weeks),
        escape(f"; {number(proof.budget_per_week)} are allowed. "),
        _verdict(proof.pages_per_week, proof.budget_per_week),
    ]
    known = {signal.id: signal for signal in view.runbook.detection.signals}
    shown = [_signal(view, proof, one, known[one.signal]) for one in proof.signals if one.signal in known]
    return [tag("p", tag("b", "Signals, back-tested")), tag("p", *together), *shown]


def _together(found: Interval, weeks: float) -> list[Html]:
    if not found.estimate:
        return [
            escape("Of all pages of the service together "),
            tag("b", f"none came in {_weeks(weeks)}"),
            escape(f" of healthy traffic: at most {_two(found.most)} a week"),
        ]
    return [
        escape("All pages of the service together come "),
        tag("b", f"{rate(found)} times a week"),
        escape(" on healthy traffic"),
    ]


def _weeks(count: float) -> str:
    return f"{number(round(count, 1))} week{'s' * (count != 1)}"


def rate(found: Interval) -> str:
    """A rate a week with its interval."""
    return f"{_two(found.estimate)} ({_two(found.least)} to {_two(found.most)})"


def minutes(found: float | None) -> Html:
    """So many minutes; without any, that it never came to it."""
    return escape("never" if found is None else number(round(found, 1)))


def _verdict(found: Interval, budget: float) -> Html:
    if found.most <= budget:
        return tag("b", "Within the budget.", class_="db-kept")
    if found.least > budget:
        return tag("b", "Beyond the budget.", class_="db-broken")
    return tag("b", "The interval does not tell.", class_="db-unsure")


def _signal(view: View, proof: Proof, found: SignalProof, signal: Signal) -> Html:
    line = tag(
        "summary",
        tag("code", signal.id),
        escape(f" {signal.severity}: {_often(found)}"),
        tag("small", _asked(signal)),
    )
    noun = "page" if signal.severity == "page" else "alarm"
    weeks, times = _weeks(found.healthy_weeks), counted(found.false_pages, "time")
    words = (
        f"In {weeks} of healthy traffic it fired {times}: {rate(found.false_pages_per_week)} false {noun}s a week."
        if found.false_pages
        else f"In {weeks} of healthy traffic it never fired: at most {_two(found.false_pages_per_week.most)} "
        f"false {noun}s a week."
    )
    return tag(
        "details",
        line,
        tag("p", words),
        _delays(view, found),
        *_curve(proof, found, signal),
        class_="db-signal",
    )


def _often(found: SignalProof) -> str:
    if found.false_pages:
        return f"{_two(found.false_pages_per_week.estimate)} false a week"
    return f"none false in {_weeks(found.healthy_weeks)}"


def _asked(signal: Signal) -> str:
    held = f", held {duration(signal.hold_minutes)}" if signal.hold_minutes else ""
    return f"{signal.compare} {number(signal.threshold)}{held}"


def _delays(view: View, found: SignalProof) -> Html:
    if not found.delays:
        return NOTHING
    known = {drill.id for drill in view.catalogue.drills}
    rows = [_delay(drill, delay, known) for drill, delay in found.delays.items()]
    caption = "Minutes from the start of harm until it fires, while nobody acts"
    return figures(("Drill", "half of runs", "90 %", "95 %"), rows, caption=caption)


def _delay(drill: str, delay: Quantiles, known: set[str]) -> list[Html]:
    name = tag("code", drill) if drill in known else escape("the slowest of those that it sees")
    return [name, minutes(delay.p50), minutes(delay.p90), minutes(delay.p95)]


def _curve(proof: Proof, found: SignalProof, signal: Signal) -> list[Html]:
    if not found.curve:
        return []
    own = next((one for one in found.curve if _is_own(one, signal)), None)
    drawn = curve(signal.id, found.curve, own=own, suggested=found.suggested, budget=proof.budget_per_week)
    absent = {"db-curve-key-own"} if own is None else set()
    absent |= {"db-curve-key-suggested"} if found.suggested is None else set()
    keys = [tag("li", words, class_=key) for key, words in _KEYS if key not in absent]
    return [
        picture("db-curve", drawn),
        tag("ul", *keys, class_="db-curve-keys"),
        *_suggestion(found.suggested),
        _front(found, signal, proof.budget_per_week),
    ]


def _suggestion(point: CurvePoint | None) -> list[Html]:
    if point is None:
        return []
    held = f"held {_held(point)}" if point.hold_minutes else "without a hold"
    words = f"Within the budget, the fastest is {number(point.threshold)}, {held}."
    return [tag("p", words)]


def _front(found: SignalProof, signal: Signal, budget: float) -> Html:
    """The text's own point, and of the best those that come close to the budget."""
    own = [one for one in found.curve if _is_own(one, signal)]
    best = [one for one in front(found.curve) if one not in own]
    close = [one for one in best if one.false_pages_per_week <= MARGIN * budget] or best
    rows = [_point(one, signal) for one in [*own, *close[-LISTED:]]]
    left = len(best) - len(rows) + len(own)
    more = [tag("p", f"and {left} more that no other beats")] if left else []
    heads = ("Threshold", "held", "false a week", "minutes", "never fires")
    caption = "The text's own, and those that no other beats"
    return Html(figures(heads, rows, caption=caption) + Html("".join(more)))


def _point(point: CurvePoint, signal: Signal) -> list[Html]:
    own = [escape(" "), tag("small", "the text's own")] if _is_own(point, signal) else []
    return [
        tag("span", number(point.threshold), *own),
        escape(_held(point)),
        escape(_two(point.false_pages_per_week)),
        minutes(point.delay_minutes),
        escape(percent(point.missed)),
    ]


def percent(share: float) -> str:
    """A share as people say it.

    >>> percent(0.985), percent(0), percent(1)
    ('98.5 %', '0 %', '100 %')
    """
    return f"{number(round(share * 100, 1))} %"


def _held(point: CurvePoint) -> str:
    return duration(point.hold_minutes) if point.hold_minutes else "0"


def _is_own(point: CurvePoint, signal: Signal) -> bool:
    return (point.threshold, point.hold_minutes) == (signal.threshold, signal.hold_minutes)


def _two(value: float) -> str:
    """Two digits are all that a rate of rare events is worth."""
    return number(float(f"{value:.2g}")) if value < 100 else number(round(value))
