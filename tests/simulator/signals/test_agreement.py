"""The simulator and Prometheus agree: same series in, same firing and resolving times out.

promtool is the judge. It evaluates the exported rules on generated series and is told, for every
evaluation, which alerts the simulator has firing.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from generator.exports import prometheus
from generator.model import MetricLabel, MetricName, Metrics
from simulator.signals import KINDS
from simulator.signals.alerts import SignalBank
from simulator.world.telemetry import Floats, Series, Telemetry, series
from tests.conftest import require_tool
from tests.generator.exports.catalogues import catalogue, service, signal

SETS_A_BATCH = 20
STEPS = 120
STEP_SECONDS = 15
EDGES = ("0.05", "0.1", "0.25", "0.5", "+Inf")

SIGNALS = (
    signal("drift", "psi", hold_minutes=1, with_={"feature": "amount", "window_minutes": 10}),
    signal("score-drift", "score-psi", hold_minutes=0, with_={"window_minutes": 60}),
    # A threshold on a bucket's edge and one inside a bucket.
    signal(
        "latency-p90",
        "latency-quantile",
        threshold=0.25,
        hold_minutes=1,
        with_={"quantile": 0.9, "window_minutes": 5},
    ),
    signal(
        "latency-p50",
        "latency-quantile",
        compare="below",
        threshold=0.08,
        hold_minutes=0.5,
        with_={"quantile": 0.5, "window_minutes": 1},
    ),
    # Prometheus does not promise in which order it adds series, so a tie of sums is decided by a last bit
    # that is open: these thresholds, and that of the mean, are ones that no small counts can meet.
    signal(
        "errors",
        "error-ratio",
        threshold=0.2137,
        hold_minutes=0.5,
        severity="ticket",
        with_={"window_minutes": 5},
    ),
    signal("errors-fast", "error-ratio", threshold=0.2637, hold_minutes=0, with_={"window_minutes": 1}),
    signal(
        "accuracy",
        "labelled-accuracy",
        compare="below",
        threshold=0.8,
        hold_minutes=2,
        with_={"window_minutes": 60},
    ),
    signal("nulls", "feature-null-ratio", hold_minutes=0.25, with_={"feature": "amount"}),
    signal("mean", "feature-mean", threshold=0.2137, hold_minutes=1.25, with_={"feature": "amount"}),
    signal("age", "feature-age", hold_minutes=0.5, with_={"feature": "amount"}),
    signal("golden", "golden-accuracy", compare="below", threshold=0.8, hold_minutes=0.25),
    signal(
        "blocked",
        "decision-ratio",
        threshold=0.1437,
        hold_minutes=0.5,
        with_={"decision": "block", "window_minutes": 5},
    ),
    signal(
        "volume",
        "request-rate",
        compare="below",
        threshold=0.3137,
        hold_minutes=0,
        with_={"window_minutes": 1},
    ),
    signal("labels", "label-age", hold_minutes=0.5),
    signal("memory", "memory-used", hold_minutes=0.25),
    # Extrapolated increases are no whole numbers: this threshold is one that none of them meets.
    signal("restarts", "restart-count", threshold=3.137, hold_minutes=0, with_={"window_minutes": 5}),
    signal(
        "misrouted",
        "version-share",
        threshold=0.1437,
        hold_minutes=0.5,
        with_={"version": "old", "window_minutes": 5},
    ),
    signal(
        "refusals",
        "answer-form-ratio",
        threshold=0.1437,
        hold_minutes=0.5,
        with_={"form": "refusal", "window_minutes": 5},
    ),
    signal(
        "burn",
        "burn-rate",
        threshold=2.137,
        hold_minutes=0.25,
        with_={"slo": "no-errors", "long_minutes": 5, "short_minutes": 1},
    ),
)

IDENTITIES = (
    *(series("model_feature_psi", feature="amount", window="10m", instance=i) for i in "ab"),
    *(series("model_score_psi", window="60m", instance=i) for i in "ab"),
    *(series("model_labelled_accuracy_ratio", window="60m", instance=i) for i in "ab"),
    *(series("model_feature_null_ratio", feature="amount", instance=i) for i in "ab"),
    *(series("model_feature_mean", feature="amount", instance=i) for i in "abc"),
    *(series("model_feature_age_seconds", feature="amount", instance=i) for i in "ab"),
    *(series("model_golden_accuracy_ratio", instance=i) for i in "ab"),
    # Of another feature and another window: no signal may see them.
    series("model_feature_psi", feature="age", window="10m"),
    series("model_feature_psi", feature="amount", window="60m"),
    series("model_feature_age_seconds", feature="age"),
    *(
        series("model_inference_requests_total", code=c, version=v)
        for c in ("200", "429", "503")
        for v in "12"
    ),
    *(series("model_inference_duration_seconds_bucket", le=edge) for edge in EDGES),
    *(
        series("model_decisions_total", decision=decision, instance=i)
        for decision in ("allow", "review", "block")
        for i in "ab"
    ),
    *(series("model_label_age_seconds", instance=i) for i in "ab"),
    *(series("model_memory_used_ratio", instance=i) for i in "ab"),
    *(series("model_restarts_total", instance=i) for i in "ab"),
    *(series("model_version_requests_total", version=v, instance=i) for v in ("new", "old") for i in "ab"),
    *(
        series("model_answers_total", form=form, instance=i)
        for form in ("answer", "refusal", "malformed")
        for i in "ab"
    ),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What promtool was asked, and what it said."""

    verdict: subprocess.CompletedProcess[str]
    evaluations: int
    fired: NDArray[np.intp]
    resolved: NDArray[np.intp]
    """Transitions by signal."""

    @property
    def disagreements(self) -> int:
        """Evaluations at which promtool has another set of alerts firing than the simulator."""
        said = self.verdict.stdout + self.verdict.stderr
        counted = len(re.findall(r"^\s*alertname: ?\S+, time: ", said, re.MULTILINE))
        return counted if self.verdict.returncode == 0 else max(counted, 1)


