"""Whether the model serves as released, or fitted again on what arrives now and what is right now."""

from __future__ import annotations

from generator.model import Control, Service
from simulator.controls.coding import chosen
from simulator.world.flow import Floats
from simulator.world.settings import Knob, Settings


def knob(control: Control, service: Service) -> Knob:
    def turn(settings: Settings, codes: Floats) -> None:
        settings.retrained = codes

    return chosen(control, turn, order=("current", "retrained"))
