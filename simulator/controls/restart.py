"""Whether the processes of a node have been restarted: in turn, so that some of the workers are away meanwhile."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from generator.model import Control, Service
from simulator.controls.coding import chosen
from simulator.world.flow import Floats
from simulator.world.settings import Knob, Settings


def knob(control: Control, service: Service) -> Knob:
    away, minutes = control.with_["share_at_a_time"], control.with_["rolling_minutes"]

    def turn(settings: Settings, codes: Floats) -> None:
        settings.in_rotation = settings.in_rotation * np.where(codes > 0, 1 - away, 1.0)

    return replace(
        chosen(control, turn, order=("running", "restarted")),
        lasts_minutes=minutes,
        restarts=control.with_["node"],
    )
