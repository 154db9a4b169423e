"""The exported rules say what the signals say."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import yaml

from generator import kinds
from generator.exports import EXPORTS, prometheus
from generator.model import AlertLabel, Link
from tests.conftest import require_tool
from tests.generator.exports.catalogues import catalogue, service, signal

DRIFT = signal(
    "amount-drift", "psi", title="Drift of the amount", with_={"feature": "amount", "window_minutes": 10}
)


def test_a_signal_becomes_an_alert() -> None:
    """Expression, hold, labels and links of an alert derive from the signal and its surroundings."""
    text = prometheus.rules(catalogue([(service("fraud-scorer"), [DRIFT])]))

    assert yaml.safe_load(text) == {
        "groups": [
            {
                "name": "fraud-scorer/fraud-scorer-down",
                "interval": "15s",
                "rules": [
                    {
                        "alert": "AmountDrift",
                        "expr": "max(model_feature_psi"
                        '{feature="amount",window="10m",job="fraud-scorer"}) > 0.2',
                        "for": "5m",
                        "labels": {
                            "severity": "page",
                            "service": "fraud-scorer",
                            "runbook": "fraud-scorer-down",
                            "signal": "amount-drift",
                        },
                        "annotations": {
                            "summary": "Fraud scorer: Drift of the amount",
                            "description": "Drift of the amount: above 0.2 PSI for 5m. "
                            "Noise or not: A night with little traffic.",
                            "runbook_url": "https://runbooks.acme.example/latest/runbooks/fraud-scorer-down.html",
                            "dashboard_url": "https://dashboards.acme.example/overview",
                        },
                    }
                ],
            }
        ]
    }


def test_a_burn_rate_becomes_an_alert_on_both_windows() -> None:
    """The rule reads both windows of the service's own counter, and the budget of the objective it names."""
    burn = signal(
        "errors-burn",
        "burn-rate",
        title="Errors burn the budget",
        threshold=14.4,
        hold_minutes=2,
        with_={"slo": "no-errors", "long_minutes": 60, "short_minutes": 5},
    )

    text = prometheus.rules(catalogue([(service("fraud-scorer"), [burn])]))

    (rule,) = yaml.safe_load(text)["groups"][0]["rules"]
    assert rule["expr"].count('model_inference_requests_total{job="fraud-scorer"}[60m]') == 1
    assert rule["expr"].count('model_inference_requests_total{job="fraud-scorer"}[5m]') == 1
    assert rule["expr"].endswith(" / 0.1 > 14.4")
    assert rule["annotations"]["description"].startswith(
        "Errors burn the budget: above 14.4 × budget for 2m."
    )


def test_signals_that_only_inform_alert_nobody() -> None:
    """A runbook whose signals are all of severity info has no group."""
    quiet = signal("null-ratio", "feature-null-ratio", severity="info", with_={"feature": "amount"})

    text = prometheus.rules(catalogue([(service("fraud-scorer"), [quiet])]))

    assert yaml.safe_load(text) == {"groups": []}


def test_the_evaluation_interval_can_be_chosen() -> None:
    """The interval stands in every group."""
    text = prometheus.rules(catalogue([(service("fraud-scorer"), [DRIFT])]), evaluation_seconds=60)

    assert yaml.safe_load(text)["groups"][0]["interval"] == "1m"


def test_for_a_live_drill_all_that_takes_time_takes_less() -> None:
    """Ranges, holds and evaluations shrink; what a label or a person calls a window stays, and so do latencies."""
    slow = signal(
        "slow",
        "latency-quantile",
        title="Slow",
        threshold=0.25,
        hold_minutes=1,
        with_={"quantile": 0.99, "window_minutes": 5},
    )
    rare = signal("rare", "request-rate", compare="below", threshold=4, with_={"window_minutes": 10})

    text = prometheus.rules(catalogue([(service("a"), [DRIFT, slow, rare])]), 24)

    (group,) = yaml.safe_load(text)["groups"]
    drift, slow_rule, rare_rule = group["rules"]
    assert group["interval"] == "625ms"
    assert 'window="10m"' in drift["expr"]
    assert (drift["for"], slow_rule["for"]) == ("12s500ms", "2s500ms")
    assert slow_rule["expr"].endswith('_bucket{job="a"}[12s500ms]))) > 0.25')
    assert "above 0.25 s for 1m." in slow_rule["annotations"]["description"]
    # Traffic is as many times as dense, and counted by the seconds of the drill.
    assert rare_rule["expr"] == '(sum(rate(model_inference_requests_total{job="a"}[25s]))) / 24 < 4'


