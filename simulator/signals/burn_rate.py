"""How fast an error budget is burnt: the smaller of the rates over a long and a short window."""

from __future__ import annotations

import numpy as np

from generator.model import Parameters
from simulator.signals import error_ratio
from simulator.world.telemetry import Floats, Telemetry


def value(telemetry: Telemetry, parameters: Parameters) -> Floats:
    """``budget`` among the parameters is that of the objective they name, the share of requests that may fail."""
    over_long = error_ratio.over(telemetry, parameters["long_minutes"])
    over_short = error_ratio.over(telemetry, parameters["short_minutes"])
    # Without a value over one window there is none at all.
    burnt: Floats = np.minimum(over_long, over_short) / parameters["budget"]
    return burnt
