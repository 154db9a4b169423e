"""Kinds of control: each is a declaration in ``schema/kinds/controls/`` and a module here that turns settings.

A control changes nothing but the graph's settings; what that does to an incident follows from the graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from generator.model import Control, Service
from simulator.controls import capacity, feature_toggle, safe_mode, traffic_split, version
from simulator.world.settings import Knob


class ControlKind(Protocol):
    def knob(self, control: Control, service: Service) -> Knob: ...


KINDS: Mapping[str, ControlKind] = {
    "capacity": capacity,
    "feature-toggle": feature_toggle,
    "safe-mode": safe_mode,
    "traffic-split": traffic_split,
    "version": version,
}


def knobs(service: Service) -> tuple[Knob, ...]:
    """The service's controls as the world turns them; KeyError for a kind that is not in the table."""
    return tuple(KINDS[control.kind].knob(control, service) for control in service.controls)
