"""What signal kinds measure: telemetry in, one value a replica out.

What each kind *is* stands in ``schema/kinds/signals/``; what it *does* in one module here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from generator.model import Parameters
from simulator.signals import (
    answer_form_ratio,
    burn_rate,
    decision_ratio,
    error_ratio,
    feature_age,
    feature_mean,
    feature_null_ratio,
    golden_accuracy,
    label_age,
    labelled_accuracy,
    latency_quantile,
    memory_used,
    psi,
    request_rate,
    restart_count,
    score_psi,
    version_share,
)
from simulator.world.telemetry import Floats, Telemetry


class SignalKind(Protocol):
    """A module with one function; the parameters are what the kind's declaration asks for.

    An objective that they name comes with its ``budget``.
    """

    def value(self, telemetry: Telemetry, parameters: Parameters) -> Floats:
        """The signal's value now: (replica,), NaN where the query has no result."""
        ...


KINDS: Mapping[str, SignalKind] = {
    "answer-form-ratio": answer_form_ratio,
    "burn-rate": burn_rate,
    "decision-ratio": decision_ratio,
    "error-ratio": error_ratio,
    "feature-age": feature_age,
    "feature-mean": feature_mean,
    "feature-null-ratio": feature_null_ratio,
    "golden-accuracy": golden_accuracy,
    "label-age": label_age,
    "labelled-accuracy": labelled_accuracy,
    "latency-quantile": latency_quantile,
    "memory-used": memory_used,
    "psi": psi,
    "request-rate": request_rate,
    "restart-count": restart_count,
    "score-psi": score_psi,
    "version-share": version_share,
}
