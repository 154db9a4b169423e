"""The model under some settings and the panel in, what it makes of every case when all is well out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.live.sandbox.held import Held
from simulator.live.sandbox.scoring import Asked, Scored, Scorer
from simulator.world.flow import Floats


@dataclass(frozen=True, slots=True)
class Healthy:
    features: Floats
    """As the scorer has them, the drift monitor's first, NaN where missing; axes (feature, case)."""
    score: Floats
    """Axes (case,)."""
    right: Floats
    """1 where the label agrees with the model's decision; axes (case,)."""
    weight: Floats


def case_of(held: Held, case: int) -> Asked:
    """A request about one case, with all that sources send of it when all is well."""
    return Asked(f"case-{case}", case, held.inputs(case))


def healthy_of(scorer: Scorer, held: Held) -> Healthy:
    scored: list[Scored] = [scorer.score(case_of(held, case)) for case in range(held.cases)]
    return Healthy(
        features=np.array([one.features for one in scored], dtype=float).T,
        score=np.array([one.score for one in scored]),
        right=np.array([float(one.block == held.label[case]) for case, one in enumerate(scored)]),
        weight=held.weight,
    )
