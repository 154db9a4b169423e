"""A model in, the share that it decides right of requests with known answers out: asked anew when a run is due."""

from __future__ import annotations

import math

import numpy as np

from generator.model import Golden
from simulator.live.sandbox.healthy import healthy_of
from simulator.live.sandbox.held import Held
from simulator.live.sandbox.scoring import Scorer
from simulator.world.draws import Draws, stream_key
from simulator.world.flow import Floats


class Known:
    """Requests whose answers are known, and whose inputs are healthy."""

    def __init__(self, golden: Golden, held: Held, *, seed: int) -> None:
        self._golden, self._held, self._seed = golden, held, seed
        self._draws = Draws()
        self._run: int | None = None
        self._ratio = math.nan
        self._asked: Scorer | None = None
        self._right: Floats = np.zeros(0)

    def ratio(self, scorer: Scorer, now_s: float) -> float:
        """Of the last run; runs are numbered from the drill's start, each with questions of its own."""
        run = math.floor(now_s / (self._golden.every_minutes * 60) + 1e-9)
        if run != self._run:
            if self._asked is not scorer:
                self._asked, self._right = scorer, healthy_of(scorer, self._held).right
            drawn = self._draws.at(self._seed, stream_key("sandbox.golden"), run)
            rows = drawn.choice(self._held.cases, size=self._golden.questions, p=self._held.weight)
            self._run, self._ratio = run, float(self._right[rows].mean())
        return self._ratio
