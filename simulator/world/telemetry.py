"""Samples in, time series out: what a scraper would have seen of the service, replica by replica."""

from __future__ import annotations

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
    """A batch's time series: ``values`` has axes (series, replica, time), ``times`` is (time,) in seconds.

    NaN means that there is no sample. Times ascend; they need not be evenly spaced.
    Only the first ``length`` samples have been written.
    """

    def __init__(self, identities: Iterable[Series], *, replicas: int, times: Floats) -> None:
        self.identities = tuple(identities)
        self.times = times
        self.values: Floats = np.full((len(self.identities), replicas, len(times)), np.nan)
        self.length = 0
        self.found: dict[object, object] = {}
        """What who reads it has found out about its series, for good."""
        self.read: dict[object, object] = {}
        """What has been computed from its samples, until the next one."""
        self._rows: Mapping[Series, int] = {identity: row for row, identity in enumerate(self.identities)}

    @property
    def now(self) -> float:
        """The time of the newest sample, in seconds."""
        return float(self.times[self.length - 1])

    def row(self, identity: Series) -> int:
        """The row of a series in ``values``; KeyError when the service has no such series."""
        return self._rows[identity]

    def append(self, sample: Floats) -> None:
        """Add one scrape; ``sample`` has axes (series, replica)."""
        self.values[:, :, self.length] = sample
        self.length += 1
        self.read.clear()
