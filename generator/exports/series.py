"""A signal in, made-up series of its metrics out, on one side of its threshold; and what such series measure.

Gauges stand still and counters grow evenly, so that every window says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from generator.model import Service, Signal
from generator.queries import metric_name, number

MARGIN = 0.02
"""How far from the threshold, as a share of it."""
REQUESTS_PER_S = 100.0
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One series: a gauge that stays at ``level``, or a counter that grows by ``per_second``."""

    metric: str
    labels: Labels
    level: float = 0.0
    per_second: float = 0.0

    def written(self, samples: int, interval_seconds: float) -> dict[str, str]:
        """The series as an input of promtool, so many samples after the first."""
        labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in self.labels)
        growth = number(round(self.per_second * interval_seconds, 9))
        return {
            "series": f"{self.metric}{{{labels}}}",
            "values": f"{number(self.level)}+{growth}x{samples}",
        }


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a kind of signal is made up: the series of a value, and the value of series (None: there is none)."""

    metric: str
    made: Callable[[Signal, Service, float], list[tuple[Labels, float]]]
    read: Callable[[Signal, Service, Mapping[Labels, float]], float | None]
    most: float = float("inf")
    """No value is larger."""
    is_counter: bool = False
    suffix: str = ""


def series_of(signal: Signal, service: Service, *, beyond: bool) -> list[Series]:
    """Series whose value stays a little beyond the signal's threshold, or a little on the other side."""
    kind = KINDS[signal.kind]
    value = _near(signal, _most(signal, service), above=(signal.compare == "above") == beyond)
    name = metric_name(kind.metric, service) + kind.suffix
    own = tuple((label.label, label.value) for label in service.metrics.labels)
    return [
        Series(name, labels + own, per_second=amount)
        if kind.is_counter
        else Series(name, labels + own, amount)
        for labels, amount in kind.made(signal, service, value)
    ]


def measured(signal: Signal, service: Service, series: list[Series]) -> float | None:
    """What a signal of a service reads off the series; None when they are none of its own."""
    kind = KINDS[signal.kind]
    name = metric_name(kind.metric, service) + kind.suffix
    own = {(label.label, label.value) for label in service.metrics.labels}
    amounts = {
        tuple(pair for pair in one.labels if pair not in own): one.per_second
        if kind.is_counter
        else one.level
        for one in series
        if one.metric == name and own <= set(one.labels)
    }
    return kind.read(signal, service, amounts) if amounts else None


def crosses(signal: Signal, value: float | None) -> bool:
    """Whether the value is beyond the signal's threshold."""
    if value is None:
        return False
    return value > signal.threshold if signal.compare == "above" else value < signal.threshold


def window_minutes(signal: Signal) -> float:
    """The longest range that Prometheus itself looks back over; the window of a gauge is the service's own."""
    windows = [float(str(value)) for key, value in signal.with_.items() if key.endswith("_minutes")]
    return max(windows, default=0.0) if KINDS[signal.kind].is_counter else 0.0


def _most(signal: Signal, service: Service) -> float:
    most = KINDS[signal.kind].most
    return most / service.slo(str(signal.with_["slo"])).budget if signal.kind == "burn-rate" else most


def _near(signal: Signal, most: float, *, above: bool) -> float:
    """A value on one side of the threshold, and no larger than can be."""
    threshold = signal.threshold
    margin = MARGIN * abs(threshold) or MARGIN
    value = min(threshold + margin, (threshold + most) / 2) if above else threshold - margin
    return round(value, 9)


def _gauge(metric: str, *keys: str, most: float = float("inf")) -> _Kind:
    """A gauge that is told apart by some of the signal's parameters."""

    def labels(signal: Signal) -> Labels:
        told = {key: str(signal.with_[key]) for key in keys if key != "window"}
        if "window" in keys:
            told["window"] = f"{signal.with_['window_minutes']:g}m"
        return tuple(told.items())

    return _Kind(
        metric,
        lambda signal, _, value: [(labels(signal), value)],
        lambda signal, _, amounts: amounts.get(labels(signal)),
        most,
    )


