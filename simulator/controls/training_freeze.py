"""Whether training takes what arrives now, or the last features from before anything went wrong."""

from __future__ import annotations

from generator.model import Control, Service
from simulator.controls.coding import chosen
from simulator.world.flow import Floats
from simulator.world.settings import Knob, Settings


def knob(control: Control, service: Service) -> Knob:
    def turn(settings: Settings, codes: Floats) -> None:
        settings.training_frozen = codes

    return chosen(control, turn, order=("off", "on"))
