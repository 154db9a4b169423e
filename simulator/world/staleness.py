"""Values and an age in, values as they were that long ago out: distributed as before, less and less the same.

The rank-normal scores follow an Ornstein-Uhlenbeck process, whose correlation over an age is exp(-age / memory)
(Uhlenbeck and Ornstein 1930, Physical Review 36); what came to a prototype in between is another one's score.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from simulator.world.flow import Bools, Floats

DEFAULT_MEMORY_HOURS = 72.0
HOUR_S = 3600.0

_score = np.vectorize(NormalDist().inv_cdf, otypes=[float])


def aged(
    values: Floats, age_hours: Floats, *, memory_hours: float, weight: Floats, rank: Floats, inside: Bools
) -> Floats:
    """``values`` (state, prototype) as they were ``age_hours`` (state,) ago; missing values stay missing.

    Values change places only among the prototypes ``inside``, so that a slice keeps its own distribution.
    ``rank`` tells equal values apart and pairs the prototypes.
    """
    chosen = np.flatnonzero(inside)
    chosen = chosen[np.argsort(rank[chosen], kind="stable")]
    if not len(chosen):
        return values
    states = np.broadcast_shapes((len(values),), age_hours.shape)[0]
    rho = np.broadcast_to(np.exp(-age_hours / memory_hours), (states,))[:, None]
    seen, share = values[:, chosen], weight[chosen]
    order = np.argsort(seen, axis=1, kind="stable")
    scores = _scores(seen, order, share)
    other = np.roll(scores, len(chosen) // 2, axis=1)
    other = np.where(np.isnan(other), scores, other)
    moved = rho * scores + np.sqrt(1 - rho**2) * other
    out = np.array(np.broadcast_to(values, (states, values.shape[1])))
    out[:, chosen] = _by_rank(seen, order, moved, share)
    return out


def _scores(seen: Floats, order: NDArray[np.intp], share: Floats) -> Floats:
    """Rank-normal scores by traffic, NaN where a value is missing; axes as ``seen``."""
    known = np.where(np.isnan(seen), 0.0, share)
    sizes = np.take_along_axis(known, order, axis=1)
    total = np.maximum(sizes.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    places = np.empty_like(sizes)
    np.put_along_axis(places, order, (np.cumsum(sizes, axis=1) - sizes / 2) / total, axis=1)
    return np.where(np.isnan(seen), np.nan, _score(np.clip(places, 1e-9, 1 - 1e-9)))


def _by_rank(seen: Floats, order: NDArray[np.intp], moved: Floats, share: Floats) -> Floats:
    """The quantile of ``seen`` at each place that ``moved`` takes among the traffic; NaN where it is missing."""
    out = np.full(moved.shape, np.nan)
    for state, row in enumerate(moved):
        source = state if len(seen) > 1 else 0
        count = len(row) - int(np.isnan(row).sum())
        ascending, before = np.argsort(row, kind="stable")[:count], order[source][:count]
        after = np.cumsum(share[ascending]) - share[ascending] / 2
        out[state, ascending] = seen[source][before][
            np.minimum(np.searchsorted(np.cumsum(share[before]), after), count - 1)
        ]
    return out
