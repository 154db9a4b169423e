"""What passes from node to node: fields of prototype requests, and the delays and failures they have met.

Arrays have axes (state, prototype); an axis of length 1 stands for all alike.
What only a model, an endpoint or a consumer adds does not pass a pipeline.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.world.courses import Course, level_of

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Places: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Delay:
    """Time added to some requests, lognormal through two quantiles."""

    probability: Floats
    """Of being delayed, axes (state, prototype)."""
    p50_s: float
    p99_s: float


@dataclass(frozen=True, slots=True)
class Pace:
    """Some requests are served by hosts that take this many times as long."""

    probability: Floats
    """Of being served by them, axes (state, prototype)."""
    factor: Floats
    """Axes (state,)."""


@dataclass(frozen=True, slots=True)
class Scoring:
    """What else belongs to a score beside its logit."""

    threshold: Floats
    """Scores above it block; axes (state, prototype or 1)."""
    version: Floats
    """Index of the model's version that scored; axes (state, prototype or 1)."""
    by: Callable[[str], tuple[Floats, Floats, float]]
    """What another version makes of the same requests: logit, threshold (state, 1), and its index."""


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
    scoring: Scoring | None = None
    """None before the model has scored."""
    paces: tuple[Pace, ...] = ()
    refused: Floats = field(default_factory=lambda: np.zeros((1, 1)))
    """Probability of being refused before any work is done."""
    spoilt: Mapping[str, Floats] = field(default_factory=dict)
    """Probability that the model's answer cannot be used, by its form: see ``outcomes.FORMS``."""
    memory: Floats = field(default_factory=lambda: np.zeros(1))
    """Of the memory that is free when all is well, the share that is filled; axes (state,)."""
    asked: Places | None = None
    """Whose request each prototype now makes; none: its own."""
    mislabelled: Floats = field(default_factory=lambda: np.zeros((1, 1)))
    """1 where the label that comes back says the opposite of what is right."""
    label_late_s: Floats = field(default_factory=lambda: np.zeros(1))
    """How much later than usual they come; axes (state,)."""

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

    def with_pace(self, pace: Pace) -> Flow:
        return replace(self, paces=(*self.paces, pace))

    def with_spoilt(self, form: str, probability: Floats) -> Flow:
        """The same flow, with more answers of a form that cannot be used."""
        before = self.spoilt.get(form, np.zeros((1, 1)))
        return replace(self, spoilt={**self.spoilt, form: either(before, probability)})


def over_traffic(values: Floats | Bools, weight: Floats) -> Floats:
    """The mean over the prototypes, axes (state,), of values with axes (state, prototype).

    Each state's is summed by itself, so that it has the same bits whatever other states stand beside it; the product
    of a matrix and a vector does not promise that.
    """
    mean: Floats = np.vecdot(np.ascontiguousarray(values, dtype=float), weight)
    return mean


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
    host: Floats = field(default_factory=lambda: np.zeros((1, 1)))
    """The place in [0, 1) of the host that serves a prototype whenever it comes, axes (state, prototype)."""
    pinned: Floats = field(default_factory=lambda: np.zeros(1))
    """1 where requests name the version that they want; axes (state,)."""
    reverted: Floats = field(default_factory=lambda: np.zeros(1))
    """1 where the node runs with its previous configuration; axes (state,)."""

    def hit(self) -> Bools:
        """Prototypes reached, as soon as there is any intensity."""
        return (self.rank[None, :] < self.share) & self.inside[None, :] & (self.intensity[:, None] > 0)

    def hit_growing(self) -> Bools:
        """Prototypes reached when the share grows with the intensity, as in a rollout."""
        return (self.rank[None, :] < self.share * self.intensity[:, None]) & self.inside[None, :]

    def chance(self) -> Floats:
        """Probability of being reached when nobody's fate is fixed; axes (state, prototype)."""
        return self.share * self.intensity[:, None] * self.inside[None, :]

    def on_hosts(self) -> Bools:
        """Prototypes that the hosts which are reached serve: the first of them, more as the intensity grows."""
        return (self.host < self.share * self.intensity[:, None]) & self.inside[None, :]

    def on_all_hosts(self) -> Bools:
        """Prototypes on the hosts that are reached, as soon as there is any intensity."""
        return (self.host < self.share) & self.inside[None, :] & (self.intensity[:, None] > 0)

    def unless(self, flags: Floats) -> Reach:
        """The same reach, with no intensity in the states whose flag, axes (state,), is up."""
        return replace(self, intensity=np.where(flags > 0, 0.0, self.intensity))

    def while_serving(self, version: str) -> Reach:
        """The same reach, with no intensity in states in which another version serves."""
        places = [float(place) for place, id in enumerate(self.versions) if id == version]
        return replace(self, intensity=np.where(np.isin(self.version, places), self.intensity, 0.0))


