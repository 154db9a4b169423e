"""Cumulative counts of a histogram in, what Prometheus makes of them as a quantile out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.world.telemetry import Floats


def histogram_quantile(quantile: float, edges: Floats, counts: Floats) -> Floats:
    """``histogram_quantile``: (replica,), from cumulative ``counts`` (bucket, replica) below ``edges``.

    ``bucketQuantile`` of Prometheus' promql/quantile.go: linear within a bucket, the highest finite edge
    for what lies above it, NaN without observations, with fewer than two buckets or without a +Inf one.
    Counts are not negative; a NaN count is a bucket that is not there.
    """
    if len(edges) < 2 or not np.isposinf(edges[-1]):
        return np.full(counts.shape[1], np.nan)
    present = ~np.isnan(counts)
    if present.all():
        return _quantile_of_all(quantile, edges, np.maximum.accumulate(counts, axis=0))
    # Rounding and scrapes torn between two buckets can leave a later bucket with less than an earlier one.
    monotonic = np.maximum.accumulate(np.where(present, counts, 0.0), axis=0)
    observations = monotonic[-1]
    rank = quantile * observations
    bucket = np.argmax(present & (monotonic >= rank), axis=0)
    edge_so_far = np.maximum.accumulate(np.where(present, edges[:, np.newaxis], -np.inf), axis=0)

    lower = np.where(bucket > 0, edge_so_far[bucket - 1, np.arange(counts.shape[1])], -np.inf)
    found = _within(rank, edges, monotonic, bucket, lower)
    answered = present[-1] & (observations > 0) & (present.sum(axis=0) >= 2)
    return np.where(answered, found, np.nan)


def _quantile_of_all(quantile: float, edges: Floats, monotonic: Floats) -> Floats:
    """The same where every bucket is there."""
    observations = monotonic[-1]
    rank = quantile * observations
    bucket = np.argmax(monotonic >= rank, axis=0)
    lower = np.where(bucket > 0, edges[bucket - 1], -np.inf)
    found = _within(rank, edges, monotonic, bucket, lower)
    return np.where(observations > 0, found, np.nan)


def _within(
    rank: Floats, edges: Floats, monotonic: Floats, bucket: NDArray[np.intp], lower: Floats
) -> Floats:
    """Where in its bucket the rank is, were values spread evenly; (replica,)."""
    replica = np.arange(len(bucket))
    upper = edges[bucket]
    before = np.where(bucket > 0, monotonic[bucket - 1, replica], 0.0)
    count = monotonic[bucket, replica] - before
    start = np.where(np.isneginf(lower), np.minimum(upper, 0.0), lower)
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = start + (upper - start) * ((rank - before) / count)
    return np.where(np.isposinf(upper), lower, inside)
