"""A passage in; how its features are distributed, and how old they are, out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.world.drift import Bins
from simulator.world.flow import Floats, over_traffic
from simulator.world.passage import Passage


def feature_shares(
    passage: Passage, names: Sequence[str], bins: Sequence[Bins], weight: Floats, states: int
) -> tuple[Floats, Floats, Floats]:
    """Shares (state, feature, widest bin count + 1; missing last), means and standard deviations (state, feature)."""
    widest = max(one.count for one in bins)
    shares = np.zeros((states, len(names), widest + 1))
    mean, sd = np.full((states, len(names)), np.nan), np.full((states, len(names)), np.nan)
    for place, (name, edges) in enumerate(zip(names, bins, strict=True)):
        values = passage.features.get(name, np.full((1, len(weight)), np.nan))
        found = edges.shares(values, weight)
        shares[:, place, : edges.count] = found[:, :-1]
        shares[:, place, -1] = found[:, -1]
        mean[:, place], sd[:, place] = _moments(values, weight)
    return shares, mean, sd


def _moments(values: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of what is there, (state,); NaN where every value is missing."""
    present = np.where(np.isnan(values), 0.0, weight)
    total = present.sum(1)
    some = total > 0
    known = np.where(np.isnan(values), 0.0, values)
    first = np.divide((present * known).sum(1), total, out=np.full(len(total), np.nan), where=some)
    second = np.divide((present * known**2).sum(1), total, out=np.full(len(total), np.nan), where=some)
    return first, np.sqrt(np.maximum(second - first**2, 0.0))


def feature_ages(passage: Passage, names: Sequence[str], weight: Floats, states: int) -> Floats:
    """Mean age beyond the usual of the values that are there, (state, feature); zero where every value is missing."""
    ages = np.zeros((states, len(names)))
    for place, name in enumerate(names):
        if name in passage.ages_s:
            present = np.where(np.isnan(passage.features[name]), 0.0, 1.0)
            there = over_traffic(np.broadcast_to(present, (states, len(weight))), weight)
            total = over_traffic(
                np.broadcast_to(passage.ages_s[name] * present, (states, len(weight))), weight
            )
            ages[:, place] = np.divide(total, there, out=np.zeros(states), where=there > 0)
    return np.round(ages, 6)


def version_shares(passage: Passage, count: int, weight: Floats, states: int) -> Floats:
    """Of the requests that the model decides, the share of each of ``count`` versions; axes (state, version)."""
    one_each = passage.version[:, :, None] == np.arange(count)
    if one_each.shape[1] == 1:
        return np.broadcast_to(one_each[:, 0, :] * 1.0, (states, count))
    shares: Floats = np.einsum("spv,p->sv", np.broadcast_to(one_each, (states, len(weight), count)), weight)
    most = np.argmax(shares, axis=1)[:, None]
    np.put_along_axis(shares, most, 0.0, axis=1)
    rest = 1 - shares.sum(axis=1, keepdims=True)  # the one that has all has exactly all
    np.put_along_axis(shares, most, rest, axis=1)
    return shares
