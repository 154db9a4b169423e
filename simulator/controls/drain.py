"""The share of a node's hosts that is taken out of rotation, the suspect ones first."""

from __future__ import annotations

from generator.model import Control, Service
from simulator.controls.coding import numeric
from simulator.world.flow import Floats
from simulator.world.settings import Knob, Settings


def knob(control: Control, service: Service) -> Knob:
    node = control.with_["node"]

    def turn(settings: Settings, codes: Floats) -> None:
        settings.drained[node] = codes
        settings.in_rotation = settings.in_rotation * (1 - codes)

    return numeric(control, turn)
