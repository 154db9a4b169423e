"""What signal kinds measure: telemetry in, one value a replica out.

What each kind *is* stands in ``schema/kinds/signals/``; what it *does* in one module here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from generator.model import Parameters
from simulator.signals import (
    error_ratio,
    feature_mean,
    feature_null_ratio,
    labelled_accuracy,
    latency_quantile,
    psi,
    score_psi,
)
from simulator.world.telemetry import Floats, Telemetry


class SignalKind(Protocol):
    """A module with one function; the parameters are what the kind's declaration asks for."""

    def value(self, telemetry: Telemetry, parameters: Parameters) -> Floats:
        """The signal's value now: (replica,), NaN where the query has no result."""
        ...


KINDS: Mapping[str, SignalKind] = {
    "error-ratio": error_ratio,
    "feature-mean": feature_mean,
    "feature-null-ratio": feature_null_ratio,
    "labelled-accuracy": labelled_accuracy,
    "latency-quantile": latency_quantile,
    "psi": psi,
    "score-psi": score_psi,
}
