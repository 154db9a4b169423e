"""The fraud scorer in, request after request of it out: what the world's draws stand for, done the long way.

It is numpy throughout: one call serves the requests that come to all replicas between two scrapes. A request is a row
of the panel; it is scored, judged by the rules too, routed, answered after a time of its own, and perhaps labelled.
It leaves out what it may: nobody waits for a worker, nothing is looked up twice to see what it would have come to in
a healthy world, and it knows no faults.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from generator.model import PanelRows, Service
from simulator.world.drift import Bins, quantile_bins
from simulator.world.flow import Bools, Floats
from simulator.world.latency import lognormal
from simulator.world.native import Ints
from simulator.world.outlook import Outlook
from simulator.world.sampling import Sampler


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature as the model weighs it."""

    name: str
    field: str
    logarithm: bool
    default: float
    slope: float
    center: float

    def of(self, fields: Mapping[str, Floats]) -> Floats:
        raw = fields[self.field]
        return np.log1p(np.maximum(raw, 0.0)) if self.logarithm else raw


class Requests:
    """Of a service; each call answers some more of them."""

    def __init__(self, service: Service, panel: PanelRows) -> None:
        self.service, self.rng = service, np.random.default_rng(0)
        self.columns = {name: np.array(values) for name, values in panel.columns.items()}
        weight = self.columns["weight"] / self.columns["weight"].sum()
        self._until = np.cumsum(weight)
        (pipeline,) = (node for node in service.lineage.nodes if node.kind == "pipeline")
        (model,) = (node for node in service.lineage.nodes if node.kind == "model")
        (self._fallback,) = (node for node in service.lineage.nodes if node.kind == "fallback")
        self._version = model.versions[-1]
        terms = {term.feature: term for term in self._version.weights}
        self.features = [
            Feature(
                one.name,
                one.field,
                one.transform == "log1p",
                float(one.default),
                terms[one.name].weight / terms[one.name].scale,
                terms[one.name].center,
            )
            for one in pipeline.versions[-1].features
        ]
        bins = service.profile.drift.bins
        whole = {feature.name: feature.of(self.columns) for feature in self.features}
        self.needed = {"fraud"} | {one.field for one in self.features}
        self.needed |= {rule.field for rule in self._fallback.rules}
        self.bins: list[Bins] = [
            quantile_bins(value[~np.isnan(value)], weight[~np.isnan(value)], bins) for value in whole.values()
        ]
        self.score_bins = quantile_bins(self.scored(whole), weight, bins)
        latency = service.profile.latency
        self.log_edges = np.log(np.array(latency.buckets_ms) / 1000)
        self._paces = np.array(
            [
                lognormal(route.p50_ms / 1000, route.p99_ms / 1000)
                for route in (latency.fallback, latency.model)
            ]
        )

    def rows(self, many: int) -> Ints:
        """As many requests, by the panel's weights."""
        return np.minimum(np.searchsorted(self._until, self.rng.random(many)), len(self._until) - 1)

    def scored(self, values: Mapping[str, Floats]) -> Floats:
        logit = np.full(len(next(iter(values.values()))), self._version.intercept)
        for feature in self.features:
            value = values[feature.name]
            logit += feature.slope * (np.where(np.isnan(value), feature.default, value) - feature.center)
        score: Floats = 1 / (1 + np.exp(-logit))
        return score

    def blocked(self, fields: Mapping[str, Floats], score: Floats, by_model: Bools) -> Bools:
        points = np.zeros(len(score))
        for rule in self._fallback.rules:
            points += (fields[rule.field] > rule.above) * rule.points
        return np.where(by_model, score > self._version.threshold, points >= self._fallback.points_threshold)

    def log_time(self, by_model: Bools) -> Floats:
        mean, spread = self._paces[by_model.astype(int)].T
        took: Floats = mean + spread * self.rng.standard_normal(len(by_model))
        return took

    def some(self, share: float, many: int) -> Bools:
        return self.rng.random(many) < share


class ByRequest(Sampler):
    """Counts requests where the world draws how many there are; all else is the world's own."""

    def __init__(self, instead_of: Sampler, requests: Requests) -> None:
        self.__dict__.update(instead_of.__dict__)
        self._requests = requests

    def _draw(self, position: int, outlook: Outlook, expected: float) -> tuple[Floats, Floats]:
        ours, replicas = self._requests, len(self.seeds)
        counts = ours.rng.poisson(expected * outlook.load_factor)
        replica = np.repeat(np.arange(replicas), counts)
        many = len(replica)
        row = ours.rows(many)
        fields = {name: ours.columns[name][row] for name in ours.needed}
        values = {feature.name: feature.of(fields) for feature in ours.features}
        score = ours.scored(values)
        by_model = ours.some(1.0, many)
        block = ours.blocked(fields, score, by_model)
        failed = ours.some(ours.service.profile.error_ratio, many)
        times = np.searchsorted(ours.log_edges, ours.log_time(by_model))
        labelled = ours.some(ours.service.profile.labels.share, many)
        right = labelled & (block == (fields["fraud"] > 0.5))

        def by(place: Ints, places: int) -> Ints:
            """How many of each replica at each place, axes (replica, place)."""
            flat = np.bincount(replica * places + place, minlength=replicas * places)
            return flat.reshape(replicas, places)

        widest, routed = self.exists.shape[1], by(1 - by_model, 2)
        latency = by(times, len(ours.log_edges) + 1).cumsum(axis=1)
        self._plain += np.column_stack([by(2 * failed, 3), latency, by(2 * block, 3), routed])
        self._versions[:, -1] += routed[:, 0]
        self._forms[:, 0] += routed[:, 0]
        answers = by(labelled * 1 + right, 3)
        self._labels[position + 1] = self._labels[position]
        self._labels[position + 1] += np.column_stack([answers[:, 1:].sum(axis=1), answers[:, 2]])
        self._scores.add(by(np.searchsorted(ours.score_bins.edges, score), ours.score_bins.count))
        binned, means = [], []
        for value, bins in zip(values.values(), ours.bins, strict=True):
            missing = np.isnan(value)
            binned.append(by(np.where(missing, widest, np.searchsorted(bins.edges, value)), widest + 1))
            total = np.bincount(replica, np.where(missing, 0.0, value), replicas)
            means.append(total / np.maximum(counts - binned[-1][:, -1], 1))
        self._features.add(np.stack(binned, axis=1))
        return np.array(means), np.bincount(replica, score, replicas) / np.maximum(counts, 1)
