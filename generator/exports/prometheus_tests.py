"""Catalogue in, unit tests of its Prometheus rules (YAML for ``promtool test rules``) out.

Each alert gets two: series beyond its threshold, which it has to report once they held, and series just on the
other side, on which it has to stay silent. The series are made up from the signal's own numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

import yaml

from generator.exports import prometheus
from generator.exports.series import crosses, measured, series_of, window_minutes
from generator.model import Catalogue, CompiledRunbook, Service, Signal
from generator.queries import duration, number

FILE = "drillbook.rules.test.yaml"
SCRAPE_SECONDS = 60
EVALUATION_SECONDS = 30


@dataclass(frozen=True, slots=True)
class _Alert:
    """One rule with what it came from."""

    rule: Mapping[str, Any]
    compiled: CompiledRunbook
    service: Service
    signal: Signal


def unit_tests(catalogue: Catalogue, compression: float = 1.0) -> str:
    """A file that stands beside the rules; both of the same ``compression``."""
    alerts = list(_alerts(catalogue))
    content = {
        "rule_files": [prometheus.FILE],
        "evaluation_interval": duration(EVALUATION_SECONDS / 60 / compression),
        "tests": [
            _test(catalogue, alert, alerts, beyond=beyond, compression=compression)
            for alert in alerts
            for beyond in (True, False)
        ],
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1_000_000)


def _alerts(catalogue: Catalogue) -> Iterator[_Alert]:
    for compiled in catalogue.runbooks:
        service = catalogue.service(compiled.runbook.service)
        for signal, rule in prometheus.alerts(compiled, catalogue):
            yield _Alert(rule, compiled, service, signal)


def _test(
    catalogue: Catalogue, alert: _Alert, alerts: list[_Alert], *, beyond: bool, compression: float
) -> dict[str, Any]:
    """Beyond: silent until the threshold was crossed for as long as the signal holds, then it fires.

    What is counted grows by as much between two samples, however close they are: a drill has the same requests.
    """
    signal = alert.signal
    series = series_of(signal, alert.service, beyond=beyond)
    external = {label.name: label.example for label in alert.service.alert_labels}
    # Several runbooks may call a signal the same: promtool tells alerts apart by this name alone.
    namesakes = [one for one in alerts if one.rule["alert"] == alert.rule["alert"]]
    read = [(one, measured(one.signal, one.service, series)) for one in namesakes]
    end = max(_settled(one.signal) for one, value in read if value is not None)
    firing = [one for one, value in read if crosses(one.signal, value)]
    steps = [_step(alert, end / compression, [_expected(catalogue, one, external) for one in firing])]
    early = signal.hold_minutes - EVALUATION_SECONDS / 60
    if beyond and early > 0 and firing == [alert]:
        steps.insert(0, _step(alert, early / compression, []))
    side = "fires beyond" if beyond else "is silent on the other side of"
    samples = math.ceil(end * 60 / SCRAPE_SECONDS) + 1
    return {
        "name": f"{alert.compiled.runbook.id}: {signal.id} {side} {number(signal.threshold)}",
        "interval": duration(SCRAPE_SECONDS / 60 / compression),
        "external_labels": external,
        "input_series": [one.written(samples, SCRAPE_SECONDS) for one in series],
        "alert_rule_test": steps,
    }


def _settled(signal: Signal) -> float:
    """Minutes from the first sample until every window is full and the condition was held."""
    return window_minutes(signal) + signal.hold_minutes + 2


def _step(alert: _Alert, minutes: float, expected: list[dict[str, Any]]) -> dict[str, Any]:
    return {"eval_time": duration(minutes), "alertname": alert.rule["alert"], "exp_alerts": expected}


def _expected(catalogue: Catalogue, alert: _Alert, external: Mapping[str, str]) -> dict[str, Any]:
    """The labels and annotations of a firing alert, as Prometheus renders them."""
    query = alert.compiled.queries[alert.signal.id]

    def label(name: str) -> str:
        aggregated = "" if prometheus.survives(name, query) else external.get(name, "")
        return quote_plus(alert.rule["labels"].get(name, aggregated))

    annotations = prometheus.said(
        alert.compiled, alert.signal, catalogue, literal=lambda text: text, label=label
    )
    return {"exp_labels": dict(alert.rule["labels"]), "exp_annotations": annotations}
