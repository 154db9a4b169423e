"""What passes from node to node: fields of prototype requests, and the delays they have met.

Arrays have axes (state, prototype); an axis of length 1 stands for all alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Delay:
    """Time added to some requests, lognormal through two quantiles."""

    probability: Floats
    """Of being delayed, axes (state, prototype)."""
    p50_s: float
    p99_s: float


@dataclass(frozen=True, slots=True)
class Flow:
    """Fields by name, NaN where missing; and the delays met so far."""

    fields: Mapping[str, Floats]
    delays: tuple[Delay, ...] = ()

    def with_field(self, name: str, values: Floats) -> Flow:
        """The same flow, one field replaced; unchanged where the flow has no such field."""
        if name not in self.fields:
            return self
        return Flow({**self.fields, name: values}, self.delays)

    def with_delay(self, delay: Delay) -> Flow:
        return Flow(self.fields, (*self.delays, delay))


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a fault reaches, and how strongly, in each state."""

    intensity: Floats
    """0 (nothing) to 1 (all of it), axes (state,)."""
    share: float
    rank: Floats
    """A fixed place of each prototype in [0, 1), uniform by traffic, axes (prototype,)."""
    inside: Bools
    """In the fault's slice, axes (prototype,)."""
    healthy: Mapping[str, Floats]
    """The panel's fields before any fault, axes (prototype,)."""

    def hit(self) -> Bools:
        """Prototypes reached, as soon as there is any intensity."""
        return (self.rank[None, :] < self.share) & self.inside[None, :] & (self.intensity[:, None] > 0)

    def hit_growing(self) -> Bools:
        """Prototypes reached when the share grows with the intensity, as in a rollout."""
        return (self.rank[None, :] < self.share * self.intensity[:, None]) & self.inside[None, :]


Transform: TypeAlias = Callable[[Flow, Reach], Flow]


@dataclass(frozen=True, slots=True)
class PlacedFault:
    """A fault at its node, with what it does to the flow that leaves the node, and its course in time."""

    node: str
    transform: Transform
    onset_minutes: Floats
    """By replica, axes (replica,)."""
    shape: str
    ramp_minutes: float
    duration_minutes: float | None
    share: float
    inside: Bools
    benign: bool
    """Noise by the author's intention; the impact alone decides what counts as harm."""

    def intensity(self, minutes: Floats) -> Floats:
        """How strong the fault is at each replica's minute, axes (replica,): 0 before onset and after its duration."""
        age = minutes - self.onset_minutes
        alive = age >= 0
        if self.duration_minutes is not None:
            alive &= age < self.duration_minutes
        return np.where(alive, _course(self.shape, age, self.ramp_minutes, self.duration_minutes), 0.0)


_LEVELS = 64
"""A ramp is climbed in so many steps, so that equal states are seen to be equal."""


def _course(shape: str, age: Floats, ramp: float, duration: float | None) -> Floats:
    if shape == "periodic":
        period = ramp or 60.0
        level = 0.5 - 0.5 * np.cos(2 * np.pi * age / period)
    elif shape == "pulse":
        half = (duration or 2 * ramp or 2.0) / 2
        level = 1 - np.abs(age - half) / half
    elif shape == "step" or ramp <= 0:
        return np.ones_like(age)
    elif shape == "linear":
        level = age / ramp
    else:
        level = 1 / (1 + np.exp(-10 * (age / ramp - 0.5)))
        level = np.where(age >= ramp, 1.0, level)
    return np.clip(np.round(level * _LEVELS) / _LEVELS, 0.0, 1.0)
