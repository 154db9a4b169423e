"""Which version of a pipeline or a model serves."""

from __future__ import annotations

from generator.model import Control, Service
from simulator.controls.coding import chosen
from simulator.world.flow import Floats
from simulator.world.settings import Knob, Settings


def knob(control: Control, service: Service) -> Knob:
    node = control.with_["node"]

    def turn(settings: Settings, codes: Floats) -> None:
        settings.version[node] = codes

    return chosen(control, turn, order=[version.id for version in service.lineage.node(node).versions])
