"""Losses in, a dimension out: its points are what the losses leave, so that both always agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from simulator.scoring.rubric import NO_FAULT_WEIGHTS, TITLES, WEIGHTS
from simulator.scoring.values import Dimension, DimensionId, Loss

LEAST = 1e-9


def dimension(id: DimensionId, losses: Iterable[Loss], *, how: str) -> Dimension:
    """A dimension of the rubric less its losses; what is lost beyond its weight is not lost twice."""
    weight = float(WEIGHTS.get(id) or NO_FAULT_WEIGHTS[id])
    kept = tuple(clipped(losses, weight))
    gaps = sum(loss.points for loss in kept if loss.gap)
    lost = sum(loss.points for loss in kept)
    return Dimension(id, TITLES[id], weight, weight - gaps, max(0.0, weight - lost), how, kept)


def clipped(losses: Iterable[Loss], most: float) -> Iterator[Loss]:
    """The losses that cost something, in order, until ``most`` points are gone."""
    left = most
    for loss in losses:
        points = min(loss.points, left)
        if points > LEAST:
            left -= points
            yield replace(loss, points=points)


def dated(dimension: Dimension, end: float) -> Dimension:
    """The dimension with no loss after the end of the drill, in minutes: what was due later was lost there."""
    losses = (
        loss if loss.minutes is None else replace(loss, minutes=min(loss.minutes, end))
        for loss in dimension.losses
    )
    return replace(dimension, losses=tuple(losses))


def gap(id: DimensionId, points: float, why: str) -> Loss:
    """Points for what could not be evaluated: they are not earned."""
    return Loss(id, points, f"Not evaluated: {why}.", gap=True)
