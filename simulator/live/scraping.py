"""What a target exposes in, one sample of the series that the world knows out: canonical names, counters that go on."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from math import isfinite
from typing import TypeAlias

import numpy as np
from prometheus_client.parser import text_string_to_metric_families

from generator.model import Service
from generator.queries import metric_name
from simulator.world.flow import Floats
from simulator.world.telemetry import Series

BUCKET = "_bucket"
COUNTERS = ("_total", BUCKET)
Sample: TypeAlias = tuple[str, Mapping[str, str], float]
"""Name, labels, value."""


class UnreadableError(ValueError):
    """The target exposes no metrics that could be read; the message says what stands there."""


class Scraper:
    """Reads an exposition again and again; axes of a sample: (series,), NaN where the target has no such series."""

    def __init__(self, identities: Sequence[Series], service: Service) -> None:
        """``service`` says what it calls its metrics, and by which labels one knows its own."""
        own = {label.label: label.value for label in service.metrics.labels}
        self._wanted: dict[str, list[tuple[int, Mapping[str, str]]]] = {}
        for row, identity in enumerate(identities):
            name = _own_name(identity.name, service)
            self._wanted.setdefault(name, []).append((row, {**own, **dict(identity.labels)}))
        self._is_counter = np.array([identity.name.endswith(COUNTERS) for identity in identities], dtype=bool)
        self._count = len(identities)
        self._grown = Grown(newcomers_count=True)

    @property
    def names(self) -> Sequence[str]:
        """What the service calls the series that are looked for."""
        return sorted(self._wanted)

    def sample(self, text: str) -> Floats:
        """The newest value of each series. A target may split a series by labels of its own: counters are added,
        of gauges the highest counts. To be called with one exposition after the other: what one part has counted
        stays counted when it is gone, as after a model is unloaded."""
        wanted = (sample for sample in _samples(text) if sample[0] in self._wanted)
        return self.joined(self._grown.after(wanted))

    def joined(self, samples: Iterable[Sample]) -> Floats:
        """The same of samples that were read elsewhere."""
        found = np.full(self._count, np.nan)
        for name, labels, value in samples:
            for row, wanted in self._wanted.get(name, ()):
                if all(_same(labels.get(label), value_) for label, value_ in wanted.items()):
                    found[row] = self._joined(row, found[row], value)
        return found

    def _joined(self, row: int, before: float, value: float) -> float:
        if np.isnan(before):
            return value
        return before + value if self._is_counter[row] else max(before, value)


class Grown:
    """Makes the counters of what comes and goes add up: one that is gone, or starts anew, takes no count away."""

    def __init__(self, *, newcomers_count: bool) -> None:
        """``newcomers_count``: what a series shows that was not there before was counted since; else, as with
        ``increase``, nobody knows when."""
        self._newcomers_count = newcomers_count
        self._last: dict[Hashable, float] = {}
        self._totals: dict[Hashable, tuple[Sample, float]] = {}
        self._is_first = True

    def after(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        fresh = set()
        for name, labels, value in samples:
            if not name.endswith(COUNTERS):
                yield name, labels, value
                continue
            if not isfinite(value):
                continue
            key = (name, frozenset(labels.items()))
            last = self._last.get(key, 0.0 if self._is_first or self._newcomers_count else value)
            total = self._totals.get(key, ((name, labels, 0.0), 0.0))[1]
            # One that fell has counted anew.
            self._totals[key] = (name, labels, value), total + (value - last if value >= last else value)
            self._last[key] = value
            fresh.add(name)
        self._is_first = False
        yield from (
            (name, labels, total) for (name, labels, _), total in self._totals.values() if name in fresh
        )


class Continued:
    """Makes counters go on from what a past had counted, and over restarts of the target; gauges are as they are."""

    def __init__(self, identities: Sequence[Series], last: Floats) -> None:
        """``last``: the newest sample of the past, axes (series,)."""
        self._is_counter = np.array([identity.name.endswith(COUNTERS) for identity in identities], dtype=bool)
        self._total = np.where(self._is_counter, np.nan_to_num(last), 0.0)
        self._raw: Floats | None = None

    def after(self, raw: Floats) -> Floats:
        """The sample as one that goes on; what misses in it stays missing."""
        before = np.where(np.isnan(raw), np.nan, raw) if self._raw is None else self._raw
        known = np.where(np.isnan(before), raw, before)
        # A counter that fell was reset: all that it shows has been counted since.
        grown = np.where(raw >= known, raw - known, raw)
        counted = self._is_counter & ~np.isnan(raw)
        self._total = self._total + np.where(counted, grown, 0.0)
        self._raw = np.where(np.isnan(raw), before, raw)
        return np.where(self._is_counter, np.where(np.isnan(raw), np.nan, self._total), raw)


def _own_name(canonical: str, service: Service) -> str:
    """What a service calls a series; it names a histogram, and its buckets follow."""
    base = canonical.removesuffix(BUCKET)
    return metric_name(base, service) + canonical[len(base) :]


def _samples(text: str) -> Iterator[Sample]:
    try:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                yield sample.name, sample.labels, float(sample.value)
    except (ValueError, KeyError, IndexError) as error:
        raise UnreadableError(f"these are no metrics as Prometheus reads them: {error}") from error


def _same(found: str | None, wanted: str) -> bool:
    """Labels as text; edges of buckets as numbers, for ``1.0`` and ``1`` are one edge.

    >>> _same("1.0", "1"), _same("+Inf", "inf"), _same("v2", "v1"), _same(None, "v1")
    (True, True, False, False)
    """
    if found is None or found == wanted:
        return found == wanted
    try:
        return float(found) == float(wanted)
    except ValueError:
        return False
