"""The share of requests that is refused up front, so that the rest is served in time."""

from __future__ import annotations

from generator.model import Control, Service
from simulator.controls.coding import numeric
from simulator.world.flow import Floats
from simulator.world.settings import Knob, Settings


def knob(control: Control, service: Service) -> Knob:
    def turn(settings: Settings, codes: Floats) -> None:
        settings.refused = codes

    return numeric(control, turn)
