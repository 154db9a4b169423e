"""Whether the model sees a feature, or its default in its place."""

from __future__ import annotations

from generator.model import Control, Service
from simulator.controls.coding import chosen
from simulator.world.flow import Floats
from simulator.world.settings import Knob, Settings


def knob(control: Control, service: Service) -> Knob:
    feature = control.with_["feature"]

    def turn(settings: Settings, codes: Floats) -> None:
        settings.feature_on[feature] = codes

    return chosen(control, turn, order=("off", "on"))
