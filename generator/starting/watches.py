"""What can be watched: for each kind of signal how it is declared, what moves it in a drill, and in which words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from generator.checks.healthy import Healthy
from generator.checks.measured import MeasuredSignal
from generator.checks.signals import measured_signals
from generator.model import Service, Signal
from generator.starting.estimate import Change, Estimate, node_of, pipeline_features, released, source_of


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault for a drill, and what it does to whom."""

    kind: str
    mechanism: str
    node: str
    with_: Mapping[str, str]
    words: str
    harm: float
    """Of the traffic, before anybody does anything."""
    rest: float
    """Of the traffic, when the fallback decides."""

    @property
    def gain(self) -> float:
        """How well it can be contained: a great harm is worth little when the fallback suffers too."""
        return self.harm - 5 * self.rest


@dataclass(frozen=True, slots=True)
class Watch:
    """A kind of signal that a new runbook can begin with."""

    kind: str
    symptom: str
    of_feature: bool
    thresholds: tuple[float, ...]
    hold_minutes: float
    quiet_below: float
    """The share of the threshold under which it counts as gone."""
    title: str
    noise: str
    board: str
    """A word in the id of the dashboard to look at."""
    moved: str
    """What has happened, for the summary."""
    is_seen_contained: bool = True
    """Whether the signal still shows the trouble while the fallback decides."""


WATCHES: Mapping[str, Watch] = {
    "error-ratio": Watch(
        "error-ratio", "errors", False, (0.05, 0.1, 0.2), 2, 0.5, "Answers fail",
        "A release loses a few requests; it takes a broken one to stay above the threshold.", "overview",
        "Requests end without an answer.", is_seen_contained=False,
    ),
    "feature-null-ratio": Watch(
        "feature-null-ratio", "missing-data", True, (0.05, 0.1, 0.2), 2, 0.5, "{feature} is missing",
        "A restart gives one or two high samples; the hold outlasts them.", "drift",
        "{feature} is missing in many requests, and the model takes an average in its place.",
    ),
    "latency-quantile": Watch(
        "latency-quantile", "latency", False, (1.0,), 3, 1.0, "Answers are slow",
        "A single slow minute is a restart or a large batch; the hold outlasts it.", "latency",
        "Answers come too late for those who wait for them.", is_seen_contained=False,
    ),
    "psi": Watch(
        "psi", "input-drift", True, (0.25, 0.3, 0.4, 0.5, 0.75, 1.0), 3, 0.5, "{feature} has drifted",
        "Seasons and campaigns lift it slowly, over days; a fault lifts it within minutes.", "drift",
        "{feature} no longer looks like what the model learned from.",
    ),
    "score-psi": Watch(
        "score-psi", "score-shift", False, (0.25, 0.3, 0.4, 0.5, 0.75, 1.0), 5, 0.5, "The score has drifted",
        "A planned release of the model moves it too; look at the calendar of releases first.", "drift",
        "The scores have left their reference, even where the requests look as ever.",
    ),
}  # fmt: skip
_NEGLIGIBLE = 0.01
_SPAN_MINUTES = (5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0)
_QUANTILE = 0.95


def signal_for(kind: str, id: str, healthy: Healthy, *, feature: str) -> MeasuredSignal | None:
    """The most sensitive signal of that kind whose window is large enough, and that is quiet on healthy days."""
    watch = WATCHES[kind]
    for threshold, given in _settings(watch, healthy, feature):
        signal = Signal(
            id=id, title=watch.title.format(feature=spoken(feature).capitalize()), kind=kind, compare="above",
            threshold=threshold, hold_minutes=watch.hold_minutes, severity="page", noise=watch.noise,
            dashboard="", log="", with_=given, triggers="look",
        )  # fmt: skip
        found = next(measured_signals([signal], healthy), None)
        if found is None:
            return None
        enough = found.measured.size >= found.measured.needed
        if enough and found.false_alarms < _NEGLIGIBLE and math.isfinite(found.detect_minutes):
            return found
    return None


def as_info(one: MeasuredSignal) -> Signal:
    """The same signal on the dashboard alone."""
    return replace(one.signal, severity="info", triggers=None)


