"""What the service showed in, one small chart for each signal and vital out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.events import ControlTookEffect, Observed, Record, SignalCard, Started
from simulator.report import phrases, svg

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


def charts(record: Record, started: Started, t0: float | None) -> Iterator[str]:
    """A figure for each key, signals first."""
    horizon = max([started.horizon_minutes, *(event.minutes for event in record.events)])
    turned = [event.minutes for event, _ in record.of(ControlTookEffect)]
    for series in _series(record, started):
        yield _figure(series, horizon, t0, turned)


def _series(record: Record, started: Started) -> Iterator[Series]:
    cards = {card.id: card for card in started.signals}
    seen = list(record.of(Observed))
    for key in dict.fromkeys(key for _, observed in seen for key in observed.signals):
        card = cards.get(key)
        points = tuple((event.minutes, observed.signals.get(key)) for event, observed in seen)
        yield Series(key, card.title if card else key, card.unit if card else "", card, points)
    for key in dict.fromkeys(key for _, observed in seen for key in observed.vitals):
        yield Series(key, key, "", None, tuple((e.minutes, observed.vitals.get(key)) for e, observed in seen))


def _figure(series: Series, horizon: float, t0: float | None, turned: list[float]) -> str:
    known = [value for _, value in series.points if value is not None]
    last = phrases.number(known[-1]) if known else "no value"
    unit = f" {series.unit}" if series.unit else ""
    caption = (
        f'<figcaption><b>{svg.safe(series.title)}</b><span class="mono">{svg.safe(_condition(series))}</span>'
        f"</figcaption>"
    )
    label = f"{series.title}: last reading {last}{unit}"
    body = "".join(_drawn(series, known, horizon, t0, turned))
    return f'<figure class="chart">{caption}{svg.figure(WIDTH, HEIGHT, [body], label=label)}</figure>'


def _condition(series: Series) -> str:
    if series.card is None:
        return series.unit
    sign = ">" if series.card.compare == "above" else "<"
    unit = f" {series.unit}" if series.unit else ""
    return f"{series.card.severity} {sign} {series.card.threshold:g}{unit}"


def _drawn(
    series: Series, known: list[float], horizon: float, t0: float | None, turned: list[float]
) -> Iterator[str]:
    bounds = [*known, *([series.card.threshold] if series.card else [])] or [0.0, 1.0]
    low, high = min(bounds), max(bounds)
    room = (high - low or abs(high) or 1.0) * HEADROOM
    x = svg.Scale(0.0, horizon, LEFT, RIGHT)
    y = svg.Scale(low - room, high + room, BOTTOM, TOP)
    yield svg.line(LEFT, BOTTOM, RIGHT, BOTTOM, "rule")
    for value in dict.fromkeys((low, high)):
        shown = 0.0 if abs(value) < NEXT_TO_NOTHING * (high - low) else value
        yield svg.text(LEFT - 5, y(value) + 4, phrases.number(shown), "axis", anchor="end")
    for tick in svg.ticks(horizon, about=4):
        yield svg.text(x(tick), BOTTOM + 15, f"{tick:.0f}", "axis", anchor="middle")
    if series.card:
        yield from _threshold(series.card, x, y)
    yield from (svg.line(x(at), TOP, x(at), BOTTOM, "mark-control") for at in turned)
    if t0 is not None:
        yield svg.line(x(t0), TOP, x(t0), BOTTOM, "mark-bad")
    yield svg.path(_line(series, x, y), "curve reading")


def _threshold(card: SignalCard, x: svg.Scale, y: svg.Scale) -> Iterator[str]:
    edge = y(card.threshold)
    above = card.compare == "above"
    top, height = (TOP, edge - TOP) if above else (edge, BOTTOM - edge)
    yield svg.rect(LEFT, top, x.end - LEFT, height, "crossed", title="threshold crossed", round_=0)
    yield svg.line(LEFT, edge, RIGHT, edge, "tolerance")


def _line(series: Series, x: svg.Scale, y: svg.Scale) -> str:
    parts, pen = [], "M"
    for minute, value in series.points:
        if value is None:
            pen = "M"
            continue
        parts.append(f"{pen}{x(minute):.1f} {y(value):.1f}")
        pen = "L"
    return "".join(parts)
