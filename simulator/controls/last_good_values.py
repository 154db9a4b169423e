"""Old values stand in for missing ones; what is there but wrong stays."""

from __future__ import annotations

from generator.model import Control, Service
from simulator.controls.coding import chosen
from simulator.world.flow import Floats
from simulator.world.settings import Knob, LastGood, Settings
from simulator.world.staleness import DEFAULT_MEMORY_HOURS


def knob(control: Control, service: Service) -> Knob:
    node, age_hours = control.with_["node"], control.with_["age_hours"]
    memory_hours = control.with_.get("memory_hours", DEFAULT_MEMORY_HOURS)

    def turn(settings: Settings, codes: Floats) -> None:
        settings.last_good[node] = LastGood(codes, age_hours, memory_hours)

    return chosen(control, turn, order=("off", "on"))
