"""Kinds of control: each is a declaration in ``schema/kinds/controls/`` and a module here that turns settings.

A control changes nothing but the graph's settings; what that does to an incident follows from the graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from generator.model import Control, Service
from simulator.controls import (
    capacity,
    configuration,
    decision_threshold,
    drain,
    feature_toggle,
    last_good_values,
    load_shed,
    pin_route,
    restart,
    retrain,
    safe_mode,
    traffic_split,
    training_freeze,
    version,
)
from simulator.world.settings import Knob


class ControlKind(Protocol):
    def knob(self, control: Control, service: Service) -> Knob: ...


KINDS: Mapping[str, ControlKind] = {
    "capacity": capacity,
    "configuration": configuration,
    "decision-threshold": decision_threshold,
    "drain": drain,
    "feature-toggle": feature_toggle,
    "last-good-values": last_good_values,
    "load-shed": load_shed,
    "pin-route": pin_route,
    "restart": restart,
    "retrain": retrain,
    "safe-mode": safe_mode,
    "traffic-split": traffic_split,
    "training-freeze": training_freeze,
    "version": version,
}


def knobs(service: Service) -> tuple[Knob, ...]:
    """The service's controls as the world turns them; KeyError for a kind that is not in the table."""
    return tuple(KINDS[control.kind].knob(control, service) for control in service.controls)
