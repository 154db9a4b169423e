"""Alerts begin, wait, fire and resolve as those of Prometheus do."""

from __future__ import annotations

import numpy as np

from simulator.signals.alerts import AlertStates, Evaluation, SignalBank
from simulator.world.telemetry import Telemetry, series
from tests.generator.exports.catalogues import signal

HELD = signal("held", "feature-mean", threshold=1.0, hold_minutes=0.5, with_={"feature": "amount"})
AT_ONCE = signal("at-once", "feature-mean", threshold=1.0, hold_minutes=0, with_={"feature": "amount"})
LOW = signal(
    "low", "feature-mean", compare="below", threshold=1.0, hold_minutes=0, with_={"feature": "amount"}
)


def states(values: list[float]) -> str:
    """One letter an evaluation, 15 s apart, of a signal with 30 s of hold: inactive, pending, firing."""
    alerts = AlertStates([HELD], 1)
    result = ""
    for number, value in enumerate(values):
        now = alerts.advance(number * 15.0, np.array([[value]]))
        result += "f" if now.firing.item() else "p" if now.pending.item() else "i"
    return result


def test_an_alert_fires_once_it_has_held() -> None:
    """Thirty seconds of hold are two evaluations after the first crossing."""
    assert states([0, 2, 2, 2, 2, 0]) == "ippffi"


def test_a_value_on_the_threshold_is_not_across_it() -> None:
    """Comparison is strict."""
    assert states([1, 1, 1, 1]) == "iiii"


def test_one_evaluation_without_a_crossing_begins_the_hold_anew() -> None:
    """Neither a quiet value nor a missing one is waited out."""
    assert states([2, 2, 0, 2, 2, 2]) == "ppippf"
    assert states([2, 2, 2, np.nan, 2, 2]) == "ppfipp"


def test_transitions_are_pairs_of_signal_and_replica() -> None:
    """A bank tells who began to fire and who ceased, once, and keeps replicas apart."""
    mean = series("model_feature_mean", feature="amount")
    telemetry = Telemetry([mean], replicas=3, times=np.arange(4) * 15.0)
    bank = SignalBank([HELD, AT_ONCE, LOW], 3)

    evaluations: list[Evaluation] = []
    for sample in ([2.0, 0.0, 1.0], [2.0, 2.0, 1.0], [2.0, 0.0, 1.0], [0.0, 0.0, 1.0]):
        telemetry.append(np.array([sample]))
        evaluations.append(bank.evaluate(telemetry))

    assert [each.fired for each in evaluations] == [((1, 0), (2, 1)), ((1, 1),), ((0, 0), (2, 1)), ((2, 0),)]
    assert [each.resolved for each in evaluations] == [(), ((2, 1),), ((1, 1),), ((0, 0), (1, 0))]
    assert evaluations[2].values[1].tolist() == [2.0, 0.0, 1.0]
    assert evaluations[1].pending.tolist() == [[True, True, False], [False] * 3, [False] * 3]
