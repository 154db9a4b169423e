"""What is wrong with a service, and what became of its prototype requests: what a graph takes and gives."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace

import numpy as np

from simulator.world.flow import Bools, Delay, Floats, Flow, Pace, PlacedFault, Places


@dataclass(frozen=True, slots=True)
class Passage:
    """What became of the prototypes; axes (state, prototype)."""

    features: Mapping[str, Floats]
    """As the active pipeline version computed them, before toggles; NaN where missing."""
    ages_s: Mapping[str, Floats]
    """How much older than in the healthy world these are; a feature that is not named: no older."""
    score: Floats
    threshold: Floats
    """Axes (state, prototype or 1)."""
    version: Floats
    """Index of the model's version that scored; axes (state, prototype or 1)."""
    rules_block: Bools
    label: Floats
    """What is right in this world."""
    labelled: Floats
    """What the labels say that come back."""
    label_late_s: Floats
    """How much later than usual they come; axes (state,)."""
    golden_score: Floats
    """What the model makes of requests whose sources are healthy."""
    golden_threshold: Floats
    model_share: Floats
    """Of requests that the model decides, axes (state,): a route that does not reach the endpoint decides none."""
    model_delays: tuple[Delay, ...]
    fallback_delays: tuple[Delay, ...]
    model_paces: tuple[Pace, ...]
    fallback_paces: tuple[Pace, ...]
    model_failure: Floats
    """Probability that a request fails on the model's route."""
    fallback_failure: Floats
    refused: Floats
    """Probability of being refused before any work is done."""
    spoilt: Mapping[str, Floats]
    """Probability that the model's answer cannot be used, by its form."""
    memory: Floats
    """Of the memory that is free when all is well, the share that is filled; axes (state,)."""
    load: Floats
    """Requests offered, relative to the traffic of the hour; axes (state,)."""

    @property
    def usable(self) -> Floats:
        """Probability that an answer of the model can be used."""
        usable: Floats = np.ones((1, 1))
        for probability in self.spoilt.values():
            usable = usable * (1 - probability)
        return usable


@dataclass(frozen=True, slots=True)
class Answer:
    """What the endpoint adds to every answer, and what its consumers have to say."""

    own: Flow
    label: Floats
    """What is right."""
    mislabelled: Floats
    """1 where the label that comes back says the opposite."""
    label_late_s: Floats
    load: Floats
    refused: Floats
    """Probability of being refused before any work is done."""
    asked: Places | None
    """Whose request each prototype makes; none: its own."""

    @property
    def labelled(self) -> Floats:
        """What the labels say that come back."""
        if not np.any(self.mislabelled > 0):
            return self.label
        return np.where(self.mislabelled > 0, 1 - self.label, self.label)


@dataclass(frozen=True, slots=True)
class Troubles:
    """Faults, and how strong each is in each state."""

    faults: tuple[PlacedFault, ...]
    intensity: Floats
    """Axes (state, fault)."""

    def without(self, nodes: Container[str]) -> Troubles:
        """The same, with nothing wrong at these nodes; itself where nothing is."""
        there = np.array([fault.node in nodes for fault in self.faults], dtype=bool)
        return replace(self, intensity=np.where(there, 0.0, self.intensity)) if there.any() else self


NOTHING = Troubles((), np.zeros((1, 0)))
