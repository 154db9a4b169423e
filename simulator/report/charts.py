"""What the service showed in, one small chart for each signal and vital out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.events import (
    AlertChanged,
    ControlTookEffect,
    Hypothesised,
    Observed,
    Record,
    SignalCard,
    Started,
    end_of,
)
from simulator.report import phrases, svg
from simulator.scoring.words import Clock

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 320.0, 132.0, 44.0, 312.0, 10.0, 110.0
HEADROOM = 0.08
NEXT_TO_NOTHING = 0.01


@dataclass(frozen=True, slots=True)
class Series:
    """Readings of one key by minute; a reading without value breaks the line."""

    key: str
    title: str
    unit: str
    card: SignalCard | None
    points: tuple[tuple[float, float | None], ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """What is marked in every chart, in minutes of the drill."""

    clock: Clock
    horizon: float
    t0: float | None
    turned: tuple[tuple[float, str], ...]
    """When a control took effect, and which."""
    firing: dict[str, list[tuple[float, float]]]
    """From and to, by signal."""
    cited: dict[str, list[tuple[float, float | None]]]
    """When a reading was cited, and the reading, by key."""


def charts(record: Record, started: Started, t0: float | None) -> tuple[list[str], list[str]]:
    """A figure for each signal that fired or key that was cited; and one for each of the rest."""
    happened = _happened(record, started, t0)
    told: list[str] = []
    rest: list[str] = []
    for series in _series(record, started):
        counts = series.key in happened.firing or series.key in happened.cited
        (told if counts else rest).append(_figure(series, happened))
    return told, rest


def _happened(record: Record, started: Started, t0: float | None) -> Happened:
    horizon = max([started.horizon_minutes, *(event.minutes for event in record.events)])
    turned = tuple(
        (event.minutes, f"{said.control} = {said.value}") for event, said in record.of(ControlTookEffect)
    )
    cited: dict[str, list[tuple[float, float | None]]] = {}
    for _, claim in record.of(Hypothesised):
        for link in claim.evidence:
            cited.setdefault(link.key, []).append((link.t / 60, link.value))
    return Happened(Clock(started.time), horizon, t0, turned, _firing(record), cited)


def _firing(record: Record) -> dict[str, list[tuple[float, float]]]:
    spans: dict[str, list[tuple[float, float]]] = {}
    since: dict[str, float] = {}
    for event in record.events:
        if isinstance(event.payload, AlertChanged):
            signal = event.payload.signal
            if event.payload.state == "firing":
                since.setdefault(signal, event.minutes)
            elif signal in since:
                spans.setdefault(signal, []).append((since.pop(signal), event.minutes))
    for signal, start in since.items():
        spans.setdefault(signal, []).append((start, end_of(record)))
    return spans


def _series(record: Record, started: Started) -> Iterator[Series]:
    cards = {card.id: card for card in started.signals}
    seen = list(record.of(Observed))
    for key in dict.fromkeys(key for _, observed in seen for key in observed.signals):
        card = cards.get(key)
        points = tuple((event.minutes, observed.signals.get(key)) for event, observed in seen)
        yield Series(key, card.title if card else key, card.unit if card else "", card, points)
    for key in dict.fromkeys(key for _, observed in seen for key in observed.vitals):
        yield Series(key, key, "", None, tuple((e.minutes, observed.vitals.get(key)) for e, observed in seen))


def _figure(series: Series, happened: Happened) -> str:
    known = [value for _, value in series.points if value is not None]
    last = phrases.number(known[-1]) if known else "no value"
    unit = f" {series.unit}" if series.unit else ""
    caption = (
        f'<figcaption><b>{svg.safe(series.title)}</b><span class="mono">{svg.safe(_condition(series))}</span>'
        f"</figcaption>"
    )
    label = f"{series.title}: last reading {last}{unit}{_told(series, happened)}"
    body = "".join(_drawn(series, known, happened))
    return f'<figure class="chart">{caption}{svg.figure(WIDTH, HEIGHT, [body], label=label)}</figure>'


def _told(series: Series, happened: Happened) -> str:
    """When it fired, for those who cannot see it."""
    at = happened.clock.at
    spans = [f"{at(since)} to {at(until)}" for since, until in happened.firing.get(series.key, ())]
    return f"; fired from {', '.join(spans)}" if spans else ""


def _condition(series: Series) -> str:
    if series.card is None:
        return series.unit
    sign = ">" if series.card.compare == "above" else "<"
    unit = f" {series.unit}" if series.unit else ""
    return f"{series.card.severity} {sign} {series.card.threshold:g}{unit}"


def _drawn(series: Series, known: list[float], happened: Happened) -> Iterator[str]:
    bounds = [*known, *([series.card.threshold] if series.card else [])] or [0.0, 1.0]
    low, high = min(bounds), max(bounds)
    room = (high - low or abs(high) or 1.0) * HEADROOM
    x = svg.Scale(0.0, happened.horizon, LEFT, RIGHT)
    y = svg.Scale(low - room, high + room, BOTTOM, TOP)
    yield from _frame(low, high, x, y, happened)
    for since, until in happened.firing.get(series.key, ()):
        title = f"fired from {happened.clock.exact(since)} to {happened.clock.exact(until)}"
        yield svg.rect(x(since), TOP, x(until) - x(since), BOTTOM - TOP, "firing", title=title, round_=0)
    if series.card:
        edge = y(series.card.threshold)
        yield svg.line(LEFT, edge, RIGHT, edge, "tolerance")
    yield from (_turned(x(at), f"{what} from {happened.clock.exact(at)}") for at, what in happened.turned)
    if happened.t0 is not None:
        yield svg.line(x(happened.t0), TOP, x(happened.t0), BOTTOM, "mark-bad")
    yield svg.path(_line(series, x, y), "curve reading")
    for at, value in happened.cited.get(series.key, ()):
        if value is not None:
            title = f"cited: {phrases.number(value)} at {happened.clock.exact(at)}"
            yield svg.dot(x(at), y(value), 4, "dot cited", title=title)


def _frame(low: float, high: float, x: svg.Scale, y: svg.Scale, happened: Happened) -> Iterator[str]:
    yield svg.line(LEFT, BOTTOM, RIGHT, BOTTOM, "rule")
    for value in dict.fromkeys((low, high)):
        shown = 0.0 if abs(value) < NEXT_TO_NOTHING * (high - low) else value
        yield svg.text(LEFT - 5, y(value) + 4, phrases.number(shown), "axis", anchor="end")
    for tick in svg.ticks(happened.horizon, about=6):
        yield svg.text(x(tick), BOTTOM + 15, happened.clock.at(tick), "axis", anchor="middle")


def _turned(x: float, title: str) -> str:
    return (
        f'<g class="turned"><title>{svg.safe(title)}</title>{svg.line(x, TOP, x, BOTTOM, "mark-control")}'
        f'<path d="M{x - 3.5:.1f} {TOP - 5:.1f}h7l-3.5 6z" class="mark-control-head"/></g>'
    )


def _line(series: Series, x: svg.Scale, y: svg.Scale) -> str:
    """The readings; of those that lie on one level, the first and the last alone."""
    parts: list[str] = []
    pen, held, skipped = "M", "", ""
    for minute, value in series.points:
        if value is None:
            parts.append(skipped)
            pen, held, skipped = "M", "", ""
            continue
        level = f"{y(value):.1f}"
        point = f"{pen}{x(minute):.1f} {level}"
        if level == held:
            skipped = point
            continue
        parts += [skipped, point]
        pen, held, skipped = "L", level, ""
    return "".join([*parts, skipped])
