"""Kinds of control: the value that somebody turned one to in, the settings that follow from it out.

What each means is what ``simulator.controls`` means by it; a kind that is not in the table has no hand here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from generator.model import Control, Service, Setting
from simulator.live.sandbox.settings import Settings, Spare, as_released
from simulator.world.staleness import DEFAULT_MEMORY_HOURS

Turn = Callable[[Settings, Control, Setting], Settings]


@dataclass(frozen=True, slots=True)
class Hand:
    turn: Turn
    lasts: str = ""
    """The parameter that says for how many minutes it acts; empty: as long as it is turned."""
    restarts: bool = False
    """Whether processes start anew when it is turned."""

    def checked(self, control: Control, service: Service, value: Setting) -> Settings:
        """The settings with that one control turned; KeyError or ValueError where the service has no such thing."""
        node = service.lineage.node(control.with_["node"])
        if control.kind == "version" and value not in [version.id for version in node.versions]:
            raise ValueError(f"'{node.id}' has no version '{value}'")
        if self.lasts:
            float(control.with_[self.lasts])
        return self.turn(as_released(service), control, value)


def settings_of(
    service: Service, turned: Mapping[str, Setting], acting: Callable[[Control], bool]
) -> Settings:
    """The settings with every control at its value, or at its default where it does not act any more."""
    settings = as_released(service)
    for control in service.controls:
        value = turned[control.id] if acting(control) else control.default
        settings = HANDS[control.kind].turn(settings, control, value)
    return settings


def _capacity(settings: Settings, control: Control, value: Setting) -> Settings:
    return replace(settings, workers=float(value))


def _configuration(settings: Settings, control: Control, value: Setting) -> Settings:
    longer = float(control.with_["slowdown"]) if value == "previous" else 1.0
    return replace(settings, slowdown=settings.slowdown * longer)


def _decision_threshold(settings: Settings, control: Control, value: Setting) -> Settings:
    return replace(settings, threshold=None if value == control.default else float(value))


def _drain(settings: Settings, control: Control, value: Setting) -> Settings:
    return replace(settings, in_rotation=settings.in_rotation * (1 - float(value)))


def _feature_toggle(settings: Settings, control: Control, value: Setting) -> Settings:
    feature = {str(control.with_["feature"])}
    return replace(settings, off=settings.off - feature if value == "on" else settings.off | feature)


def _last_good_values(settings: Settings, control: Control, value: Setting) -> Settings:
    with_, spare = control.with_, dict(settings.spare)
    memory_hours = float(with_.get("memory_hours", DEFAULT_MEMORY_HOURS))
    made = Spare(float(with_["age_hours"]), memory_hours)
    spare.pop(with_["node"], None)
    return replace(settings, spare={**spare, with_["node"]: made} if value == "on" else spare)


def _load_shed(settings: Settings, control: Control, value: Setting) -> Settings:
    return replace(settings, refused=float(value))


def _pin_route(settings: Settings, control: Control, value: Setting) -> Settings:
    idle = float(control.with_["idle_share"]) if value == "pinned" else 0.0
    return replace(settings, in_rotation=settings.in_rotation * (1 - idle))


def _restart(settings: Settings, control: Control, value: Setting) -> Settings:
    away = float(control.with_["share_at_a_time"]) if value == "restarted" else 0.0
    return replace(settings, in_rotation=settings.in_rotation * (1 - away))


def _retrain(settings: Settings, control: Control, value: Setting) -> Settings:
    return replace(settings, retrained=value == "retrained")


def _safe_mode(settings: Settings, control: Control, value: Setting) -> Settings:
    return replace(settings, hold_margin=float(control.with_["margin"]) if value == "on" else -1.0)


def _traffic_split(settings: Settings, control: Control, value: Setting) -> Settings:
    return replace(settings, model_share=float(value))


def _training_freeze(settings: Settings, control: Control, value: Setting) -> Settings:
    return replace(settings, training_frozen=value == "on")


def _version(settings: Settings, control: Control, value: Setting) -> Settings:
    return replace(settings, version={**settings.version, control.with_["node"]: str(value)})


HANDS: Mapping[str, Hand] = {
    "capacity": Hand(_capacity),
    "configuration": Hand(_configuration),
    "decision-threshold": Hand(_decision_threshold),
    "drain": Hand(_drain),
    "feature-toggle": Hand(_feature_toggle),
    "last-good-values": Hand(_last_good_values),
    "load-shed": Hand(_load_shed),
    "pin-route": Hand(_pin_route),
    "restart": Hand(_restart, lasts="rolling_minutes", restarts=True),
    "retrain": Hand(_retrain),
    "safe-mode": Hand(_safe_mode),
    "traffic-split": Hand(_traffic_split),
    "training-freeze": Hand(_training_freeze),
    "version": Hand(_version),
}
