"""The share of the requests in the window that failed or were refused, from the rates of the counters."""

from __future__ import annotations

import re

from generator.model import Parameters
from simulator.signals import promql
from simulator.world.telemetry import Floats, Telemetry

_REQUESTS = "model_inference_requests_total"
_BAD_CODES = re.compile("5..|429")


def value(telemetry: Telemetry, parameters: Parameters) -> Floats:
    return over(telemetry, parameters["window_minutes"])


def over(telemetry: Telemetry, minutes: float) -> Floats:
    """The ratio over the last minutes: (replica,), NaN where there were no requests."""
    seconds = minutes * 60
    every = promql.total(promql.rate(telemetry, promql.select(telemetry, _REQUESTS), seconds))
    bad = promql.total(promql.rate(telemetry, promql.select(telemetry, _REQUESTS, code=_BAD_CODES), seconds))
    return promql.share(bad, every)
