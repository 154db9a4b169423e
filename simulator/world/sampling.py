"""What to expect in, what a scraper sees out: sufficient statistics drawn per scrape, never requests.

Every node draws from streams of its own, so that a draw added to one, or a rate changed, shifts no other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from generator.model import Service
from simulator.world.draws import Draws, stream_key
from simulator.world.drift import Recent, Reference
from simulator.world.exposed import ROUTES, identities_of, versions_of
from simulator.world.flow import Floats
from simulator.world.lots import Multinomials, lots
from simulator.world.native import Ints
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
        drift = service.profile.drift
        self._starts = np.array([_starts(times, minutes) for minutes in drift.windows_minutes])
        """By window and scrape: the scrape with which the window begins."""
        reach = int((np.arange(scrapes) - self._starts).max(initial=0)) + 2
        bins, score_bins = self.exists.shape[1] + 1, outlooks.score_bins.count
        self._features = Recent((replicas, len(self.features), bins), reach=reach, steps=scrapes)
        self._scores = Recent((replicas, score_bins), reach=reach, steps=scrapes)
        self._labels = np.zeros((scrapes + 1, replicas, 2))
        """Running totals of (labelled, correct), by the scrape in which the requests came."""
        self._labelled_until: Floats = np.full(replicas, -np.inf)
        """Requests that came by then, in seconds, have their labels; axes (replica,)."""
        buckets = len(outlooks.edges_s) + 1
        plain = len(CODES) + buckets + len(DECISIONS) + len(ROUTES)
        """So many counters come first that are drawn in any state; then those of versions and of forms."""
        ends = np.cumsum([plain, len(versions_of(service)), len(FORMS)])
        self._totals = np.zeros((replicas, ends[-1]))
        self._plain, self._versions, self._forms = np.split(self._totals, ends[:-1], axis=1)
        self._wobbled = (*(f"feature.{name}" for name in self.features), "score")
        """Streams of which a mean is drawn first, and then bins."""
        chosen = {"versions": self._versions.shape[1], "forms": len(FORMS)}
        plainly = {"codes": len(CODES), "latency": buckets, "decisions": len(DECISIONS)}
        binned = dict.fromkeys(self._wobbled[:-1], bins) | {"score": score_bins}
        self._lots = lots(self.seeds, ["requests", "routes", "labels", *plainly, *binned, *chosen])
        self._counted = self._lots.multinomials(plainly | binned)
        self._chosen = {
            name: self._lots.multinomials({name: width}) for name, width in chosen.items() if width
        }
        self._outlook: Outlook | None = None
        self._draws = Draws()
        self._golden = np.full(len(self.seeds), np.nan)
        """Share of right answers in the last run of known requests, by replica."""
        healthy, index = outlooks.of(
            np.append(outlooks.defaults, [0.0] * len(outlooks.faults) + [1.0])[None, :]
        )
        self._reference, self._score_reference = self._references(healthy.take(index))

    def _references(self, healthy: Outlook) -> tuple[Reference, Reference]:
        """The samples that drift is measured against: as large as the profile says, one a seed."""
        size = self.service.profile.drift.reference_size
        features = np.zeros((len(self.seeds), len(self.features), self.exists.shape[1]))
        scores = np.zeros((len(self.seeds), healthy.score.shape[1]))
        for replica, seed in enumerate(self.seeds):
            for place, name in enumerate(self.features):
                share = healthy.features[0, place, :-1]
                generator = self._draws.at(seed, stream_key(f"reference.{name}"))
                features[replica, place] = (
                    generator.multinomial(size, _sum_to_one(share)) if share.sum() > 0 else 0
                )
            generator = self._draws.at(seed, stream_key("reference.score"))
            scores[replica] = generator.multinomial(size, _sum_to_one(healthy.score[0]))
        return Reference(features, self.exists), Reference(scores, np.ones(scores.shape[1]))

    def sample(self, position: int, outlook: Outlook, expected: float, restarts: Floats) -> Floats:
        """The scrape at ``times[position]``, where ``expected`` requests are usual; axes (series, replica).

        ``restarts``: how often processes have been restarted so far, axes (replica,).
        An outlook that is the very one of the scrape before is not looked at again.
        """
        if outlook is not self._outlook:
            self._expect(outlook)
            self._outlook = outlook
        means, prediction = self._draw(position, outlook, expected)
        starts = self._starts[:, position]
        recent = np.stack([self._features.since(start) for start in starts])
        recent_scores = np.stack([self._scores.since(start) for start in starts])
        psi = self._reference.psi(recent[..., :-1])
        nulls = recent[0, :, :, -1] / np.maximum(recent[0].sum(2), 1)
        parts = [
            self._totals.T,
            psi.transpose(0, 2, 1).reshape(-1, len(self.seeds)),
            self._score_reference.psi(recent_scores),
            nulls.T,
            means,
            prediction[None, :],
            *self._label_gauges(position, outlook.label_late_s),
            outlook.busy[None, :],
            self.service.profile.feature_age_seconds + outlook.feature_age_s.T,
            *self._golden_gauge(position, outlook),
            self._memory(outlook),
            restarts[None, :],
        ]
        return np.concatenate(parts)

    def _expect(self, outlook: Outlook) -> None:
        """Shares of an outlook as they are drawn from."""
        edges = np.ones((len(self.seeds), outlook.within.shape[1] + 1))
        np.minimum(outlook.within, 1.0, out=edges[:, :-1])
        features = _sum_to_one(outlook.features)
        self._counted.expect(
            {
                "codes": _sum_to_one(outlook.codes),
                "latency": np.maximum(np.diff(edges, prepend=0.0), 0.0),
                "decisions": _sum_to_one(outlook.decisions),
                **{stream: features[:, place] for place, stream in enumerate(self._wobbled[:-1])},
                "score": _sum_to_one(outlook.score),
            }
        )
        self._split = [
            (totals, shares, self._open(name, shares))
            for name, totals, shares in (
                ("versions", self._versions, outlook.versions),
                ("forms", self._forms, outlook.forms),
            )
            if name in self._chosen
        ]
        self._mean = np.column_stack([outlook.feature_mean, outlook.score_mean]).T
        self._sd = np.column_stack([outlook.feature_sd, outlook.score_sd]).T
        self._correct = np.minimum(outlook.correct, 1.0)

    def _open(self, stream: str, shares: Floats) -> tuple[Multinomials, list[int]]:
        """What is drawn from, and for which replicas: nothing is where one share is all."""
        drawn, table = np.flatnonzero(shares.max(axis=1) < 1), self._chosen[stream]
        expected = np.zeros(shares.shape)
        expected[drawn] = _sum_to_one(shares[drawn])
        table.expect({stream: expected})
        return table, drawn.tolist()

    def _draw(self, position: int, outlook: Outlook, expected: float) -> tuple[Floats, Floats]:
        """Draw one interval for every replica; returns means of features, (feature, replica), and of the score."""
        draw, counted = self._lots, self._counted
        draw.begin(position - self.past)
        count = draw.poisson("requests", expected * outlook.load_factor)
        wobble = draw.normals(self._wobbled)
        draw.draw(counted, count)
        by_model = draw.binomial("routes", count, outlook.model_share)
        drawn = counted.counts
        times = np.cumsum(drawn["latency"], axis=1)
        self._plain += np.column_stack(
            [drawn["codes"], times, drawn["decisions"], by_model, count - by_model]
        )
        binned = np.stack([drawn[stream] for stream in self._wobbled[:-1]], axis=1)
        self._features.add(binned)
        self._scores.add(drawn["score"])
        for totals, shares, (table, replicas) in self._split:
            totals += self._fallen(by_model, shares, table, replicas)
        self._label(position, count)
        present = np.column_stack([count[:, None] - binned[:, :, -1], count]).T
        means = self._means(present, wobble)
        return means[:-1], means[-1]

    def _means(self, present: Ints, wobble: Floats) -> Floats:
        """Of so many values, axes (stream, replica); NaN where there are none."""
        strayed = np.divide(
            self._sd * wobble, np.sqrt(present), out=np.full(present.shape, np.nan), where=present > 0
        )
        means: Floats = self._mean + strayed
        return means

    def _fallen(self, counts: Ints, shares: Floats, table: Multinomials, replicas: list[int]) -> Floats:
        """How many fall to each share, axes (replica, share)."""
        out = counts[:, None] * shares
        if replicas:
            self._lots.draw(table, counts, replicas)
            out[replicas] = table.counts[table.streams[0]][replicas]
        return out

    def _label(self, position: int, count: Ints) -> None:
        """Which of the requests get labels, and how many of these agree."""
        share = np.full(len(self.seeds), self.service.profile.labels.share)
        labelled = self._lots.binomial("labels", count, share)
        correct = self._lots.binomial("labels", labelled, self._correct)
        before, after = self._labels[position], self._labels[position + 1]
        np.add(before[:, 0], labelled, out=after[:, 0])
        np.add(before[:, 1], correct, out=after[:, 1])

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
        labelled, correct = (self._labels_by(position, until) - self._labels_by(position, until - window)).T
        accuracy = np.divide(correct, labelled, out=np.full(len(labelled), np.nan), where=labelled > 0)
        return accuracy[None, :], (now - until)[None, :]

    def _labels_by(self, position: int, seconds: Floats) -> Floats:
        """Totals (replica, 2) of the requests that had come by then, axes (replica,)."""
        index = np.searchsorted(self.times[: position + 1], seconds + 1e-6)
        found: Floats = self._labels[index, np.arange(len(index))]
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
                right = self._draws.at(seed, stream_key("golden"), run).binomial(
                    golden.questions, min(outlook.golden[replica], 1.0)
                )
                self._golden[replica] = right / golden.questions
        return (self._golden[None, :].copy(),)


def _starts(times: Floats, minutes: float) -> Ints:
    """The first scrape of the window that ends with each: the one ``minutes`` before, or the first of all."""
    return np.searchsorted(times, times - minutes * 60 + 1e-6)


def _runs_until(seconds: float, every: float) -> int:
    return math.floor(seconds / every + 1e-9)


def _sum_to_one(shares: Floats) -> Floats:
    """Along the last axis."""
    scaled: Floats = shares / shares.sum(axis=-1, keepdims=True)
    return scaled
