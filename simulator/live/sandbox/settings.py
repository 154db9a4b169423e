"""What the hands of the sandbox have turned: plain values, one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from generator.model import Service


@dataclass(frozen=True, slots=True)
class Spare:
    """Old values that stand in for missing ones."""

    age_hours: float
    memory_hours: float


@dataclass(frozen=True, slots=True)
class Settings:
    workers: float
    version: Mapping[str, str]
    """By node, for those that have versions."""
    model_share: float = 1.0
    refused: float = 0.0
    """Share of requests that is refused up front."""
    hold_margin: float = -1.0
    """Scores closer to the threshold are held for a person; negative: none."""
    threshold: float | None = None
    """None: that of the model's version."""
    off: frozenset[str] = frozenset()
    """Features that the model does not see."""
    spare: Mapping[str, Spare] = field(default_factory=dict)
    """By node: what stands in for values that are missing where they leave it."""
    retrained: bool = False
    training_frozen: bool = False
    in_rotation: float = 1.0
    """Share of the workers that serve."""
    slowdown: float = 1.0


def as_released(service: Service) -> Settings:
    """What no control has touched: everything on, the newest version of each node."""
    return Settings(
        workers=service.profile.latency.workers,
        version={node.id: node.versions[-1].id for node in service.lineage.nodes if node.versions},
    )
