"""Requests as they came, and what was right, in; the coefficients of a model that was trained on them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from simulator.live.sandbox.scoring import Coefficients
from simulator.world.flow import Floats
from simulator.world.training import fit_logistic

FEWEST = 50
"""From fewer requests nothing is learned."""


def trained(
    version: Coefficients, seen: Sequence[Mapping[str, float]], labels: Sequence[int], weight: Floats
) -> Coefficients:
    """The version fitted again, in units of each feature's own spread; what it does not weigh stays out.

    ``seen``: by request, what the model sees of each feature; ``weight``: of each, with any sum.
    """
    names = [name for name, slope in version.slope.items() if slope != 0]
    if not names or len(seen) < FEWEST:
        return version
    share = weight / weight.sum()
    inputs = np.array([[one[name] - version.center[name] for name in names] for one in seen])
    mean = share @ inputs
    spread = np.sqrt(np.maximum(share @ (inputs - mean) ** 2, 1e-12))
    fit = fit_logistic((inputs - mean) / spread, np.asarray(labels, dtype=float), share)
    slopes = fit.slopes / spread
    return replace(
        version,
        intercept=fit.intercept - float(slopes @ mean),
        slope={**version.slope, **dict(zip(names, slopes.tolist(), strict=True))},
    )