Transform: TypeAlias = Callable[[Flow, Reach], Flow]


@dataclass(frozen=True, slots=True)
class Variant:
    """What a fault does, and to how many, with the numbers of one variant of the drill."""

    transform: Transform
    share: float


@dataclass(frozen=True, slots=True)
class PlacedFault:
    """A fault at its node, with what it does to the flow that leaves the node, and its course in time."""

    node: str
    transform: Transform
    onset_minutes: Floats
    """By replica, axes (replica,)."""
    shape: str
    ramp_minutes: Floats | float
    """One for all, or by replica."""
    duration_minutes: Floats | float | None
    """One for all, or by replica; None: it never ends."""
    share: float
    inside: Bools
    benign: bool
    """Noise by the author's intention; the impact alone decides what counts as harm."""

    course: Course | None = None
    """How the kind itself comes and goes, beside the shape that the drill gives it."""

    variants: tuple[Variant, ...] = ()
    """What it is in each variant of the drill; empty: the same in all, ``transform`` to ``share``."""
    variant: Floats | None = None
    """Which of them each replica plays, axes (replica,)."""
    drawn: Mapping[str, Floats] = field(default_factory=dict)
    """The numbers that were drawn, by their name in the drill and replica."""

    def in_variant(self, place: int) -> PlacedFault:
        """The same fault with what it does in one variant of the drill."""
        if not self.variants:
            return self
        return replace(self, transform=self.variants[place].transform, share=self.variants[place].share)

    def intensity(self, minutes: Floats, started: Floats | None = None) -> Floats:
        """How strong the fault is at each replica's minute, axes (replica,): 0 before onset and after its duration.

        ``started``: the minute at which the processes of its node were last restarted, axes (replica,).
        """
        age = minutes - self.onset_minutes
        alive = age >= 0
        if self.duration_minutes is not None:
            alive &= age < self.duration_minutes
        level = level_of(self.shape, age, self.ramp_minutes, self.duration_minutes)
        if self.course is not None:
            level = level * self.course.level(self._lived(minutes, started))
        return np.where(alive, level, 0.0)

    def restarts(self, since: Floats, until: Floats, started: Floats | None = None) -> Floats:
        """How often the fault itself has had processes restarted in that time; axes (replica,)."""
        if self.course is None:
            return np.zeros_like(self.onset_minutes)
        end = self.onset_minutes + (np.inf if self.duration_minutes is None else self.duration_minutes)
        counts = (
            self.course.restarts(np.maximum(self._lived(np.minimum(minute, end), started), 0.0))
            for minute in (until, since)
        )
        return np.maximum(next(counts) - next(counts), 0.0)

    def _lived(self, minutes: Floats, started: Floats | None) -> Floats:
        """Minutes since the onset, or since the restart that came after it."""
        age = minutes - self.onset_minutes
        if started is None or self.course is None or not self.course.of_process:
            return age
        return np.where((started <= minutes) & (started > self.onset_minutes), minutes - started, age)
