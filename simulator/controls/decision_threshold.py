"""The score above which a request is decided positively; by default that of the model's version."""

from __future__ import annotations

import numpy as np

from generator.model import Control, Service
from simulator.controls.coding import numeric
from simulator.world.flow import Floats
from simulator.world.settings import Knob, Settings


def knob(control: Control, service: Service) -> Knob:
    default = float(control.default)

    def turn(settings: Settings, codes: Floats) -> None:
        settings.threshold = np.where(codes == default, np.nan, codes)

    return numeric(control, turn)
