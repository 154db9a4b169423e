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
from simulator.world.exposed import ROUTES, identities_of, versions_of
from simulator.world.flow import Floats
from simulator.world.outcomes import CODES, FORMS
from simulator.world.outlook import DECISIONS, Outlook, Outlooks


class Sampler:
    """Keeps the running totals of a batch; one call a scrape."""

    def __init__(
        self, service: Service, outlooks: Outlooks, *, seeds: Sequence[int], times: Floats, past: int
    ) -> None:
        self.service, self.seeds, self.times, self.past = service, tuple(seeds), times, past
        self.exists, self.features = outlooks.exists, outlooks.drift_features
        self.identities = tuple(identities_of(service))
        replicas, scrapes = len(self.seeds), len(times)
        bins = self.exists.shape[1] + 1
        self._features = np.zeros((replicas, len(self.features), bins, scrapes + 1))
        self._scores = np.zeros((replicas, outlooks.score_bins.count, scrapes + 1))
        self._labels = np.zeros((replicas, 2, scrapes + 1))
        """Running totals of (labelled, correct), by the scrape in which the requests came."""
        self._labelled_until: Floats = np.full(replicas, -np.inf)
        """Requests that came by then, in seconds, have their labels; axes (replica,)."""
        self._plain = len([*CODES, *outlooks.edges_s, "+Inf", *DECISIONS, *ROUTES])
        """So many counters come first that are drawn in any state; then those of versions and of forms."""
        self._totals = np.zeros((replicas, self._plain + len(versions_of(service)) + len(FORMS)))
        self._draws = Draws()
        self._stream = {
            name: stream_key(name)
            for name in (
                "requests",
                "codes",
                "latency",
                "decisions",
                "routes",
                "score",
                "labels",
                "golden",
                "versions",
                "forms",
            )
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

    def sample(self, position: int, outlook: Outlook, expected: float, restarts: Floats) -> Floats:
        """The scrape at ``times[position]``, where ``expected`` requests are usual; axes (series, replica).

        ``restarts``: how often processes have been restarted so far, axes (replica,).
        """
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
            *self._label_gauges(position, outlook.label_late_s),
            outlook.busy[None, :],
            self.service.profile.feature_age_seconds + outlook.feature_age_s.T,
            *self._golden_gauge(position, outlook),
            self._memory(outlook),
            restarts[None, :],
        ]
        return np.concatenate(parts)

    def _draw(self, position: int, outlook: Outlook, expected: float) -> tuple[Floats, Floats]:
        """Draw one interval for every replica; returns the means of features and of the score."""
        step = position - self.past
        means = np.full((len(self.seeds), len(self.features)), np.nan)
        prediction = np.full(len(self.seeds), np.nan)
        at, stream = self._draws.at, self._stream
        scored = np.zeros(len(self.seeds))
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
            scored[replica] = by_model
            self._totals[replica, : self._plain] += np.concatenate(
                [codes, np.cumsum(times), decisions, [by_model, count - by_model]]
            )
            means[replica] = self._draw_features(position, replica, count, outlook)
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
        between = self._plain + outlook.versions.shape[1]
        self._totals[:, self._plain : between] += self._split(step, "versions", scored, outlook.versions)
        self._totals[:, between:] += self._split(step, "forms", scored, outlook.forms)
        return means, prediction

    def _draw_features(self, position: int, replica: int, count: int, outlook: Outlook) -> Floats:
        """Draw the bins of every feature of one replica's interval; returns the means, axes (feature,)."""
        means = np.full(len(self.features), np.nan)
        for place, key in enumerate(self._of_feature):
            generator = self._draws.at(self.seeds[replica], key, position - self.past)
            wobble = generator.standard_normal()
            drawn = generator.multinomial(count, _sums_to_one(outlook.features[replica, place]))
            present = count - drawn[-1]
            if present:
                means[place] = (
                    outlook.feature_mean[replica, place]
                    + outlook.feature_sd[replica, place] * wobble / present**0.5
                )
            self._features[replica, place, :, position + 1] = (
                self._features[replica, place, :, position] + drawn
            )
        return means

    def _start(self, position: int, minutes: float) -> int:
        """Totals at this index were taken ``minutes`` before the scrape, or at the beginning of the past."""
        return int(np.searchsorted(self.times[: position + 1], self.times[position] - minutes * 60 + 1e-6))

    def _psi(self, position: int, start: int) -> Floats:
        window = self._features[:, :, :-1, position + 1] - self._features[:, :, :-1, start]
        return drift.psi(self._reference, window, self.exists)

    def _score_psi(self, position: int, start: int) -> Floats:
        window = self._scores[:, :, position + 1] - self._scores[:, :, start]
        return drift.psi(self._score_reference, window, np.ones(window.shape[1]))

    def _split(self, step: int, stream: str, counts: Floats, shares: Floats) -> Floats:
        """How many fall to each share, axes (replica, share); nothing is drawn where one has them all."""
        out = counts[:, None] * shares
        for replica in np.flatnonzero(shares.max(axis=1) < 1).tolist():
            generator = self._draws.at(self.seeds[replica], self._stream[stream], step)
            out[replica] = generator.multinomial(int(counts[replica]), _sums_to_one(shares[replica]))
        return out

    def _memory(self, outlook: Outlook) -> Floats:
        usual = self.service.profile.memory_used_ratio
        return (usual + (1 - usual) * outlook.memory)[None, :]

    def _label_gauges(self, position: int, late_s: Floats) -> tuple[Floats, Floats]:
        """Accuracy among the labels that have arrived, and the age of the newest; each (1, replica).

        Labels that have come stay: when they begin to come later, none comes for as long.
        """
        profile, now = self.service.profile, self.times[position]
        delay = profile.labels.delay_minutes * 60
        until = np.maximum(self._labelled_until, now - delay - late_s)
        self._labelled_until = until
        window = profile.accuracy_window_minutes * 60
        correct, labelled = (self._labels_by(position, until) - self._labels_by(position, until - window)).T[
            ::-1
        ]
        accuracy = np.divide(correct, labelled, out=np.full(len(labelled), np.nan), where=labelled > 0)
        return accuracy[None, :], (now - until)[None, :]

    def _labels_by(self, position: int, seconds: Floats) -> Floats:
        """Totals (replica, 2) of the requests that had come by then, axes (replica,)."""
        index = np.searchsorted(self.times[: position + 1], seconds + 1e-6)
        found: Floats = self._labels[np.arange(len(index)), :, index]
        return found

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


def _sums_to_one(share: Floats) -> Floats:
    scaled: Floats = share / share.sum()
    return scaled
