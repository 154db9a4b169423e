"""Whether requests are balanced over all pools, or name the version that they want; the other pool then idles."""

from __future__ import annotations

import numpy as np

from generator.model import Control, Service
from simulator.controls.coding import chosen
from simulator.world.flow import Floats
from simulator.world.settings import Knob, Settings


def knob(control: Control, service: Service) -> Knob:
    node, idle = control.with_["node"], control.with_["idle_share"]

    def turn(settings: Settings, codes: Floats) -> None:
        settings.pinned[node] = codes
        settings.in_rotation = settings.in_rotation * np.where(codes > 0, 1 - idle, 1.0)

    return chosen(control, turn, order=("balanced", "pinned"))
