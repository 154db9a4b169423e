"""Telemetry in, what Prometheus would answer out, for all replicas at once.

A vector has axes (row, replica): one row a series, NaN where there is no result. A gap is a scrape
that never happened, not a staleness marker: an instant vector looks back over it for five minutes.

``closed`` chooses the version. True, the default: before version 3, where a range or a lookback
takes in a sample that is exactly as old as it is long (Debian's promtool 2.42 is such a one and judges
our agreement). False: version 3, where it does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from simulator.signals.quantiles import histogram_quantile as histogram_quantile
from simulator.world.telemetry import Floats, Series, Telemetry

LOOKBACK_SECONDS = 300.0
SAFELY = 2.0
"""What is so many times as long as something else is longer, however it was rounded."""

Rows: TypeAlias = "slice | NDArray[np.intp]"
Found = TypeVar("Found")


def select(telemetry: Telemetry, name: str, /, **labels: str | re.Pattern[str]) -> Rows:
    """The series of that metric that carry these labels among theirs, as rows of the telemetry.

    A pattern must match the whole of the label's value, as ``=~`` does.
    """

    def find() -> Rows:
        identities = enumerate(telemetry.identities)
        return _slice([row for row, it in identities if it.name == name and _matches(it, labels)])

    return _once(telemetry, (name, *labels.items()), find)


def latest(telemetry: Telemetry, rows: Rows, *, closed: bool = True) -> Floats:
    """An instant vector: the newest sample of each series in the last five minutes."""
    newest: Floats = telemetry.at(telemetry.length - 1)[rows]
    if not np.isnan(newest).any():
        return newest
    window = telemetry.since(_first(telemetry, LOOKBACK_SECONDS, closed))[rows]
    last = window.shape[-1] - 1 - np.argmax(~np.isnan(window[..., ::-1]), axis=-1)
    sample: Floats = np.take_along_axis(window, last[..., np.newaxis], axis=-1)[..., 0]
    return sample


def rate(telemetry: Telemetry, rows: Rows, seconds: float, *, closed: bool = True) -> Floats:
    """``rate(selector[seconds])``: growth a second, over counter resets and gaps.

    ``extrapolatedRate`` of Prometheus' promql/functions.go.
    """
    return _extrapolated(telemetry, rows, seconds, seconds, closed)


def increase(telemetry: Telemetry, rows: Rows, seconds: float, *, closed: bool = True) -> Floats:
    """``increase(selector[seconds])``: growth over the range, over counter resets and gaps."""
    return _extrapolated(telemetry, rows, seconds, 1.0, closed)


def total(vector: Floats) -> Floats:
    """``sum(vector)``: (replica,); NaN where no series has a result.

    Prometheus adds in an order that it does not promise, so the last bit of a sum of several is open.
    """
    # Row after row, so that a replica's sum does not depend on the size of its batch.
    if len(vector):
        every: Floats = np.add.accumulate(vector, axis=0)[-1]
        if not np.isnan(every).any():
            return every
    present = ~np.isnan(vector)
    added = np.add.accumulate(np.where(present, vector, 0.0), axis=0)
    return np.where(present.any(axis=0), added[-1] if len(added) else 0.0, np.nan)


def average(vector: Floats) -> Floats:
    """``avg(vector)``: (replica,); a running mean, rounded as Prometheus rounds it."""
    if len(vector) == 1:
        only: Floats = vector[0]
        return only
    count, mean = np.zeros(vector.shape[1]), np.full(vector.shape[1], np.nan)
    for one in vector:
        present = ~np.isnan(one)
        count += present
        with np.errstate(invalid="ignore", divide="ignore"):
            moved = np.where(count > 1, mean + (one / count - mean / count), one)
        mean = np.where(present, moved, mean)
    return mean


def highest(vector: Floats) -> Floats:
    """``max(vector)``: (replica,)."""
    most: Floats = np.fmax.reduce(vector, axis=0, initial=np.nan)
    return most


def lowest(vector: Floats) -> Floats:
    """``min(vector)``: (replica,)."""
    least: Floats = np.fmin.reduce(vector, axis=0, initial=np.nan)
    return least


def share(part: Floats, whole: Floats) -> Floats:
    """``(part or vector(0)) / whole``: (replica,).

    A service exports a label's value when it first meets it: no series of the part is none of it.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Floats = np.where(np.isnan(part), 0.0, part) / whole
    return ratio


def bucket_rates(
    telemetry: Telemetry, name: str, seconds: float, *, closed: bool = True
) -> tuple[Floats, Floats]:
    """``sum by (le) (rate(name[seconds]))``: ascending upper edges (bucket,) and rates (bucket, replica)."""
    rows = select(telemetry, name)

    def find() -> tuple[Floats, tuple[NDArray[np.intp], ...]]:
        every_row = np.arange(len(telemetry.identities))
        edge_of_row = np.array(
            [float(dict(telemetry.identities[row].labels)["le"]) for row in every_row[rows]]
        )
        edges = np.unique(edge_of_row)
        return edges, tuple(np.flatnonzero(edge_of_row == edge) for edge in edges)

    edges, series_of_edge = _once(telemetry, (name, "le"), find)
    rates = rate(telemetry, rows, seconds, closed=closed)
    if len(edges) == len(rates):
        return edges, rates[[series[0] for series in series_of_edge]]
    return edges, np.array([total(rates[series]) for series in series_of_edge])


def _once(telemetry: Telemetry, key: object, find: Callable[[], Found]) -> Found:
    """What never changes while a telemetry lives, such as the rows of a selector; found once."""
    if key not in telemetry.found:
        telemetry.found[key] = find()
    return telemetry.found[key]  # type: ignore[return-value]  # each key has one type of value


