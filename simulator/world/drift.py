"""Values in, shares per bin out; counts in, population stability index out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.world.flow import Floats

SMOOTHING = 0.5
"""Added to every bin of both sides, so that an empty bin costs much but not everything."""


@dataclass(frozen=True, slots=True)
class Bins:
    """Bins of about equal traffic in the healthy world, cut where the values allow it."""

    edges: Floats
    """Inner edges in ascending order; a value falls into the bin above the edges it exceeds."""

    @property
    def count(self) -> int:
        return len(self.edges) + 1

    def shares(self, values: Floats, weight: Floats) -> Floats:
        """Share of traffic in each bin and, last, of missing values; axes (state, bin + 1)."""
        states = len(values)
        index = np.where(np.isnan(values), self.count, np.searchsorted(self.edges, values, side="left"))
        flat = (index + (np.arange(states) * (self.count + 1))[:, None]).ravel()
        weights = np.broadcast_to(weight, values.shape).ravel()
        totals = np.bincount(flat, weights=weights, minlength=states * (self.count + 1))
        shares: Floats = totals.reshape(states, self.count + 1) / weight.sum()
        return shares


def quantile_bins(values: Floats, weight: Floats, count: int) -> Bins:
    """At most ``count`` bins; fewer where many values are equal, one where there are none."""
    if not len(values):
        return Bins(np.zeros(0))
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weight[order]) / weight.sum()
    wanted = np.arange(1, count) / count
    edges = np.unique(values[order][np.searchsorted(cumulative, wanted)])
    return Bins(edges[edges < values.max()])


class Reference:
    """A sample that windows are held against again and again."""

    def __init__(self, counts: Floats, exists: Floats) -> None:
        """``exists`` is 1 for bins along the last axis and 0 for padding."""
        p = (counts + SMOOTHING) * exists
        self._p = p / p.sum(-1, keepdims=True)
        self._divisor = np.where(exists > 0, self._p, 1.0)
        self._exists, self._padding = exists, 1.0 - exists

    def psi(self, window: Floats) -> Floats:
        """Population stability index of counts along the last axis; NaN where the window is empty.

        PSI = sum (q - p) ln(q / p), with p and q the smoothed shares.
        """
        q = window + SMOOTHING
        q *= self._exists
        q /= q.sum(-1, keepdims=True)
        logarithm = q + self._padding
        logarithm /= self._divisor
        np.log(logarithm, out=logarithm)
        q -= self._p
        q *= logarithm
        return np.where(window.any(-1), q.sum(-1), np.nan)


def psi(reference: Floats, window: Floats, exists: Floats) -> Floats:
    """Population stability index of counts along the last axis; NaN where the window is empty."""
    return Reference(reference, exists).psi(window)


class Recent:
    """Counts added step by step, and how many there were since one of the last steps.

    Running totals are kept as far back as anybody looks, so that a long time takes no more memory than a short one.
    """

    def __init__(self, shape: tuple[int, ...], *, reach: int, steps: int) -> None:
        """``reach``: so many of the last totals, the newest included, are asked for; ``steps``: of all that come."""
        self._reach = reach
        self._totals: Floats = np.zeros((min(steps + 1, 2 * reach + 1), *shape))
        self._newest = 0
        self._dropped = 0

    def add(self, counts: NDArray[np.int64]) -> None:
        if self._newest == len(self._totals) - 1:
            kept = self._totals[len(self._totals) - self._reach :].copy()
            self._totals[: self._reach] = kept
            self._dropped += len(self._totals) - self._reach
            self._newest = self._reach - 1
        np.add(self._totals[self._newest], counts, out=self._totals[self._newest + 1])
        self._newest += 1

    def since(self, step: int) -> Floats:
        """What was added from that step on, counted from 0; axes as the counts."""
        counted: Floats = self._totals[self._newest] - self._totals[step - self._dropped]
        return counted