def test_signals_whose_alerts_are_called_the_same_are_told_apart() -> None:
    """By a label with the signal's own id."""
    both = [replace(DRIFT, id="amount-1"), replace(DRIFT, id="amount1")]

    text = prometheus.rules(catalogue([(service("a"), both)]))

    rules = yaml.safe_load(text)["groups"][0]["rules"]
    assert [(rule["alert"], rule["labels"]["signal"]) for rule in rules] == [
        ("Amount1", "amount-1"),
        ("Amount1", "amount1"),
    ]


def test_the_same_catalogue_gives_the_same_text() -> None:
    """The table's export is a pure function of the catalogue."""
    export = EXPORTS["prometheus"].text

    assert export(catalogue([(service("a"), [DRIFT])])) == export(catalogue([(service("a"), [DRIFT])]))


def test_prometheus_takes_a_rule_of_every_kind(tmp_path: Path) -> None:
    """promtool finds nothing to say about any kind of signal, filled with its own examples."""
    promtool = require_tool("promtool")
    declared = kinds.load("signals")
    signals = [
        signal(
            name, name, with_={key: one["examples"][0] for key, one in kind.parameters["properties"].items()}
        )
        for name, kind in declared.items()
    ]
    file = tmp_path / "rules.yaml"
    file.write_text(prometheus.rules(catalogue([(service("fraud-scorer"), signals)])), "utf-8")

    checked = subprocess.run([promtool, "check", "rules", file], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr
    assert f"{len(declared)} rules found" in checked.stdout


def test_prometheus_takes_the_rules(tmp_path: Path) -> None:
    """promtool finds nothing to say about rules with template marks, quotes and odd lines in their words."""
    promtool = require_tool("promtool")
    hostile = signal(
        "latency-p99",
        "latency-quantile",
        title='{{ $value }} "quoted" \\ {{ end }}\u2028\x07é',
        noise="a: b # c\n- {{ template }}\r\n\t%",
        hold_minutes=0.5,
        with_={"quantile": 0.99, "window_minutes": 2.5},
    )
    file = tmp_path / "rules.yaml"
    file.write_text(prometheus.rules(catalogue([(service("fraud-scorer"), [DRIFT, hostile])])), "utf-8")

    checked = subprocess.run([promtool, "check", "rules", file], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr
    assert "2 rules found" in checked.stdout


def test_a_runbook_address_carries_the_labels_of_the_alert() -> None:
    """What the rule gives is known, what it aggregates away comes from the Prometheus that sends the alert."""
    labels = (
        AlertLabel("region", "Region", "[a-z0-9-]+", "eu-1"),
        AlertLabel("severity", "Severity", "[a-z]+", "page"),
    )
    labelled = replace(service("fraud-scorer"), alert_labels=labels)

    text = prometheus.rules(catalogue([(labelled, [DRIFT])]))

    (rule,) = yaml.safe_load(text)["groups"][0]["rules"]
    assert rule["annotations"]["runbook_url"] == (
        "https://runbooks.acme.example/latest/runbooks/fraud-scorer-down.html"
        "?region={{ $externalLabels.region | urlquery }}&severity=page"
    )


def test_a_dashboard_address_carries_them_too() -> None:
    """A label that the dashboard asks for is filled in by Prometheus; one that nobody declares is left out."""
    link = Link("overview", "Overview", "https://dash.acme.example/d?r={{ alert.region }}&x={{ alert.x }}")
    labelled = service("fraud-scorer")
    labelled = replace(
        labelled,
        artifacts=replace(labelled.artifacts, dashboards=(link,)),
        alert_labels=(AlertLabel("region", "Region", "[a-z0-9-]+", "eu-1"),),
    )

    text = prometheus.rules(catalogue([(labelled, [DRIFT])]))

    (rule,) = yaml.safe_load(text)["groups"][0]["rules"]
    assert rule["annotations"]["dashboard_url"] == (
        "https://dash.acme.example/d?r={{ $externalLabels.region | urlquery }}&x="
    )
