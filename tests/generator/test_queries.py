"""A signal's PromQL is what a service's Prometheus understands."""

from __future__ import annotations

import doctest
from collections.abc import Iterator

import promql_parser
import pytest

from generator import kinds, queries
from generator.model import MetricLabel, MetricName, Metrics, Query, Signal
from tests.generator.exports.catalogues import service, signal

LATENCY = signal(
    "latency-p99",
    "latency-quantile",
    threshold=0.25,
    with_={"quantile": 0.99, "window_minutes": 5},
)
ERRORS = signal("errors", "error-ratio", with_={"window_minutes": 5})
HOSTILE = 'a"} or vector(1) or up{x="\\\n$service ${feature} ,} \'`'


def query(signal: Signal, *, metrics: Metrics) -> Query:
    return queries.query_of(signal, service("fraud-scorer", metrics=metrics), kinds.load("signals"))


def selectors(expression: object) -> Iterator[promql_parser.VectorSelector]:
    """The selectors of a parsed expression, in order."""
    if isinstance(expression, promql_parser.VectorSelector):
        yield expression
    for part in ("lhs", "rhs", "expr", "vector_selector", "args"):
        below = getattr(expression, part, None)
        for each in below if isinstance(below, list) else [below]:
            if each is not None:
                yield from selectors(each)


def test_the_windows_and_numbers_of_a_signal_stand_in_its_query() -> None:
    """A latency signal of a service without labels of its own reads as one would write it by hand."""
    compiled = query(LATENCY, metrics=Metrics())

    value = "histogram_quantile(0.99, sum by (le) (rate(model_inference_duration_seconds_bucket[5m])))"
    assert compiled == Query(
        value=value,
        firing=f"{value} > 0.25",
        metrics=("model_inference_duration_seconds",),
        unit="s",
    )


def test_a_service_has_its_own_names_and_labels() -> None:
    """Every selector carries the service's labels and what it calls the metric."""
    metrics = Metrics(
        labels=(MetricLabel("job", "kserve"), MetricLabel("namespace", "risk")),
        names=(MetricName("model_inference_requests_total", "request_total"),),
    )

    compiled = query(ERRORS, metrics=metrics)

    assert compiled.value == (
        '(sum(rate(request_total{code=~"5..|429",job="kserve",namespace="risk"}[5m])) or vector(0))'
        ' / sum(rate(request_total{job="kserve",namespace="risk"}[5m]))'
    )


def test_a_signal_below_its_threshold_compares_the_other_way() -> None:
    """Accuracy alarms when it falls."""
    accuracy = signal(
        "accuracy", "labelled-accuracy", compare="below", threshold=1, with_={"window_minutes": 60}
    )

    compiled = query(accuracy, metrics=Metrics())

    assert compiled.firing == 'min(model_labelled_accuracy_ratio{window="60m"}) < 1'


def test_a_burn_rate_is_the_smaller_over_two_windows() -> None:
    """The query counts over both windows and divides by what the objective leaves over."""
    burn = signal(
        "burn",
        "burn-rate",
        threshold=14.4,
        with_={"slo": "no-errors", "long_minutes": 60, "short_minutes": 5},
    )

    compiled = query(burn, metrics=Metrics())

    name = "model_inference_requests_total"
    ratio = '(sum(rate({0}{{code=~"5..|429"}}[{1}])) or vector(0)) / sum(rate({0}[{1}]))'
    smaller = f"clamp_max({ratio.format(name, '60m')}, scalar({ratio.format(name, '5m')}))"
    assert compiled.firing == f"{smaller} / 0.1 > 14.4"


def test_an_objective_that_a_service_does_not_have_is_refused() -> None:
    """Without an objective there is no budget to burn."""
    burn = signal("burn", "burn-rate", with_={"slo": "none", "long_minutes": 60, "short_minutes": 5})

    with pytest.raises(KeyError, match="none"):
        query(burn, metrics=Metrics())


@pytest.mark.parametrize("kind", ["psi", "feature-null-ratio", "feature-mean", "feature-age"])
def test_hostile_text_stays_inside_its_quotes(kind: str) -> None:
    """A feature and a label value full of PromQL end as the values of two matchers, and as nothing else."""
    with_ = {"feature": HOSTILE, "window_minutes": 10} if kind == "psi" else {"feature": HOSTILE}
    metrics = Metrics(labels=(MetricLabel("job", HOSTILE),))

    compiled = query(signal("drift", kind, with_=with_), metrics=metrics)

    (selector,) = selectors(promql_parser.parse(compiled.firing))
    values = {matcher.name: matcher.value for matcher in selector.matchers.matchers}
    assert values["feature"] == values["job"] == HOSTILE


@pytest.mark.parametrize(
    "metrics",
    [
        Metrics(labels=(MetricLabel('job="x"} or up{a', "b"),)),
        Metrics(names=(MetricName("model_inference_requests_total", "up or x"),)),
    ],
)
def test_a_name_that_promql_cannot_hold_is_refused(metrics: Metrics) -> None:
    """Names cannot be quoted, so a bad one is an error that says which service and which name."""
    with pytest.raises(ValueError, match="service 'fraud-scorer': PromQL has no place for the name"):
        query(ERRORS, metrics=metrics)


def test_examples_in_the_docstrings_hold() -> None:
    """What the docstrings show is what comes out."""
    assert doctest.testmod(queries).failed == 0


@pytest.mark.parametrize("kind", kinds.load("signals").values(), ids=lambda kind: kind.name)
def test_every_kind_has_a_template_that_parses(kind: kinds.Kind) -> None:
    """A kind's template, filled with its own examples, is PromQL that reads the metrics it declares."""
    examples = {name: schema["examples"][0] for name, schema in kind.parameters["properties"].items()}

    compiled = query(signal("any", kind.name, with_=examples), metrics=Metrics())

    names = {selector.name for selector in selectors(promql_parser.parse(compiled.firing))}
    assert {name.removesuffix("_bucket") for name in names if name} == set(compiled.metrics)
