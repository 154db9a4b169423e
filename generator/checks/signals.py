"""A signal and a healthy service in, how it behaves on that service out: one function a signal kind, in one table.

A kind that cannot be judged (there is no panel, no such feature) gives None.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from generator import statistics
from generator.checks.healthy import Healthy, released
from generator.checks.measured import EVALUATION_MINUTES, SCRAPE_MINUTES, Measured, MeasuredSignal
from generator.model import Signal

RARE = 1e-4
"""How seldom one value of a healthy window may cross the threshold before the sample counts as too small."""
EVENTS = 10
"""Events that a ratio needs at its threshold, for a standard error of about a third (1 / sqrt 10)."""


def measured_signals(signals: Sequence[Signal], healthy: Healthy) -> Iterator[MeasuredSignal]:
    """The signals whose behaviour can be told."""
    for index, signal in enumerate(signals):
        kind = KINDS.get(signal.kind)
        found = kind(signal, healthy) if kind is not None else None
        if found is not None:
            yield MeasuredSignal(index, signal, found)


def _error_ratio(signal: Signal, healthy: Healthy) -> Measured:
    return _ratio(signal, healthy, signal.with_["window_minutes"], healthy.service.profile.error_ratio)


def _decision_ratio(signal: Signal, healthy: Healthy) -> Measured | None:
    share = healthy.decisions.get(signal.with_["decision"])
    return None if share is None else _ratio(signal, healthy, signal.with_["window_minutes"], share)


def _answer_form_ratio(signal: Signal, healthy: Healthy) -> Measured:
    return _ratio(
        signal, healthy, signal.with_["window_minutes"], 1.0 if signal.with_["form"] == "answer" else 0.0
    )


def _version_share(signal: Signal, healthy: Healthy) -> Measured:
    """While all is well, one version scores everything."""
    nodes = (node for node in healthy.service.lineage.nodes if node.kind == "model")
    serving = {version.id for node in nodes if (version := released(healthy.service, node)) is not None}
    share = 1.0 if signal.with_["version"] in serving else 0.0
    return _ratio(signal, healthy, signal.with_["window_minutes"], share)


def _feature_null_ratio(signal: Signal, healthy: Healthy) -> Measured | None:
    """Panels hold numbers alone, so a feature that is computed is never missing."""
    if signal.with_["feature"] not in healthy.features:
        return None
    return _ratio(signal, healthy, healthy.service.profile.drift.windows_minutes[0], 0.0)


def _burn_rate(signal: Signal, healthy: Healthy) -> Measured | None:
    """The long window says whether it fires; the short one only lets go sooner."""
    slo = next((slo for slo in healthy.service.slos if slo.id == signal.with_["slo"]), None)
    if slo is None:
        return None
    healthy_share, share = healthy.service.profile.error_ratio, signal.threshold * slo.budget
    return _ratio(signal, healthy, signal.with_["long_minutes"], healthy_share, threshold=share)


def _ratio(
    signal: Signal, healthy: Healthy, window: float, share: float, *, threshold: float | None = None
) -> Measured:
    """The share of the window's requests that are of one sort, ``share`` of them when all is well."""
    size = window * healthy.least_per_minute
    threshold = signal.threshold if threshold is None else threshold
    return Measured(
        window_minutes=window,
        size=size,
        needed=_events(threshold),
        tail=_count_tail(signal, size, share, threshold=threshold),
        bad_share=_lifting_share(signal, share, threshold=threshold),
    )


def _labelled_accuracy(signal: Signal, healthy: Healthy) -> Measured | None:
    labels, window = healthy.service.profile.labels, signal.with_["window_minutes"]
    if healthy.accuracy is None:
        return None
    size = window * healthy.least_per_minute * labels.share
    return Measured(
        window_minutes=window,
        size=size,
        needed=_events(signal.threshold),
        tail=_count_tail(signal, size, healthy.accuracy),
        bad_share=_lifting_share(signal, healthy.accuracy),
        of="labels",
        wait_minutes=labels.delay_minutes,
    )


