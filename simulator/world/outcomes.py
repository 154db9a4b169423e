"""Decisions, lateness, refusals and failures in; how requests end out, and which end worse than they would."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.world.flow import Floats

OUTCOMES = ("right", "late", "refused", "wrong", "failed")
"""From best to worst for the one who asked."""
CODES = ("200", "429", "500")


def codes_of(refused: Floats, failed: float, failure: Floats) -> Floats:
    """Shares of ``CODES``; a request fails anyhow, or is refused, or fails on its route, in this order."""
    failure = np.minimum(failure, 1.0)  # shares of prototypes add up to one, or a hair more
    taken = (1 - refused) * (1 - failed)
    return np.stack([taken * (1 - failure), refused * (1 - failed), failed + taken * failure], axis=1)


def ends_of(
    decided: NDArray[np.intp], late: Floats, refused: Floats, failed: float, failure: Floats
) -> Floats:
    """Probabilities of the outcomes, (state, prototype, outcome), from the decision each prototype would get."""
    taken = (1 - failed) * (1 - refused)[:, None]
    answered = taken * (1 - failure)
    out = np.zeros((*decided.shape, len(OUTCOMES)))
    in_time = np.broadcast_to(answered * (1 - late), decided.shape)
    np.put_along_axis(out, decided[:, :, None], in_time[:, :, None], axis=2)
    out[:, :, 1] += answered * late
    out[:, :, 2] += ((1 - failed) * refused)[:, None]
    out[:, :, 4] += failed + taken * failure
    return out


def ended_worse(healthy: Floats, now: Floats) -> Floats:
    """Probability that a prototype ends worse, (state, prototype), when both worlds share their luck.

    The two distributions are coupled monotonically: the same quantile in both.
    """
    before = np.cumsum(healthy, axis=2)
    after = np.cumsum(now, axis=2)
    start = np.concatenate([np.zeros_like(before[:, :, :1]), before[:, :, :-1]], axis=2)
    worse = np.maximum(before - np.maximum(start, after), 0.0).sum(axis=2)
    return np.where(worse > 1e-12, worse, 0.0)