def _matches(identity: Series, labels: Mapping[str, str | re.Pattern[str]]) -> bool:
    values = dict(identity.labels)
    return all(
        values.get(label, "") == wanted
        if isinstance(wanted, str)
        else wanted.fullmatch(values.get(label, ""))
        for label, wanted in labels.items()
    )


def _slice(rows: list[int]) -> Rows:
    """Adjacent rows as a slice: numpy then takes a view, where a list of rows would be copied."""
    if not rows:
        return slice(0, 0)
    if rows[-1] - rows[0] == len(rows) - 1:
        return slice(rows[0], rows[-1] + 1)
    return np.array(rows)


def _first(telemetry: Telemetry, seconds: float, closed: bool) -> int:
    """The number of the first sample of the last ``seconds``."""
    if (seconds, closed) not in telemetry.read:
        times = telemetry.times[: telemetry.length]
        found = times.searchsorted(times[-1] - seconds, side="left" if closed else "right")
        telemetry.read[(seconds, closed)] = int(found)
    return telemetry.read[(seconds, closed)]  # type: ignore[return-value]


def _extrapolated(telemetry: Telemetry, rows: Rows, seconds: float, per: float, closed: bool) -> Floats:
    """Computed once a sample: a service's signals ask for the same rates again and again."""
    series = (rows.start, rows.stop) if isinstance(rows, slice) else rows.tobytes()
    key = (series, seconds, per, closed)
    if key not in telemetry.read:
        grown = _grown(telemetry, rows, seconds, per, closed)
        grown.setflags(write=False)
        telemetry.read[key] = grown
    return telemetry.read[key]  # type: ignore[return-value]


def _grown(telemetry: Telemetry, rows: Rows, seconds: float, per: float, closed: bool) -> Floats:
    first, newest = _first(telemetry, seconds, closed), telemetry.length - 1
    begin, end = telemetry.at(min(first, newest))[rows], telemetry.at(newest)[rows]
    if newest - first < 1:
        return np.full(end.shape, np.nan)
    now, start = telemetry.now, float(telemetry.times[first])
    grown = _extrapolate(
        first=begin,
        growth=end - begin,
        to_start=start - (now - seconds),
        to_end=0.0,
        sampled=now - start,
        intervals=newest - first,
        per=per,
        closed=closed,
    )
    # With neither a gap nor a reset, as nearly always, the ends of the window say everything.
    if telemetry.fell[rows].max(initial=0) > first:
        window, times = telemetry.since(first)[rows], telemetry.times[first : newest + 1]
        ragged = ~(window[..., 1:] >= window[..., :-1]).all(axis=-1)
        grown[ragged] = _ragged(times, window[ragged], now=now, seconds=seconds, per=per, closed=closed)
    return grown


def _ragged(times: Floats, window: Floats, *, now: float, seconds: float, per: float, closed: bool) -> Floats:
    """The same for counters (counter, k) with gaps and resets."""
    present = ~np.isnan(window)
    indices = np.arange(len(times))
    newest = np.maximum.accumulate(np.where(present, indices, 0), axis=-1)
    first, last = np.argmax(present, axis=-1), newest[..., -1]
    counter = np.arange(len(window))
    previous = window[counter[:, np.newaxis], newest[..., :-1]]
    with np.errstate(invalid="ignore"):
        lost = np.where(window[..., 1:] < previous, previous, 0.0).sum(axis=-1)
    intervals = np.count_nonzero(present, axis=-1) - 1
    grown = _extrapolate(
        first=window[counter, first],
        growth=window[counter, last] - window[counter, first] + lost,
        to_start=times[first] - (now - seconds),
        to_end=now - times[last],
        sampled=times[last] - times[first],
        intervals=intervals,
        per=per,
        closed=closed,
    )
    return np.where(intervals >= 1, grown, np.nan)


def _extrapolate(
    *,
    first: Floats,
    growth: Floats,
    to_start: float | Floats,
    to_end: float | Floats,
    sampled: float | Floats,
    intervals: int | NDArray[np.intp],
    per: float,
    closed: bool,
) -> Floats:
    """Growth between the samples at the ends, stretched towards the ends of the range.

    All the way where a sample is near (1.1 mean intervals), by half a mean interval where none is, and
    never to before the time at which the counter would have been zero. An end that is one number is near.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        average_interval = sampled / intervals
        near = average_interval * 1.1
        if isinstance(to_start, float) and not _reaches_zero(first, growth, sampled, to_start):
            to_start = to_start if to_start < near else average_interval / 2
        else:
            to_zero = np.where((growth > 0) & (first >= 0), sampled * (first / growth), np.inf)
            if closed:
                to_start = np.minimum(to_start, to_zero)
                to_start = np.where(to_start < near, to_start, average_interval / 2)
            else:
                # Version 3 looks for the zero within what it would extrapolate anyway.
                to_start = np.minimum(np.where(to_start < near, to_start, average_interval / 2), to_zero)
        if not isinstance(to_end, float):
            to_end = np.where(to_end < near, to_end, average_interval / 2)
        result: Floats = growth * ((sampled + to_start + to_end) / sampled / per)
    return result


def _reaches_zero(first: Floats, growth: Floats, sampled: float | Floats, to_start: float) -> bool:
    """Whether some counter could have been zero within the range; where nothing is extrapolated, none could."""
    return to_start > 0 and not bool((first * sampled >= SAFELY * to_start * growth).all())