def drawn(rng: np.random.Generator) -> Floats:
    """Series with axes (series, set, step): bursts, ties, resets, gaps, late starts."""
    values = np.empty((len(IDENTITIES), SETS_A_BATCH, STEPS))
    for row, identity in enumerate(IDENTITIES):
        if identity.name.endswith("_accuracy_ratio"):
            values[row] = gauge(rng, around=0.8)
        elif not identity.name.endswith(("_total", "_bucket")):
            values[row] = gauge(rng, around=0.2)
    codes, buckets = (
        rows_of("model_inference_requests_total"),
        rows_of("model_inference_duration_seconds_bucket"),
    )
    values[codes] = counters(
        rng, mixtures=np.array([[3, 3, 0, 0, 0, 0], [3, 0, 0, 0, 1, 0], [2, 2, 1, 0, 0, 0]])
    )
    below = counters(
        rng, mixtures=np.array([[4, 4, 1, 0, 0], [0, 0, 9, 1, 0], [0, 1, 3, 3, 1], [0, 0, 0, 0, 5]])
    )
    values[buckets] = np.add.accumulate(below, axis=0)
    values[rows_of("model_decisions_total")] = counters(
        rng, mixtures=np.array([[4, 4, 1, 0, 0, 0], [4, 0, 0, 0, 1, 1], [1, 1, 0, 1, 2, 0]])
    )
    values[rows_of("model_answers_total")] = counters(
        rng, mixtures=np.array([[4, 4, 0, 0, 0, 0], [4, 0, 1, 0, 0, 0], [1, 1, 0, 1, 2, 0]])
    )
    values[rows_of("model_version_requests_total")] = counters(
        rng, mixtures=np.array([[4, 4, 0, 0], [4, 2, 1, 0], [1, 1, 1, 1]])
    )
    values[rows_of("model_restarts_total")] = rare(rng, len(rows_of("model_restarts_total")))
    return with_gaps(rng, values)


def rare(rng: np.random.Generator, count: int) -> Floats:
    """Counters (counter, set, step) that grow now and then."""
    grown = rng.random((count, SETS_A_BATCH, STEPS)) < 0.12
    return grown.cumsum(axis=2).astype(float)


