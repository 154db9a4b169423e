"""Requests and their scores in; drift, missing values, means and ages over sliding windows of the drill's time out."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from generator.model import Service
from simulator.live.sandbox.healthy import Healthy
from simulator.live.sandbox.windows import Sliding
from simulator.world.draws import Draws, stream_key
from simulator.world.drift import Bins, Reference, quantile_bins
from simulator.world.flow import Floats
from simulator.world.native import Ints
from simulator.world.telemetry import Series, series

FINEST = 40
"""A window slides in steps of this part of it, or finer."""
SLOTS_A_STEP = 4


class Seen(Protocol):
    """What monitors look at of a request."""

    @property
    def features(self) -> Sequence[float | None]:
        """In the order of the drift monitor; None where one is missing. More may follow."""
        ...

    @property
    def ages_s(self) -> Sequence[float | None]:
        """Of those for which an old value stands in."""
        ...

    @property
    def score(self) -> float | None:
        """None: nobody knows it."""
        ...


class Monitors:
    """What the service measures about the requests that it answers; the means are those of the last step."""

    def __init__(self, service: Service, healthy: Healthy, *, seed: int, step_s: float, now_s: float) -> None:
        """``step_s``: seconds of the drill from one scrape to the next."""
        drift = service.profile.drift
        self.features, self._usual_age_s = drift.features, service.profile.feature_age_seconds
        self._windows = [(f"{minutes:g}m", minutes * 60) for minutes in drift.windows_minutes]
        watched = healthy.features[: len(self.features)]
        self.bins = [_bins(values, healthy.weight, drift.bins) for values in watched]
        self.score_bins = _bins(healthy.score, healthy.weight, drift.bins)
        self._edges = [bins.edges.tolist() for bins in self.bins]
        self._score_edges = self.score_bins.edges.tolist()
        self._wide = max(bins.count for bins in self.bins) + 1
        self._binned = len(self.features) * self._wide
        self._moments = self._binned + self.score_bins.count
        """From here on, by feature: how many are there, their sum, the sum of their ages; then the same of scores."""
        self._step_s = step_s
        longest = max(seconds for _, seconds in self._windows)
        slot_s = min(step_s / SLOTS_A_STEP, min(seconds for _, seconds in self._windows) / FINEST)
        width = self._moments + 3 * len(self.features) + 2
        self.sliding = Sliding(width, slot_s=slot_s, reach_s=max(longest, step_s), now_s=now_s)
        exists = np.array([[1.0 * (b < one.count) for b in range(self._wide - 1)] for one in self.bins])
        self._reference, self._score_reference = self._references(healthy, exists, drift.reference_size, seed)

    def _references(
        self, healthy: Healthy, exists: Floats, size: int, seed: int
    ) -> tuple[Reference, Reference]:
        """The samples that windows are held against: those that the simulated world draws by the same seed."""
        draws, counts = Draws(), np.zeros(exists.shape)
        for place, (name, bins, values) in enumerate(
            zip(self.features, self.bins, healthy.features, strict=False)
        ):
            share = bins.shares(values[None, :], healthy.weight)[0, :-1]
            generator = draws.at(seed, stream_key(f"reference.{name}"))
            if share.sum() > 0:
                counts[place, : bins.count] = generator.multinomial(size, share / share.sum())
        share = self.score_bins.shares(healthy.score[None, :], healthy.weight)[0, :-1]
        scores: Floats = (
            draws.at(seed, stream_key("reference.score")).multinomial(size, share / share.sum()).astype(float)
        )
        return Reference(counts, exists), Reference(scores, np.ones(len(scores)))

    def count(self, seen: Seen, sent_age_s: Sequence[float], now_s: float) -> None:
        """One more request; ``sent_age_s``: by feature, how old its value is said to be, 0 where nobody says."""
        self.sliding.advance(now_s)
        row, at = self.sliding.row, self._moments
        for place, edges in enumerate(self._edges):
            value, start = seen.features[place], place * self._wide
            if value is None:
                row[start + self._wide - 1] += 1
            else:
                row[start + bisect_left(edges, value)] += 1
                row[at] += 1
                row[at + 1] += value
                spare = seen.ages_s[place]
                age_s = self._usual_age_s + spare if spare is not None else sent_age_s[place]
                row[at + 2] += max(age_s, self._usual_age_s)
            at += 3
        if seen.score is not None:
            row[self._binned + bisect_left(self._score_edges, seen.score)] += 1
            row[at] += 1
            row[at + 1] += seen.score

    def rows(self, healthy: Healthy, slot: Ints, case: Ints, slots: int) -> Floats:
        """What healthy requests would have left in so many slots; ``slot`` and ``case``: of each request."""
        out = np.zeros((slots, self._moments + 3 * len(self.features) + 2))
        for place, (edges, values) in enumerate(zip(self._edges, healthy.features, strict=False)):
            missing, at = np.isnan(values), self._moments + 3 * place
            bin_ = np.where(missing, self._wide - 1, np.searchsorted(edges, values, side="left"))
            np.add.at(out, (slot, place * self._wide + bin_[case]), 1.0)
            there = np.where(missing, 0.0, 1.0)
            amounts = (there, np.where(missing, 0.0, values), there * self._usual_age_s)
            for offset, amount in enumerate(amounts):
                out[:, at + offset] = np.bincount(slot, amount[case], slots)
        bin_ = np.searchsorted(self._score_edges, healthy.score, side="left")
        np.add.at(out, (slot, self._binned + bin_[case]), 1.0)
        out[:, -2] = np.bincount(slot, minlength=slots)
        out[:, -1] = np.bincount(slot, healthy.score[case], slots)
        return out

    def gauges(self, now_s: float) -> Iterator[tuple[Series, float]]:
        """What there is to say now; NaN where there is nothing."""
        for place, (window, seconds) in enumerate(self._windows):
            amounts = self.sliding.since(now_s, seconds)
            binned = amounts[: self._binned].reshape(len(self.features), self._wide)
            psi = self._reference.psi(binned[:, :-1].copy()).tolist()
            for name, value in zip(self.features, psi, strict=True):
                yield series("model_feature_psi", feature=name, window=window), value
            score_psi = float(self._score_reference.psi(amounts[self._binned : self._moments].copy()))
            yield series("model_score_psi", window=window), score_psi
            if place == 0:
                nulls = (binned[:, -1] / np.maximum(binned.sum(axis=1), 1)).tolist()
                for name, value in zip(self.features, nulls, strict=True):
                    yield series("model_feature_null_ratio", feature=name), value
        yield from self._means(self.sliding.since(now_s, self._step_s)[self._moments :])

    def _means(self, amounts: Floats) -> Iterator[tuple[Series, float]]:
        there, total, ages_s = amounts[:-2].reshape(len(self.features), 3).T
        means, ages = (
            np.divide(values, there, out=np.full(len(there), np.nan), where=there > 0).tolist()
            for values in (total, ages_s)
        )
        for name, mean, age_s in zip(self.features, means, ages, strict=True):
            yield series("model_feature_mean", feature=name), mean
            # A feature that nobody computes is as old as ever, as in the simulated world.
            yield (
                series("model_feature_age_seconds", feature=name),
                self._usual_age_s if age_s != age_s else age_s,
            )
        count, scores = amounts[-2:].tolist()
        yield series("model_prediction_mean"), scores / count if count else float("nan")


def _bins(values: Floats, weight: Floats, count: int) -> Bins:
    present = ~np.isnan(values)
    return quantile_bins(values[present], weight[present], count)
