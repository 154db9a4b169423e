"""What responders may turn: the graph's settings, one array a setting, one place a state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from generator.model import Service, Setting
from simulator.world.flow import Floats


@dataclass(frozen=True, slots=True)
class LastGood:
    """Old values in place of missing ones."""

    on: Floats
    """1 or 0, axes (state,)."""
    age_hours: float
    memory_hours: float


@dataclass(slots=True)
class Settings:
    """Axes (state,) throughout."""

    model_share: Floats
    """Of requests that take the model's route."""
    workers: Floats
    hold_margin: Floats
    """Scores closer to the threshold than this are held for a human; negative: none."""
    version: dict[str, Floats]
    """Index into the versions of a node."""
    feature_on: dict[str, Floats] = field(default_factory=dict)
    """1: the model sees the feature; 0: its default."""
    refused: Floats = field(default_factory=lambda: np.zeros(1))
    """Share of requests that is refused up front."""
    last_good: dict[str, LastGood] = field(default_factory=dict)
    """By node: what stands in for values that are missing where they leave it."""
    retrained: Floats = field(default_factory=lambda: np.zeros(1))
    """1: the model is fitted again, on what arrives; 0: as released."""
    training_frozen: Floats = field(default_factory=lambda: np.zeros(1))
    """1: a new fit takes the features of the healthy world."""
    threshold: Floats = field(default_factory=lambda: np.full(1, np.nan))
    """Of the model's decisions; NaN: that of its version."""
    in_rotation: Floats = field(default_factory=lambda: np.ones(1))
    """Share of the workers that serve."""
    slowdown: Floats = field(default_factory=lambda: np.ones(1))
    """Service times relative to those of the configuration in force when all is well."""
    drained: dict[str, Floats] = field(default_factory=dict)
    """By node: share of its hosts that is out of rotation."""
    pinned: dict[str, Floats] = field(default_factory=dict)
    """By node: 1 where requests name the version that they want."""
    reverted: dict[str, Floats] = field(default_factory=dict)
    """By node: 1 where it runs with its previous configuration."""


def as_released(service: Service, states: int) -> Settings:
    """The settings that no control has touched: everything on, the newest version of each node."""
    return Settings(
        model_share=np.ones(states),
        workers=np.full(states, float(service.profile.latency.workers)),
        hold_margin=np.full(states, -1.0),
        version={
            node.id: np.full(states, len(node.versions) - 1.0)
            for node in service.lineage.nodes
            if node.versions
        },
    )


Turn: TypeAlias = Callable[[Settings, Floats], None]
"""Writes a control's codes, axes (state,), into settings."""


@dataclass(frozen=True, slots=True)
class Knob:
    """A control as the world sees it: numbers, and what they do to the settings."""

    id: str
    minutes: float
    default: float
    codes: tuple[float, ...]
    """Settings that make sense, encoded."""
    values: tuple[Setting, ...]
    """The same, as people write them."""
    turn: Turn
    encode: Callable[[Setting], float]
    decode: Callable[[float], Setting]
    lasts_minutes: float | None = None
    """How long its effect on the settings lasts; none: as long as it is turned."""
    restarts: str | None = None
    """The node whose processes start anew when it is turned."""


def lasting(codes: Floats, minutes: Floats, knobs: Sequence[Knob], since: Floats | None) -> Floats:
    """Codes as the graph has them, axes (replica, knob): a setting whose effect is over is the default again."""
    passing = [place for place, knob in enumerate(knobs) if knob.lasts_minutes is not None]
    if not passing:
        return codes
    out = codes.copy()
    for place in passing:
        began = -np.inf if since is None else since[:, place]
        age, knob = minutes - began, knobs[place]
        assert knob.lasts_minutes is not None
        out[:, place] = np.where((age >= 0) & (age < knob.lasts_minutes), codes[:, place], knob.default)
    return out


def started_at(knobs: Sequence[Knob], since: Floats) -> Mapping[str, Floats]:
    """By node: the minute at which a control last restarted its processes, axes (replica,)."""
    started: dict[str, Floats] = {}
    for place, knob in enumerate(knobs):
        if knob.restarts is not None:
            started[knob.restarts] = np.maximum(started.get(knob.restarts, -np.inf), since[:, place])
    return started