def rows_of(name: str) -> list[int]:
    return [row for row, identity in enumerate(IDENTITIES) if identity.name == name]


def gauge(rng: np.random.Generator, *, around: float) -> Floats:
    """Walks on a grid of hundredths that the thresholds lie on, so that ties are frequent."""
    steps = rng.choice([-0.05, 0.0, 0.0, 0.05], size=(SETS_A_BATCH, STEPS))
    walk = around + 0.1 * np.sin(np.arange(STEPS) / rng.uniform(4, 20, (SETS_A_BATCH, 1))) + steps
    return np.round(np.clip(np.round(walk / 0.05) * 0.05, 0, None), 2)


def counters(rng: np.random.Generator, *, mixtures: NDArray[np.intp]) -> Floats:
    """Counters (counter, set, step) that grow by one mixture after another, exactly or as Poisson counts."""
    regime = rng.integers(len(mixtures), size=(SETS_A_BATCH, STEPS // 20)).repeat(20, axis=1)
    mean = mixtures[regime] * rng.choice([1, 5, 40], size=(SETS_A_BATCH, 1, 1))
    grown = np.where(rng.random((SETS_A_BATCH, 1, 1)) < 0.5, mean, rng.poisson(mean))
    grown[rng.random(grown.shape[:2]) < 0.02] = 0
    levels = grown.cumsum(axis=1)
    for restarted in range(0, SETS_A_BATCH, 2):
        # In the order of time: a counter never falls below zero.
        for step in sorted(rng.integers(1, STEPS, size=3)):
            levels[restarted, step:] += grown[restarted, step] - levels[restarted, step]
    start = np.where(np.arange(SETS_A_BATCH) % 3 == 0, 1000, 0)[:, np.newaxis, np.newaxis]
    return np.moveaxis(np.where(np.arange(STEPS)[:, np.newaxis] < 40, levels + start, levels), -1, 0).astype(
        float
    )


def with_gaps(rng: np.random.Generator, values: Floats) -> Floats:
    """Single samples, whole scrapes and long stretches taken away; some series begin late."""
    values = values.copy()
    for number in range(SETS_A_BATCH):
        one = values[:, number]
        one[:, rng.random(STEPS) < rng.choice([0.0, 0.05, 0.5])] = np.nan
        one[rng.random(one.shape) < rng.choice([0.0, 0.02])] = np.nan
        for first in rng.integers(STEPS, size=number % 3):
            one[:, first : first + rng.integers(15, 30)] = np.nan
        late = rng.random(len(one)) < 0.1
        one[late, : rng.integers(60)] = np.nan
    return values


def judged(
    promtool: str, folder: Path, *, seed: int, sets: int = SETS_A_BATCH, spoil: bool = False
) -> Judged:
    """Write rules, series and the simulator's firing alerts down, and have promtool compare."""
    values = drawn(np.random.default_rng(seed))[:, :sets]
    services = [service(f"set-{number}", metrics=metrics_of(number)) for number in range(sets)]
    rules = prometheus.rules(catalogue([(each, SIGNALS) for each in services]))
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")

    firing, fired, resolved = simulated(values)
    if spoil:
        firing[STEPS // 2, 0, 0] ^= True
    test = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": f"{STEP_SECONDS}s",
        "tests": [
            {
                "interval": f"{STEP_SECONDS}s",
                "input_series": list(written_series(values)),
                "alert_rule_test": list(expected_alerts(firing, yaml.safe_load(rules)["groups"])),
            }
        ],
    }
    (folder / "test.yaml").write_text(json.dumps(test), encoding="utf-8")
    command = [promtool, "test", "rules", str(folder / "test.yaml")]
    # promtool spends a third of its time on collecting garbage otherwise.
    environment = {**os.environ, "GOGC": "400"}
    verdict = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    return Judged(verdict, firing.size, fired, resolved)


def metrics_of(number: int) -> Metrics:
    """Every set has its own label; every second one has names of its own, too."""
    labels = (MetricLabel("job", f"set-{number}"),)
    if number % 2:
        return Metrics(labels)
    return Metrics(labels, (MetricName("model_inference_duration_seconds", "request_predict_seconds"),))


def simulated(values: Floats) -> tuple[NDArray[np.bool_], NDArray[np.intp], NDArray[np.intp]]:
    """Firing (step, signal, set), and how often each signal fired and resolved."""
    times = np.arange(STEPS) * float(STEP_SECONDS)
    sets = values.shape[1]
    telemetry = Telemetry(IDENTITIES, replicas=sets, times=times)
    bank = SignalBank(SIGNALS, sets, slos=service("any").slos)
    firing = np.zeros((STEPS, len(SIGNALS), sets), dtype=bool)
    fired, resolved = np.zeros(len(SIGNALS), dtype=np.intp), np.zeros(len(SIGNALS), dtype=np.intp)
    for step in range(STEPS):
        telemetry.append(values[:, :, step])
        evaluation = bank.evaluate(telemetry)
        firing[step] = evaluation.firing
        for signal_index, _ in evaluation.fired:
            fired[signal_index] += 1
        for signal_index, _ in evaluation.resolved:
            resolved[signal_index] += 1
    return firing, fired, resolved


def written_series(values: Floats) -> Iterator[dict[str, str]]:
    for number in range(values.shape[1]):
        names = {name.metric: name.name for name in metrics_of(number).names}
        for row, identity in enumerate(IDENTITIES):
            base = identity.name.removesuffix("_bucket")
            name = names.get(base, base) + identity.name[len(base) :]
            labelled = Series(name, (("job", f"set-{number}"), *identity.labels))
            samples = ("_" if np.isnan(value) else f"{value:g}" for value in values[row, number])
            yield {"series": str(labelled), "values": " ".join(samples)}


def expected_alerts(
    firing: NDArray[np.bool_], groups: list[dict[str, list[dict[str, object]]]]
) -> Iterator[dict[str, object]]:
    for step in range(STEPS):
        for index, each in enumerate(SIGNALS):
            rules = [groups[number]["rules"][index] for number in np.flatnonzero(firing[step, index])]
            yield {
                "eval_time": f"{step * STEP_SECONDS}s",
                "alertname": prometheus.alert_name(each.id),
                "exp_alerts": [
                    {"exp_labels": rule["labels"], "exp_annotations": rule["annotations"]} for rule in rules
                ],
            }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_alerts_fire_and_resolve_when_those_of_prometheus_do(seed: int, tmp_path: Path) -> None:
    """On 20 sets of series a seed, every alert is firing at the same evaluations on both sides."""
    result = judged(require_tool("promtool"), tmp_path, seed=seed)

    compared = SETS_A_BATCH * len(SIGNALS)
    print(
        f"{compared} signals over {SETS_A_BATCH * len(IDENTITIES)} series, {result.evaluations} evaluations: "
        f"{result.fired.sum()} fired, {result.resolved.sum()} resolved, {result.disagreements} disagreements"
    )
    assert compared >= 300
    assert result.disagreements == 0, (result.verdict.stdout + result.verdict.stderr)[:3000]
    assert result.evaluations == SETS_A_BATCH * STEPS * len(SIGNALS)
    assert result.fired.min() >= 10, dict(zip((s.id for s in SIGNALS), result.fired, strict=True))
    assert result.resolved.min() >= 10, dict(zip((s.id for s in SIGNALS), result.resolved, strict=True))


def test_the_judge_notices_one_wrong_evaluation(tmp_path: Path) -> None:
    """promtool fails, and names the alert, when a single evaluation of a thousand is turned round."""
    result = judged(require_tool("promtool"), tmp_path, seed=1, sets=1, spoil=True)

    assert result.verdict.returncode == 1
    assert result.disagreements == 1
    assert "alertname: Drift" in result.verdict.stdout + result.verdict.stderr


def test_every_kind_is_judged() -> None:
    """A new kind of signal joins the comparison."""
    assert {each.kind for each in SIGNALS} == set(KINDS)