def _share_of(label: str, hit: Callable[[Signal], str], rest: Callable[[Signal], str], metric: str) -> _Kind:
    """A share of requests, told by one label of a counter."""

    def made(signal: Signal, service: Service, value: float) -> list[tuple[Labels, float]]:
        share = value * _unit(signal, service)
        hits = round(share * REQUESTS_PER_S, 9)
        return [
            (((label, hit(signal)),), hits),
            (((label, rest(signal)),), round(REQUESTS_PER_S - hits, 9)),
        ]

    def read(signal: Signal, service: Service, amounts: Mapping[Labels, float]) -> float | None:
        whole = sum(amounts.values())
        return amounts.get(((label, hit(signal)),), 0.0) / whole / _unit(signal, service) if whole else None

    return _Kind(metric, made, read, most=1.0, is_counter=True)


def _unit(signal: Signal, service: Service) -> float:
    """What a share of one stands for: a burn rate counts in budgets."""
    return service.slo(str(signal.with_["slo"])).budget if signal.kind == "burn-rate" else 1.0


def _count(metric: str, labels: Labels, span_s: Callable[[Signal], float]) -> _Kind:
    """How much a counter grows over a span of time."""

    def made(signal: Signal, _: Service, value: float) -> list[tuple[Labels, float]]:
        return [(labels, value / span_s(signal))]

    def read(signal: Signal, _: Service, amounts: Mapping[Labels, float]) -> float | None:
        return sum(amounts.values()) * span_s(signal)

    return _Kind(metric, made, read, is_counter=True)


def _named(parameter: str) -> Callable[[Signal], str]:
    return lambda signal: str(signal.with_[parameter])


def _other(parameter: str, one: str, other: str) -> Callable[[Signal], str]:
    """A value that the signal does not ask for."""
    return lambda signal: other if signal.with_[parameter] == one else one


def _quantile() -> _Kind:
    """All requests fall into the bucket on one side of the threshold."""

    def made(signal: Signal, _: Service, value: float) -> list[tuple[Labels, float]]:
        edges = sorted({signal.threshold, round(value, 9), round(2 * signal.threshold - value, 9)})
        last = signal.threshold if value < signal.threshold else edges[-1]
        counts = [(number(edge), REQUESTS_PER_S if edge >= last else 0.0) for edge in edges]
        return [((("le", edge),), count) for edge, count in [*counts, ("+Inf", REQUESTS_PER_S)]]

    def read(signal: Signal, _: Service, amounts: Mapping[Labels, float]) -> float | None:
        edges = sorted((float(labels[0][1]), count) for labels, count in amounts.items())
        full = next(index for index, (_, count) in enumerate(edges) if count)
        low = edges[full - 1][0] if full else 0.0
        return low + (edges[full][0] - low) * float(str(signal.with_["quantile"]))

    return _Kind("model_inference_duration_seconds", made, read, is_counter=True, suffix="_bucket")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


REQUESTS = "model_inference_requests_total"
_ERRORS = _share_of("code", lambda _: "503", lambda _: "200", REQUESTS)
KINDS: Mapping[str, _Kind] = {
    "answer-form-ratio": _share_of("form", _named("form"), lambda _: "other", "model_answers_total"),
    "burn-rate": _ERRORS,
    "decision-ratio": _share_of(
        "decision", _named("decision"), _other("decision", "allow", "review"), "model_decisions_total"
    ),
    "error-ratio": _ERRORS,
    "feature-age": _gauge("model_feature_age_seconds", "feature"),
    "feature-mean": _gauge("model_feature_mean", "feature"),
    "feature-null-ratio": _gauge("model_feature_null_ratio", "feature", most=1.0),
    "golden-accuracy": _gauge("model_golden_accuracy_ratio", most=1.0),
    "label-age": _gauge("model_label_age_seconds"),
    "labelled-accuracy": _gauge("model_labelled_accuracy_ratio", "window", most=1.0),
    "latency-quantile": _quantile(),
    "memory-used": _gauge("model_memory_used_ratio", most=1.0),
    "psi": _gauge("model_feature_psi", "feature", "window"),
    "request-rate": _count(REQUESTS, (("code", "200"),), lambda _: 1.0),
    "restart-count": _count(
        "model_restarts_total", (), lambda signal: float(str(signal.with_["window_minutes"])) * 60
    ),
    "score-psi": _gauge("model_score_psi", "window"),
    "version-share": _share_of(
        "version", _named("version"), _other("version", "v1", "v2"), "model_version_requests_total"
    ),
}
