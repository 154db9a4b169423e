"""A record in, the drill on one axis out: impact, truth, alerts, controls, steps, claims and messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from simulator.events import (
    AlertChanged,
    Answered,
    ControlTookEffect,
    Decided,
    Declared,
    Delivered,
    Ended,
    Hinted,
    Hypothesised,
    Posted,
    Record,
    Resolved,
    Returned,
    Revealed,
    Sped,
    Started,
    Steered,
    StepEnded,
    StepStarted,
    end_of,
    pauses,
)
from simulator.report import effects, svg
from simulator.report.sentences import STEERED, Sentences
from simulator.report.whole import Report
from simulator.scoring.words import Clock, drawn, share

WIDTH, LEFT, RIGHT = 1000.0, 118.0, 984.0
IMPACT_TOP, IMPACT_HEIGHT = 14.0, 190.0
ROW, BAR, LANE_GAP = 22.0, 14.0, 12.0
LABEL_MOST = 34


@dataclass(frozen=True, slots=True)
class Span:
    """Something that lasts, or happens, with its words; times in minutes."""

    start: float
    end: float
    words: str
    kind: str
    title: str
    instant: bool = False


def timeline(report: Report, started: Started) -> str:
    """The drill at a glance. Without a reveal, truth and impact are left out."""
    record, clock = report.record, report.clock
    x = svg.Scale(0.0, _horizon(record, started), LEFT, RIGHT)
    found = record.first(Revealed)
    body: list[str] = []
    y = IMPACT_TOP
    if found is not None:
        body += _impact(found[1], x)
        y = IMPACT_TOP + IMPACT_HEIGHT + 30
    top = y
    lanes: list[str] = []
    for name, spans in _lanes(report, started):
        drawn, height = _lane(name, sorted(spans, key=lambda span: span.start), x, y)
        lanes += drawn
        y += height
    marks = _marks(report, x, IMPACT_TOP if found else top, y)
    body = [*_grid(x, IMPACT_TOP if found else top, y, clock), *marks, *body, *lanes]
    return svg.figure(WIDTH, y + 40, body, label="Timeline of the drill")


def _horizon(record: Record, started: Started) -> float:
    return max(started.horizon_minutes, max((event.minutes for event in record.events), default=0.0), 1.0)


def _grid(x: svg.Scale, top: float, bottom: float, clock: Clock) -> Iterator[str]:
    """The time of day, and below it the minutes since the start."""
    for tick in svg.ticks(x.high, about=9):
        yield svg.line(x(tick), top, x(tick), bottom, "grid")
        yield svg.text(x(tick), bottom + 16, clock.at(tick), "axis", anchor="middle")
        yield svg.text(x(tick), bottom + 30, f"+{tick:.0f}" if tick else "0", "axis", anchor="middle")
    yield svg.text(LEFT - 22, bottom + 16, "time", "axis", anchor="end")
    yield svg.text(LEFT - 22, bottom + 30, "minutes", "axis", anchor="end")


def _marks(report: Report, x: svg.Scale, top: float, bottom: float) -> Iterator[str]:
    t0, clock = report.score.t0_minutes, report.clock
    if t0 is not None:
        at = x(t0)
        yield svg.line(at, top, at, bottom, "mark-bad")
        yield svg.text(at + 4, top + 9, f"harm begins {clock.at(t0)}", "mark-bad-text")
    end = next((event.minutes for event, _ in report.record.of(Ended)), None)
    if end is not None and end < x.high:
        yield svg.rect(
            x(end), top, x(x.high) - x(end), bottom - top, "after", title="after the drill ended", round_=0
        )
        yield svg.text(x(end) + 4, bottom - 5, "drill ended; state frozen", "axis")


def _impact(reveal: Revealed, x: svg.Scale) -> Iterator[str]:
    impact = reveal.impact
    curves = {"none": impact.none, "oracle": impact.oracle, "robot": impact.robot, "team": impact.team}
    most = max([reveal.tolerance, *(value for curve in curves.values() for value in curve)]) * 1.12
    y = svg.Scale(0.0, most, IMPACT_TOP + IMPACT_HEIGHT, IMPACT_TOP)
    for tick in svg.ticks(most, about=4):
        yield svg.line(LEFT, y(tick), RIGHT, y(tick), "grid")
        yield svg.text(LEFT - 8, y(tick) + 4, share(tick), "axis", anchor="end")
    yield svg.text(4, IMPACT_TOP + 8, "Impact on", "lane")
    yield svg.text(4, IMPACT_TOP + 23, "requests", "lane")
    yield _area(impact.minutes, impact.team, x, y)
    for kind, curve in curves.items():
        points = [(x(m), y(v)) for m, v in zip(impact.minutes, curve, strict=False)]
        yield svg.path(svg.steps(points, x(x.high)), f"curve {kind}")
    yield svg.line(LEFT, y(reveal.tolerance), RIGHT, y(reveal.tolerance), "tolerance")
    words = f"tolerance {share(reveal.tolerance)}"
    yield svg.text(RIGHT - 2, y(reveal.tolerance) - 5, words, "tolerance-text", anchor="end")


def _area(minutes: tuple[float, ...], values: tuple[float, ...], x: svg.Scale, y: svg.Scale) -> str:
    points = [(x(m), y(v)) for m, v in zip(minutes, values, strict=False)]
    if not points:
        return ""
    return svg.path(f"{svg.steps(points, x(x.high))}V{y(0):.1f}H{points[0][0]:.1f}Z", "area team-area")


def _lane(name: str, spans: list[Span], x: svg.Scale, y: float) -> tuple[list[str], float]:
    """One lane: as many rows as it takes for no words to overlap."""
    placed = svg.rows((x(span.start), _reach(span, x)) for span in spans)
    drawn = [svg.text(4, y + BAR - 2, name, "lane"), svg.line(0, y - 6, RIGHT, y - 6, "rule")]
    for span, row in zip(spans, placed, strict=True):
        drawn += _span(span, x, y + row * ROW)
    height = ROW * (max(placed, default=0) + 1) + LANE_GAP
    return drawn, height


def _short(words: str) -> str:
    return words if len(words) <= LABEL_MOST else f"{words[: LABEL_MOST - 1]}…"


def _reach(span: Span, x: svg.Scale) -> float:
    """How far to the right a span and its words go."""
    words = len(_short(span.words)) * svg.GLYPH + 12
    if span.instant:
        return x(span.start) + (words + 8 if span.words else 10)
    inside = words <= x(span.end) - x(span.start) + 10
    return x(span.end) + 6 + (0 if inside else words)


def _span(span: Span, x: svg.Scale, y: float) -> Iterator[str]:
    words = _short(span.words)
    left, right = x(span.start), x(span.end)
    wide = len(words) * svg.GLYPH + 12
    if span.instant:
        yield svg.dot(left, y + BAR / 2, 4.5, span.kind, title=span.title)
        room = left + wide + 8 <= WIDTH
        yield svg.text(
            left + (8 if room else -8), y + BAR - 3, words, "note", anchor="start" if room else "end"
        )
        return
    yield svg.rect(left, y, right - left, BAR, span.kind, title=span.title)
    if wide <= right - left + 10:
        yield svg.text(left + 5, y + BAR - 3, words, "on-bar")
    elif right + wide <= WIDTH:
        yield svg.text(max(right, left + 2) + 5, y + BAR - 3, words, "note")
    else:
        yield svg.text(left - 5, y + BAR - 3, words, "note", anchor="end")


def _lanes(report: Report, started: Started) -> Iterator[tuple[str, list[Span]]]:
    readers: tuple[tuple[str, Callable[[Record, Started, Sentences], Iterable[Span]]], ...] = (
        ("Truth", _truth),
        ("Alerts", _alerts),
        ("Claims", _claims),
        ("Controls", _controls),
        ("Steps", _steps),
        ("Messages", _messages),
        ("Facilitator", _facilitated),
    )
    for name, reader in readers:
        spans = list(reader(report.record, started, report.says))
        if spans:
            yield name, spans


def _truth(record: Record, started: Started, says: Sentences) -> Iterator[Span]:
    horizon = _horizon(record, started)
    for _, reveal in record.of(Revealed):
        for fault in reveal.faults:
            harm = "" if fault.t0_minutes is not None else " (benign)"
            kind = "bar benign" if harm else "bar fault"
            words = f"{fault.kind} at {fault.node}{harm}"
            begun = says.clock.exact(fault.onset_minutes)
            title = f"{words}{drawn(effects.numbers(fault))}, from {begun}; impact up to {share(fault.peak_impact)}"
            yield Span(fault.onset_minutes, horizon, words, kind, title)


def _alerts(record: Record, started: Started, says: Sentences) -> Iterator[Span]:
    since: dict[str, tuple[float, AlertChanged]] = {}
    for event, alert in record.of(AlertChanged):
        if alert.state == "firing":
            since.setdefault(alert.signal, (event.minutes, alert))
        elif alert.signal in since:
            yield _firing(says.clock, *since.pop(alert.signal), event.minutes)
    for start, alert in since.values():
        yield _firing(says.clock, start, alert, end_of(record))


def _firing(clock: Clock, start: float, alert: AlertChanged, end: float) -> Span:
    title = f"{alert.signal} ({alert.severity}) fired from {clock.exact(start)} to {clock.exact(end)}"
    return Span(start, end, alert.signal, f"bar {'page' if alert.severity == 'page' else 'ticket'}", title)


def _controls(record: Record, started: Started, says: Sentences) -> Iterator[Span]:
    """Bars while a control is off its default."""
    defaults = {card.id: card.default for card in started.controls}
    open_: dict[str, tuple[float, str]] = {}
    for event, turned in record.of(ControlTookEffect):
        if turned.control in open_:
            yield _held(says.clock, turned.control, *open_.pop(turned.control), event.minutes)
        if turned.value != defaults.get(turned.control):
            open_[turned.control] = (event.minutes, str(turned.value))
    for control, (start, value) in open_.items():
        yield _held(says.clock, control, start, value, end_of(record))


def _held(clock: Clock, control: str, start: float, value: str, end: float) -> Span:
    words = f"{control} = {value}"
    return Span(start, end, words, "bar control", f"{words} from {clock.exact(start)} to {clock.exact(end)}")


def _steps(record: Record, started: Started, says: Sentences) -> Iterator[Span]:
    begun: dict[tuple[str, str], float] = {}
    for event in record.events:
        if isinstance(event.payload, StepStarted):
            begun[event.payload.runbook, event.payload.step] = event.minutes
        elif isinstance(event.payload, StepEnded):
            step = event.payload
            start = begun.pop((step.runbook, step.step), event.minutes)
            lasted = f"{says.clock.exact(start)} to {says.clock.exact(event.minutes)}"
            title = f"{step.runbook}/{step.step}: {step.outcome}, {lasted}"
            yield Span(start, event.minutes, step.step, f"bar step-{step.outcome}", title)
        elif isinstance(event.payload, Decided):
            decision = event.payload
            start = begun.pop((decision.runbook, decision.decision), event.minutes)
            title = f"{says.clock.exact(event.minutes)} {event.actor}: {says(event)}"
            yield Span(start, event.minutes, decision.decision, "bar step-decided", title)
    for (runbook, name), start in begun.items():
        yield Span(start, end_of(record), name, "bar step-open", f"{runbook}/{name}: not ended")


def _claims(record: Record, started: Started, says: Sentences) -> Iterator[Span]:
    for event in record.events:
        at, said = event.minutes, event.payload
        title = f"{says.clock.exact(at)} {event.actor}: {says(event)}"
        if isinstance(said, Declared):
            yield Span(at, at, f"declared {said.symptom}", "dot declare", title, instant=True)
        elif isinstance(said, Hypothesised):
            yield Span(at, at, f"{said.mechanism} at {said.component}", "dot hypothesis", title, instant=True)
        elif isinstance(said, Resolved):
            yield Span(at, at, "called over", "dot resolve", title, instant=True)


def _messages(record: Record, started: Started, says: Sentences) -> Iterator[Span]:
    for event in record.events:
        title = f"{says.clock.exact(event.minutes)} {event.actor}: {says(event)}"
        if isinstance(event.payload, Delivered):
            yield Span(event.minutes, event.minutes, "", "dot received", title, instant=True)
        elif isinstance(event.payload, Posted):
            yield Span(event.minutes, event.minutes, "", "dot sent", title, instant=True)
        elif isinstance(event.payload, Answered):
            yield Span(event.minutes, event.minutes, event.payload.choice, "dot sent", title, instant=True)


def _facilitated(record: Record, started: Started, says: Sentences) -> Iterator[Span]:
    """Hints, pauses and changes of pace, messages that were steered: what the team did not do itself."""
    for since, until in pauses(record):
        title = f"the facilitator paused the clock at {says.clock.exact(since)}"
        yield Span(since, until, "paused", "bar step-open", title, instant=since == until)
    for event in record.events:
        said = event.payload
        if isinstance(said, Hinted | Sped | Steered | Returned):
            title = f"{says.clock.exact(event.minutes)} {event.actor}: {says(event)}"
            words = _words(said)
            yield Span(event.minutes, event.minutes, words, "dot facilitated", title, instant=True)


def _words(said: Hinted | Sped | Steered | Returned) -> str:
    if isinstance(said, Sped):
        return f"pace {said.pace}"
    if isinstance(said, Steered):
        return STEERED[said.how]
    return "hint" if isinstance(said, Hinted) else "taken up again"
