"""What to expect in, what a scraper sees out: sufficient statistics drawn per scrape, never requests.

Every node draws from streams of its own, so that a draw added to one, or a rate changed, shifts no other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from generator.model import Service
from simulator.world import drift
from simulator.world.draws import Draws, stream_key
from simulator.world.flow import Floats
from simulator.world.outcomes import CODES
from simulator.world.outlook import DECISIONS, Outlook, Outlooks
from simulator.world.telemetry import Series, series

ROUTES = ("model", "fallback")


class Sampler:
    """Keeps the running totals of a batch; one call a scrape."""

    def __init__(
        self, service: Service, outlooks: Outlooks, *, seeds: Sequence[int], times: Floats, past: int
    ) -> None:
        self.service, self.seeds, self.times, self.past = service, tuple(seeds), times, past
        self.exists, self.features = outlooks.exists, outlooks.drift_features
        self.identities = tuple(_identities(service))
        replicas, scrapes = len(self.seeds), len(times)
        bins = self.exists.shape[1] + 1
        self._features = np.zeros((replicas, len(self.features), bins, scrapes + 1))
        self._scores = np.zeros((replicas, outlooks.score_bins.count, scrapes + 1))
        self._labels = np.zeros((replicas, 2, scrapes + 1))
        """Running totals of (labelled, correct), by the scrape in which the requests came."""
        self._totals = np.zeros(
            (replicas, len(CODES) + len(outlooks.edges_s) + 1 + len(DECISIONS) + len(ROUTES))
        )
        self._draws = Draws()
        self._stream = {
            name: stream_key(name)
            for name in ("requests", "codes", "latency", "decisions", "routes", "score", "labels", "golden")
        }
        self._golden = np.full(len(self.seeds), np.nan)
        """Share of right answers in the last run of known requests, by replica."""
        self._of_feature = [stream_key(f"feature.{name}") for name in self.features]
        healthy, index = outlooks.of(
            np.append(outlooks.defaults, [0.0] * len(outlooks.faults) + [1.0])[None, :]
        )
        self._reference, self._score_reference = self._references(healthy.take(index))

    def _references(self, healthy: Outlook) -> tuple[Floats, Floats]:
        """The samples that drift is measured against: as large as the profile says, one a seed."""
        size = self.service.profile.drift.reference_size
        features = np.zeros((len(self.seeds), len(self.features), self.exists.shape[1]))
        scores = np.zeros((len(self.seeds), healthy.score.shape[1]))
        for replica, seed in enumerate(self.seeds):
            for place, name in enumerate(self.features):
                share = healthy.features[0, place, :-1]
                generator = self._draws.at(seed, stream_key(f"reference.{name}"))
                features[replica, place] = (
                    generator.multinomial(size, _sums_to_one(share)) if share.sum() > 0 else 0
                )
            generator = self._draws.at(seed, stream_key("reference.score"))
            scores[replica] = generator.multinomial(size, _sums_to_one(healthy.score[0]))
        return features, scores

    def sample(self, position: int, outlook: Outlook, expected: float) -> Floats:
        """The scrape at ``times[position]``, where ``expected`` requests are usual; axes (series, replica)."""
        means, prediction = self._draw(position, outlook, expected)
        windows = self.service.profile.drift.windows_minutes
        starts = [self._start(position, minutes) for minutes in windows]
        psi = np.stack([self._psi(position, start) for start in starts])
        score_psi = np.stack([self._score_psi(position, start) for start in starts])
        recent = self._features[:, :, :, position + 1] - self._features[:, :, :, starts[0]]
        nulls = recent[:, :, -1] / np.maximum(recent.sum(2), 1)
        parts = [
            self._totals.T,
            psi.transpose(0, 2, 1).reshape(-1, len(self.seeds)),
            score_psi,
            nulls.T,
            means.T,
            prediction[None, :],
            *self._label_gauges(position),
            outlook.busy[None, :],
            self.service.profile.feature_age_seconds + outlook.feature_age_s.T,
            *self._golden_gauge(position, outlook),
        ]
        return np.concatenate(parts)

    def _draw(self, position: int, outlook: Outlook, expected: float) -> tuple[Floats, Floats]:
        """Draw one interval for every replica; returns the means of features and of the score."""
        step = position - self.past
        means = np.full((len(self.seeds), len(self.features)), np.nan)
        prediction = np.full(len(self.seeds), np.nan)
        at, stream = self._draws.at, self._stream
        for replica, seed in enumerate(self.seeds):
            count = int(at(seed, stream["requests"], step).poisson(expected * outlook.load_factor[replica]))
            codes = at(seed, stream["codes"], step).multinomial(count, _sums_to_one(outlook.codes[replica]))
            within = np.append(np.minimum(outlook.within[replica], 1.0), 1.0)
            times = at(seed, stream["latency"], step).multinomial(
                count, np.maximum(np.diff(within, prepend=0.0), 0.0)
            )
            decisions = at(seed, stream["decisions"], step).multinomial(
                count, _sums_to_one(outlook.decisions[replica])
            )
            by_model = at(seed, stream["routes"], step).binomial(count, outlook.model_share[replica])
            self._totals[replica] += np.concatenate(
                [codes, np.cumsum(times), decisions, [by_model, count - by_model]]
            )
            for place, key in enumerate(self._of_feature):
                generator = at(seed, key, step)
                wobble = generator.standard_normal()
                drawn = generator.multinomial(count, _sums_to_one(outlook.features[replica, place]))
                present = count - drawn[-1]
                if present:
                    means[replica, place] = (
                        outlook.feature_mean[replica, place]
                        + outlook.feature_sd[replica, place] * wobble / present**0.5
                    )
                self._features[replica, place, :, position + 1] = (
                    self._features[replica, place, :, position] + drawn
                )
            generator = at(seed, stream["score"], step)
            wobble = generator.standard_normal()
            scores = generator.multinomial(count, _sums_to_one(outlook.score[replica]))
            self._scores[replica, :, position + 1] = self._scores[replica, :, position] + scores
            if count:
                prediction[replica] = (
                    outlook.score_mean[replica] + outlook.score_sd[replica] * wobble / count**0.5
                )
            generator = at(seed, stream["labels"], step)
            labelled = generator.binomial(count, self.service.profile.labels.share)
            correct = generator.binomial(labelled, min(outlook.correct[replica], 1.0))
            self._labels[replica, :, position + 1] = self._labels[replica, :, position] + (labelled, correct)
        return means, prediction

    def _start(self, position: int, minutes: float) -> int:
        """Totals at this index were taken ``minutes`` before the scrape, or at the beginning of the past."""
        return int(np.searchsorted(self.times[: position + 1], self.times[position] - minutes * 60 + 1e-6))

    def _psi(self, position: int, start: int) -> Floats:
        window = self._features[:, :, :-1, position + 1] - self._features[:, :, :-1, start]
        return drift.psi(self._reference, window, self.exists)

    def _score_psi(self, position: int, start: int) -> Floats:
        window = self._scores[:, :, position + 1] - self._scores[:, :, start]
        return drift.psi(self._score_reference, window, np.ones(window.shape[1]))

    def _label_gauges(self, position: int) -> tuple[Floats, Floats]:
        """Accuracy among the labels that have arrived, and the age of the newest; each (1, replica)."""
        profile = self.service.profile
        delay = profile.labels.delay_minutes * 60
        end = int(np.searchsorted(self.times[: position + 1], self.times[position] - delay + 1e-6))
        begin = int(
            np.searchsorted(
                self.times[: position + 1],
                self.times[position] - delay - profile.accuracy_window_minutes * 60 + 1e-6,
            )
        )
        labelled, correct = (self._labels[:, :, end] - self._labels[:, :, begin]).T
        accuracy = np.divide(correct, labelled, out=np.full(len(labelled), np.nan), where=labelled > 0)
        return accuracy[None, :], np.full((1, len(labelled)), delay)

    def _golden_gauge(self, position: int, outlook: Outlook) -> Sequence[Floats]:
        """The gauge of known requests, (1, replica), asked anew when a run is due; none without them."""
        golden = self.service.profile.golden
        if golden is None:
            return ()
        every = golden.every_minutes * 60
        # Runs are numbered from the drill's start, so that each is the same however often one scrapes.
        run = _runs_until(self.times[position], every)
        if position == 0 or run > _runs_until(self.times[position - 1], every):
            for replica, seed in enumerate(self.seeds):
                right = self._draws.at(seed, self._stream["golden"], run).binomial(
                    golden.questions, min(outlook.golden[replica], 1.0)
                )
                self._golden[replica] = right / golden.questions
        return (self._golden[None, :].copy(),)


def _runs_until(seconds: float, every: float) -> int:
    return math.floor(seconds / every + 1e-9)


def _identities(service: Service) -> list[Series]:
    """In the order in which ``sample`` lays them out."""
    profile = service.profile
    features, windows = profile.drift.features, [f"{minutes:g}m" for minutes in profile.drift.windows_minutes]
    edges = [f"{edge / 1000:g}" for edge in profile.latency.buckets_ms] + ["+Inf"]
    return [
        *(series("model_inference_requests_total", code=code) for code in CODES),
        *(series("model_inference_duration_seconds_bucket", le=edge) for edge in edges),
        *(series("model_decisions_total", decision=decision) for decision in DECISIONS),
        *(series("model_route_requests_total", route=route) for route in ROUTES),
        *(
            series("model_feature_psi", feature=name, window=window)
            for window in windows
            for name in features
        ),
        *(series("model_score_psi", window=window) for window in windows),
        *(series("model_feature_null_ratio", feature=name) for name in features),
        *(series("model_feature_mean", feature=name) for name in features),
        series("model_prediction_mean"),
        series("model_labelled_accuracy_ratio", window=f"{profile.accuracy_window_minutes:g}m"),
        series("model_label_age_seconds"),
        series("model_inference_in_flight"),
        *(series("model_feature_age_seconds", feature=name) for name in features),
        *([series("model_golden_accuracy_ratio")] if profile.golden else []),
    ]


def _sums_to_one(share: Floats) -> Floats:
    scaled: Floats = share / share.sum()
    return scaled