def _golden_accuracy(signal: Signal, healthy: Healthy) -> Measured | None:
    """One wrong answer more than usual must not be enough."""
    golden, accuracy = healthy.service.profile.golden, healthy.accuracy
    if golden is None or accuracy is None:
        return None
    distance = accuracy - signal.threshold if signal.compare == "below" else signal.threshold - accuracy
    return Measured(
        window_minutes=golden.every_minutes,
        size=golden.questions,
        needed=1 / distance if distance > 0 else 0.0,
        tail=_count_tail(signal, golden.questions, accuracy),
        bad_share=1.0,
        of="questions",
        renewed_minutes=golden.every_minutes,
    )


def _latency_quantile(signal: Signal, healthy: Healthy) -> Measured:
    """A quantile is above the threshold when more than 1 - q of the requests are."""
    window, slower = signal.with_["window_minutes"], 1 - signal.with_["quantile"]
    route = healthy.service.profile.latency.model
    share = (
        statistics.lognormal_tail(signal.threshold * 1000, p50=route.p50_ms, p99=route.p99_ms)
        if route.p99_ms > route.p50_ms
        else 0.0
    )
    size = window * healthy.least_per_minute
    return Measured(
        window_minutes=window,
        size=size,
        needed=_events(slower),
        tail=_count_tail(signal, size, share, threshold=slower),
        bad_share=_lifting_share(signal, share, threshold=slower),
    )


def _psi(signal: Signal, healthy: Healthy) -> Measured:
    window, drift = signal.with_["window_minutes"], healthy.service.profile.drift
    size = window * healthy.least_per_minute
    above = statistics.psi_null_tail(
        signal.threshold, bins=drift.bins, reference=drift.reference_size, window=size
    )
    return Measured(
        window_minutes=window,
        size=size,
        needed=_psi_needs(signal.threshold, drift.bins, drift.reference_size),
        tail=above if signal.compare == "above" else 1 - above,
        bad_share=_psi_share(signal.threshold, drift.bins, drift.reference_size, size),
    )


def _feature_mean(signal: Signal, healthy: Healthy) -> Measured | None:
    """The mean of the requests of one scrape."""
    if signal.with_["feature"] not in healthy.features:
        return None
    mean, deviation = healthy.features[signal.with_["feature"]]
    distance = signal.threshold - mean if signal.compare == "above" else mean - signal.threshold
    size = SCRAPE_MINUTES * healthy.least_per_minute
    spread = deviation / math.sqrt(size)
    certain = 0.0 if distance >= 0 else 1.0
    wanted = statistics.normal_level(RARE) * deviation / distance if distance > 0 else 0.0
    return Measured(
        window_minutes=SCRAPE_MINUTES,
        size=size,
        needed=wanted * wanted,
        tail=statistics.normal_tail(distance / spread) if spread > 0 else certain,
        bad_share=1.0,
        renewed_minutes=SCRAPE_MINUTES,
    )


def _feature_age(signal: Signal, healthy: Healthy) -> Measured:
    return _gauge(signal, healthy.service.profile.feature_age_seconds, seconds=True)


def _label_age(signal: Signal, healthy: Healthy) -> Measured:
    return _gauge(signal, healthy.service.profile.labels.delay_minutes * 60, seconds=True)


def _memory_used(signal: Signal, healthy: Healthy) -> Measured:
    return _gauge(signal, healthy.service.profile.memory_used_ratio)


def _restart_count(signal: Signal, healthy: Healthy) -> Measured:
    """Healthy processes are not restarted."""
    return _gauge(signal, 0.0)


