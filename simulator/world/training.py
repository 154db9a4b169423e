"""Features and labels of the prototypes in, a logistic model out: what training the model again would give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.world.flow import Floats

RIDGE = 1e-3
"""Penalty on the squared slopes; as much as a thousandth of the traffic, so that separable labels stay finite."""
MOST_STEPS = 30
ENOUGH = 1e-9
DECIMALS = 6
"""Coefficients are rounded as when they are written down, so that the last bits of a machine do not matter."""


@dataclass(frozen=True, slots=True)
class Fit:
    intercept: float
    slopes: Floats
    """Axes (feature,)."""


def fit_logistic(inputs: Floats, labels: Floats, weight: Floats) -> Fit:
    """The ridge logistic regression of ``labels`` on ``inputs`` (prototype, feature), weighted by traffic.

    Newton's method (iteratively reweighted least squares; McCullagh and Nelder 1989), halving steps that overshoot.
    """
    design = np.column_stack([np.ones(len(inputs)), inputs])
    penalty = np.full(design.shape[1], RIDGE)
    penalty[0] = 0.0
    prior = np.clip(weight @ labels, 1e-6, 1 - 1e-6)
    at: Floats = np.zeros(design.shape[1])
    at[0] = np.log(prior / (1 - prior))
    loss = _loss(design, labels, weight, penalty, at)
    for _ in range(MOST_STEPS):
        chance = _chance(design @ at)
        slope = design.T @ (weight * (chance - labels)) + penalty * at
        bend = (design.T * (weight * np.maximum(chance * (1 - chance), 1e-9))) @ design + np.diag(penalty)
        move = np.linalg.solve(bend + 1e-12 * np.eye(len(at)), slope)
        size = 1.0
        while _loss(design, labels, weight, penalty, at - size * move) > loss and size > ENOUGH:
            size /= 2
        at = at - size * move
        before, loss = loss, _loss(design, labels, weight, penalty, at)
        if before - loss < ENOUGH:
            break
    rounded: Floats = np.round(at, DECIMALS)
    return Fit(float(rounded[0]), rounded[1:])


def _chance(logit: Floats) -> Floats:
    chance: Floats = 1 / (1 + np.exp(-np.clip(logit, -60, 60)))
    return chance


def _loss(design: Floats, labels: Floats, weight: Floats, penalty: Floats, at: Floats) -> float:
    logit = design @ at
    return float(weight @ (np.logaddexp(0.0, logit) - labels * logit) + 0.5 * (penalty * at**2).sum())
