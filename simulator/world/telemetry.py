"""Samples in, time series out: what a scraper would have seen of the service, replica by replica."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Series:
    """The identity of a time series: a canonical metric name and its labels, sorted by name."""

    name: str
    labels: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        inside = ",".join(f'{name}="{value}"' for name, value in self.labels)
        return f"{self.name}{{{inside}}}" if inside else self.name


def series(name: str, **labels: str) -> Series:
    """The identity of a series.

    >>> str(series("model_feature_psi", window="10m", feature="amount"))
    'model_feature_psi{feature="amount",window="10m"}'
    """
    return Series(name, tuple(sorted(labels.items())))


class Telemetry:
    """A batch's time series. NaN means that there is no sample. Times ascend; they need not be evenly spaced.

    Samples are numbered as ``times`` is, axes (time,) in seconds; only the first ``length`` have been written.
    Of a long time only the newest samples are kept, at least those of the last ``keep_s`` seconds.
    """

    def __init__(
        self, identities: Iterable[Series], *, replicas: int, times: Floats, keep_s: float = math.inf
    ) -> None:
        self.identities = tuple(identities)
        self.times = times
        self._keep = _most_within(times, keep_s)
        self._samples: Floats = np.full(
            (min(len(times), 2 * self._keep), len(self.identities), replicas), np.nan
        )
        """Axes (kept sample, series, replica): a scrape stands in one piece."""
        self.length = 0
        self.dropped = 0
        """So many of the oldest samples are not kept any more."""
        self.fell: NDArray[np.intp] = np.zeros(len(self.identities), dtype=np.intp)
        """By series: the newest sample that was not at least the one before it, or missed, in some replica."""
        self.found: dict[object, object] = {}
        """What who reads it has found out about its series, for good."""
        self.read: dict[object, object] = {}
        """What has been computed from its samples, until the next one."""
        self._rows: Mapping[Series, int] = {identity: row for row, identity in enumerate(self.identities)}

    @property
    def now(self) -> float:
        """The time of the newest sample, in seconds."""
        return float(self.times[self.length - 1])

    @property
    def values(self) -> Floats:
        """The samples that are kept, axes (series, replica, time): ``dropped`` is the number of the first."""
        return self._samples.transpose(1, 2, 0)

    def at(self, number: int) -> Floats:
        """One sample, axes (series, replica); IndexError when it is not kept."""
        if not self.dropped <= number < self.length:
            raise IndexError(f"sample {number} is not kept")
        sample: Floats = self._samples[number - self.dropped]
        return sample

    def since(self, number: int) -> Floats:
        """The samples from that one on, axes (series, replica, time); IndexError when it is not kept."""
        if number < self.dropped:
            raise IndexError(f"sample {number} is not kept")
        return self.values[:, :, number - self.dropped : self.length - self.dropped]

    def row(self, identity: Series) -> int:
        """The row of a series in ``values``; KeyError when the service has no such series."""
        return self._rows[identity]

    def append(self, sample: Floats) -> None:
        """Add one scrape; ``sample`` has axes (series, replica)."""
        place = self.length - self.dropped
        if place == len(self._samples):
            self._samples[: self._keep] = self._samples[place - self._keep :].copy()
            self.dropped, place = self.length - self._keep, self._keep
        self._samples[place] = sample
        if place:
            rose = sample >= self._samples[place - 1]
            self.fell[~rose.all(axis=1)] = self.length
        self.length += 1
        self.read.clear()


def _most_within(times: Floats, seconds: float) -> int:
    """The most samples that are at most so old at some moment; at least two."""
    if math.isinf(seconds) or not len(times):
        return max(len(times), 2)
    first = np.searchsorted(times, times - seconds)
    return max(int((np.arange(len(times)) - first).max()) + 1, 2)
