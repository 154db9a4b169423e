"""Who asks what, and which host answers: prototypes with fixed places, that change requests or hosts."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from simulator.world.flow import Bools, Floats, Flow, Places, Reach

Taken = TypeVar("Taken", Floats, Places)
_SPREAD = 7919.0
"""Neighbours in place are far apart after this, so that whom one meets does not depend on one's own place."""


def shuffled_places(weight: Floats, *, key: int) -> Floats:
    """A fixed shuffle of the prototypes, as places in [0, 1) that are uniform by traffic."""
    order = np.random.Generator(np.random.Philox(key=key)).permutation(len(weight))
    places = np.empty(len(weight))
    places[order] = np.cumsum(weight[order]) - weight[order] / 2
    return places


def hosts_of(host: Floats, drained: Floats | None) -> Floats:
    """Places of the hosts that serve each prototype, axes (state, prototype).

    Hosts are drained from the first on; whose host is gone moves to one of the others, and nobody else does
    (consistent hashing; Karger et al. 1997, STOC).
    """
    if drained is None:
        return host[None, :]
    gone = drained[:, None]
    return np.where(host < gone, gone + (1 - gone) * ((host * _SPREAD) % 1.0), host)


def first_of(group: Bools, part: Floats, reach: Reach) -> Bools:
    """Of each group (state or 1, prototype), the part (state,) that comes first by rank, by traffic."""
    order = np.argsort(reach.rank, kind="stable")
    sizes = np.where(group, reach.weight, 0.0)[:, order]
    total = np.maximum(sizes.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    places = np.empty_like(sizes)
    places[:, order] = (np.cumsum(sizes, axis=1) - sizes / 2) / total
    return group & (places < part[:, None])


def asking_instead(flow: Flow, reach: Reach, who: Bools, donors: Bools) -> Flow:
    """The same flow, in which the prototypes ``who`` (state, prototype) make requests of ``donors``.

    Donors, axes (state or 1, prototype), are drawn by their share of the traffic; labels go with requests.
    """
    if flow.label is None:
        return flow
    drawn = np.stack([_drawn(reach, row) for row in donors])
    of = np.where(who & (drawn >= 0), drawn, np.arange(len(reach.weight))[None, :])
    asked = of if flow.asked is None else _taken(flow.asked, of)
    return replace(flow, asked=asked, label=_taken(flow.label, of))


def _drawn(reach: Reach, donors: Bools) -> Places:
    """A donor for every prototype; -1 where there is none."""
    cumulative = np.cumsum(np.where(donors, reach.weight, 0.0))
    if not cumulative[-1] > 0:
        return np.full(len(donors), -1)
    places = (reach.rank * _SPREAD) % 1.0 * cumulative[-1]
    found: Places = np.searchsorted(cumulative, places, side="right")
    return found


def _taken(values: Taken, of: Places) -> Taken:
    states = np.arange(max(len(values), len(of)))[:, None]
    out: Taken = values[states % len(values), of[states[:, 0] % len(of)]]
    return out