def _gauge(signal: Signal, usual: float, *, seconds: bool = False) -> Measured:
    """A value that does not change while all is well; ``seconds``: one that grows second by second from then on."""
    fires = usual > signal.threshold if signal.compare == "above" else usual < signal.threshold
    return Measured(
        window_minutes=0.0,
        size=1.0,
        needed=0.0,
        tail=1.0 if fires else 0.0,
        bad_share=0.0,
        wait_minutes=max(signal.threshold - usual, 0.0) / 60 if seconds else 0.0,
        renewed_minutes=EVALUATION_MINUTES,
    )


def _request_rate(signal: Signal, healthy: Healthy) -> Measured:
    """Judged where it is nearest to firing: too few at the lowest traffic of the week, too many at the highest."""
    window, below = signal.with_["window_minutes"], signal.compare == "below"
    mean = window * (healthy.least_per_minute if below else healthy.most_per_minute)
    count = signal.threshold * 60 * window
    usual = healthy.service.profile.traffic.requests_per_s
    above = statistics.poisson_tail(_next(count), mean)
    return Measured(
        window_minutes=window,
        size=window * healthy.least_per_minute,
        needed=EVENTS,
        tail=1 - statistics.poisson_tail(_at_least(count), mean) if below else above,
        bad_share=min(max(1 - signal.threshold / usual, 0.0), 1.0) if below else 0.0,
    )


def _events(share: float) -> float:
    """How many requests it takes for ``EVENTS`` at that share, or at what is left of it."""
    rarer = min(share, 1 - share)
    return EVENTS / rarer if rarer > 0 else 0.0


def _count_tail(signal: Signal, size: float, share: float, *, threshold: float | None = None) -> float:
    """P(the share among ``size`` crosses the threshold) when each counts with probability ``share``."""
    n = math.ceil(size)
    count = (signal.threshold if threshold is None else threshold) * n
    if signal.compare == "above":
        return statistics.binomial_tail(_next(count), n, share)
    return statistics.binomial_lower_tail(_at_least(count) - 1, n, share)


def _next(count: float) -> int:
    """The least whole number above; products that should be whole are."""
    return math.floor(round(count, 6)) + 1


def _at_least(count: float) -> int:
    return math.ceil(round(count, 6))


def _lifting_share(signal: Signal, share: float, *, threshold: float | None = None) -> float:
    """How much of a window must be all bad (all good) to lift (lower) a ratio from ``share`` to the threshold."""
    threshold = signal.threshold if threshold is None else threshold
    if signal.compare == "above":
        lifted = (threshold - share) / (1 - share) if share < 1 else 0.0
    else:
        lifted = 1 - threshold / share if share > 0 else 0.0
    return math.inf if lifted > 1 else max(lifted, 0.0)


@functools.lru_cache(maxsize=4096)
def _psi_share(threshold: float, bins: int, reference: float, window: float) -> float:
    return statistics.psi_share(threshold, bins=bins, reference=reference, window=window)


@functools.lru_cache(maxsize=4096)
def _psi_needs(threshold: float, bins: int, reference: float) -> float:
    """The window at which no drift passes the threshold with probability ``RARE``."""
    inverse = threshold / _psi_level(bins) - 1 / reference
    return 1 / inverse if inverse > 0 else math.inf


@functools.lru_cache(maxsize=1024)
def _psi_level(bins: int) -> float:
    return statistics.chi_square_level(RARE, bins - 1)


KINDS: Mapping[str, Callable[[Signal, Healthy], Measured | None]] = {
    "answer-form-ratio": _answer_form_ratio,
    "burn-rate": _burn_rate,
    "decision-ratio": _decision_ratio,
    "error-ratio": _error_ratio,
    "feature-age": _feature_age,
    "feature-mean": _feature_mean,
    "feature-null-ratio": _feature_null_ratio,
    "golden-accuracy": _golden_accuracy,
    "label-age": _label_age,
    "labelled-accuracy": _labelled_accuracy,
    "latency-quantile": _latency_quantile,
    "memory-used": _memory_used,
    "psi": _psi,
    "request-rate": _request_rate,
    "restart-count": _restart_count,
    "score-psi": _psi,
    "version-share": _version_share,
}