def few_requests(service: Service) -> Signal:
    """Far fewer requests than in the quietest hour: what tells that users are worse off than before."""
    least = Healthy(service).least_per_minute / 60
    return Signal(
        id="few-requests",
        title="Requests stay away",
        kind="request-rate",
        compare="below",
        threshold=float(f"{0.4 * least:.2g}"),
        hold_minutes=2,
        severity="info",
        noise="The night is quiet, and yet more than twice as busy as this.",
        dashboard="",
        log="",
        with_={"window_minutes": 10},
    )


def _settings(watch: Watch, healthy: Healthy, feature: str) -> Iterator[tuple[float, dict[str, str | float]]]:
    profile = healthy.service.profile
    for window in profile.drift.windows_minutes if "psi" in watch.kind else _SPAN_MINUTES:
        for threshold in watch.thresholds:
            if watch.kind == "latency-quantile":
                yield profile.latency.deadline_ms / 1000, {"quantile": _QUANTILE, "window_minutes": window}
            elif watch.kind == "feature-null-ratio":
                yield threshold, {"feature": feature}
            elif watch.kind == "psi":
                yield threshold, {"feature": feature, "window_minutes": window}
            else:
                yield threshold, {"window_minutes": window}


def trouble_for(kind: str, estimate: Estimate, *, feature: str) -> Trouble | None:
    """The fault that moves the signal, and of several the one that the fallback helps most against."""
    found = [one for one in _troubles(kind, estimate, feature) if one.harm > 0]
    return max(found, key=lambda one: one.gain, default=None)


def _troubles(kind: str, estimate: Estimate, feature: str) -> Iterator[Trouble]:
    service, rest = estimate.service, estimate.of_fallback()
    model = node_of(service, "model")
    version = released(service, model)
    if WATCHES[kind].of_feature:
        yield from _of_field(kind, estimate, feature)
    elif model is not None and version is not None and kind == "score-psi":
        for bias in (-3.0, 3.0):
            given = {"version": version.id, "bias": f"{bias:g}", "noise": "0"}
            words = f"The version {version.id} of {model.title} was released again with a fault: its scores are off."
            yield Trouble(
                "bad-model-release",
                "bad-model-release",
                model.id,
                given,
                words,
                estimate.of_model(bias=bias),
                rest,
            )
    elif model is not None and kind == "latency-quantile":
        late = service.profile.latency.deadline_ms
        given = {"p50_ms": f"{1.2 * late:.0f}", "p99_ms": f"{3 * late:.0f}"}
        words = f"{model.title} answers after the deadline."
        yield Trouble("tail-latency", "tail-latency", model.id, given, words, 0.9, rest)
    elif model is not None:
        yield Trouble("error-burst", "error-burst", model.id, {}, f"{model.title} fails.", 0.9, rest)


def _of_field(kind: str, estimate: Estimate, feature: str) -> Iterator[Trouble]:
    field = field_of(estimate, feature)
    source = source_of(estimate.service, field)
    if source is None:
        return
    if kind == "feature-null-ratio":
        words = f"The field {field} of {source.title} is missing in every request, and the model takes an average."
        changed = (lambda value: None,)
        yield _changed(estimate, field, changed[0], "null-spike", "missing-values", source.id, {}, words)
        return
    for factor, said in ((100.0, "a hundred times too large"), (0.01, "a hundred times too small")):
        words = f"The field {field} of {source.title} arrives in another unit: every value is {said}."
        given = {"factor": f"{factor:g}"}
        yield _changed(estimate, field, _times(factor), "unit-change", "unit-change", source.id, given, words)


def _changed(
    estimate: Estimate, field: str, change: Change, kind: str, mechanism: str, node: str,
    given: Mapping[str, str], words: str,
) -> Trouble:  # fmt: skip
    harm, rest = estimate.of_model(field, change), estimate.of_fallback(field, change)
    return Trouble(kind, mechanism, node, {"field": field, **given}, words, harm, rest)


def _times(factor: float) -> Change:
    return lambda value: value * factor


def field_of(estimate: Estimate, feature: str) -> str:
    """The field from which a feature is computed."""
    return next((one.field for one in pipeline_features(estimate.service) if one.name == feature), "")


def spoken(name: str) -> str:
    """A name as people say it: without dashes."""
    return name.replace("_", " ").replace("-", " ")
