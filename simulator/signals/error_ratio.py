"""The share of the requests in the window that failed or were refused, from the rates of the counters."""

from __future__ import annotations

import re

import numpy as np

from generator.model import Parameters
from simulator.signals import promql
from simulator.world.telemetry import Floats, Telemetry

_REQUESTS = "model_inference_requests_total"
_BAD_CODES = re.compile("5..|429")


def value(telemetry: Telemetry, parameters: Parameters) -> Floats:
    seconds = parameters["window_minutes"] * 60
    every = promql.total(promql.rate(telemetry, promql.select(telemetry, _REQUESTS), seconds))
    bad = promql.total(promql.rate(telemetry, promql.select(telemetry, _REQUESTS, code=_BAD_CODES), seconds))
    with np.errstate(invalid="ignore"):
        # A service exports a code when it first answers with it: no series is no error.
        ratio: Floats = np.where(np.isnan(bad), 0.0, bad) / every
    return ratio
