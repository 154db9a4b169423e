"""Decisions near the threshold are held for a human."""

from __future__ import annotations

import numpy as np

from generator.model import Control, Service
from simulator.controls.coding import chosen
from simulator.world.flow import Floats
from simulator.world.settings import Knob, Settings


def knob(control: Control, service: Service) -> Knob:
    margin = control.with_["margin"]

    def turn(settings: Settings, codes: Floats) -> None:
        settings.hold_margin = np.where(codes > 0, margin, -1.0)

    return chosen(control, turn, order=("off", "on"))
