"""What passes from node to node: fields of prototype requests, and the delays and failures they have met.

Arrays have axes (state, prototype); an axis of length 1 stands for all alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
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
    """Fields by name, NaN where missing; and what else has met the requests so far."""

    fields: Mapping[str, Floats]
    delays: tuple[Delay, ...] = ()
    ages_s: Mapping[str, Floats] = field(default_factory=dict)
    """How much older than in the healthy world a field's values are; a field that is not named: no older."""
    failure: Floats = field(default_factory=lambda: np.zeros((1, 1)))
    """Probability that a request that takes this way fails."""
    logit: Floats | None = None
    """Of the model's score; none before the model has scored."""
    label: Floats | None = None
    """What is right, as the consumers see it; none before the endpoint."""
    load: Floats = field(default_factory=lambda: np.ones(1))
    """Requests offered, relative to the traffic of the hour; axes (state,)."""

    def with_field(self, name: str, values: Floats) -> Flow:
        """The same flow, one field replaced; unchanged where the flow has no such field."""
        if name not in self.fields:
            return self
        return replace(self, fields={**self.fields, name: values})

    def without_field(self, name: str, where: Bools) -> Flow:
        """The same flow, one field missing for some."""
        if name not in self.fields:
            return self
        return self.with_field(name, np.where(where, np.nan, self.fields[name]))

    def with_age(self, name: str, age_s: Floats) -> Flow:
        """The same flow, the values of one field older by that much than they were."""
        return replace(self, ages_s={**self.ages_s, name: self.age_s(name) + age_s})

    def age_s(self, name: str) -> Floats:
        return self.ages_s.get(name, np.zeros((1, 1)))

    def with_delay(self, delay: Delay) -> Flow:
        return replace(self, delays=(*self.delays, delay))

    def failing(self, probability: Floats) -> Flow:
        """The same flow, with one more way to fail."""
        return replace(self, failure=either(self.failure, probability))


def either(one: Floats, other: Floats) -> Floats:
    """The probability of at least one of two independent events; exactly ``one`` where the other is impossible."""
    return one + (1 - one) * other


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
    weight: Floats
    """Share of the traffic that each prototype stands for, axes (prototype,)."""
    versions: tuple[str, ...] = ()
    """Of the node."""
    version: Floats = field(default_factory=lambda: np.full(1, -1.0))
    """Index of the version that serves, axes (state,); negative: none of them, as after a retraining."""

    def hit(self) -> Bools:
        """Prototypes reached, as soon as there is any intensity."""
        return (self.rank[None, :] < self.share) & self.inside[None, :] & (self.intensity[:, None] > 0)

    def hit_growing(self) -> Bools:
        """Prototypes reached when the share grows with the intensity, as in a rollout."""
        return (self.rank[None, :] < self.share * self.intensity[:, None]) & self.inside[None, :]

    def chance(self) -> Floats:
        """Probability of being reached when nobody's fate is fixed; axes (state, prototype)."""
        return self.share * self.intensity[:, None] * self.inside[None, :]

    def while_serving(self, version: str) -> Reach:
        """The same reach, with no intensity in states in which another version serves."""
        places = [float(place) for place, id in enumerate(self.versions) if id == version]
        return replace(self, intensity=np.where(np.isin(self.version, places), self.intensity, 0.0))


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
