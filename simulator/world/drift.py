"""Values in, shares per bin out; counts in, population stability index out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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


def psi(reference: Floats, window: Floats, exists: Floats) -> Floats:
    """Population stability index of counts along the last axis; NaN where the window is empty.

    ``exists`` is 1 for bins and 0 for padding. PSI = sum (q - p) ln(q / p), with p and q the smoothed shares.
    """
    p = (reference + SMOOTHING) * exists
    q = (window + SMOOTHING) * exists
    p = p / p.sum(-1, keepdims=True)
    q = q / q.sum(-1, keepdims=True)
    terms = (q - p) * np.log(np.where(exists > 0, q, 1.0) / np.where(exists > 0, p, 1.0))
    return np.where(window.sum(-1) > 0, terms.sum(-1), np.nan)
