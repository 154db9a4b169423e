"""The share of requests that the model decides; the fallback decides the rest."""

from __future__ import annotations

from generator.model import Control, Service
from simulator.controls.coding import numeric
from simulator.world.flow import Floats
from simulator.world.settings import Knob, Settings


def knob(control: Control, service: Service) -> Knob:
    def turn(settings: Settings, codes: Floats) -> None:
        settings.model_share = codes

    return numeric(control, turn)
