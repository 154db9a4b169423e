"""Whether a node runs with its current configuration, or with the previous one, which is slower."""

from __future__ import annotations

import numpy as np

from generator.model import Control, Service
from simulator.controls.coding import chosen
from simulator.world.flow import Floats
from simulator.world.settings import Knob, Settings


def knob(control: Control, service: Service) -> Knob:
    node, slowdown = control.with_["node"], control.with_["slowdown"]

    def turn(settings: Settings, codes: Floats) -> None:
        settings.reverted[node] = codes
        settings.slowdown = settings.slowdown * np.where(codes > 0, slowdown, 1.0)

    return chosen(control, turn, order=("current", "previous"))
