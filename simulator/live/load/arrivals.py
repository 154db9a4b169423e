"""A seed and a step of the drill in; when requests come in it, about which cases, out.

A Poisson process: so many arrivals as a Poisson draw says, each at a uniform moment of the step. Draws are keyed by
step, so that a generator that was started anew goes on with the very same requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from generator.model import Labels, Traffic
from simulator.live.clock import Compression
from simulator.world.draws import Draws, stream_key
from simulator.world.flow import Floats
from simulator.world.traffic import rate_per_s

GOLDEN_SHARE = 0.02
"""Of the requests, how many are asked past the proxy as well."""
_WHEN, _WHAT, _LABEL, _GOLDEN = (
    stream_key(f"load.{name}") for name in ("arrivals", "cases", "labels", "goldens")
)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The requests of one step, in the order in which they come; all arrays have axes (request,)."""

    first: int
    """The running number of the first one."""
    at_s: Floats
    """Wall seconds since the beginning."""
    case: NDArray[np.intp]
    """The row of the panel."""
    is_labelled: NDArray[np.bool_]
    is_golden: NDArray[np.bool_]
    """Whether it is asked past the proxy as well."""

    def __len__(self) -> int:
        return len(self.at_s)


@dataclass(frozen=True)
class Schedule:
    """All requests of a drill."""

    traffic: Traffic
    labels: Labels
    weight: Floats
    """Of each case, its share of traffic."""
    compression: Compression
    seed: int
    week_minute: float
    steps: int
    step_s: float
    """Of the drill."""
    most_per_s: float | None = None
    """Wall requests a second that are never passed."""

    @property
    def step_wall_s(self) -> float:
        return self.compression.wall_s(self.step_s / 60)

    def rate(self, step: int) -> float:
        """Wall requests a second in a step."""
        wanted = self.wanted(step)
        return wanted if self.most_per_s is None else min(wanted, self.most_per_s)

    def wanted(self, step: int) -> float:
        """The same without the cap."""
        minutes = self.week_minute + (step + 0.5) * self.step_s / 60
        return float(rate_per_s(self.traffic, np.array([minutes]))[0]) * self.compression.factor

    @cached_property
    def _counts(self) -> NDArray[np.intp]:
        """(step,): how many come; the first draw of each step."""
        draws = Draws()
        return np.array([self._count(draws, step) for step in range(self.steps)], dtype=np.intp)

    def _count(self, draws: Draws, step: int) -> int:
        return int(draws.at(self.seed, _WHEN, step).poisson(self.rate(step) * self.step_wall_s))

    @cached_property
    def _first(self) -> NDArray[np.intp]:
        return np.concatenate([[0], np.cumsum(self._counts)])

    @cached_property
    def _edges(self) -> Floats:
        edges: Floats = np.cumsum(self.weight) / np.sum(self.weight)
        return edges

    def step(self, step: int) -> Arrivals:
        draws = Draws()
        count = self._count(draws, step)
        generator = draws.at(self.seed, _WHEN, step)
        generator.poisson(1.0)
        at_s = (step + np.sort(generator.random(count))) * self.step_wall_s
        return Arrivals(
            first=int(self._first[step]),
            at_s=at_s,
            case=self._cases(draws, step, count),
            is_labelled=draws.at(self.seed, _LABEL, step).random(count) < self.labels.share,
            is_golden=draws.at(self.seed, _GOLDEN, step).random(count) < GOLDEN_SHARE,
        )

    def _cases(self, draws: Draws, step: int, count: int) -> NDArray[np.intp]:
        drawn = draws.at(self.seed, _WHAT, step).random(count)
        found = np.searchsorted(self._edges, drawn, side="right")
        return np.minimum(found, len(self.weight) - 1).astype(np.intp)

    def cases(self) -> NDArray[np.intp]:
        """Every case that comes at all, once."""
        return np.flatnonzero(self._times())

    def cases_by_times(self) -> NDArray[np.intp]:
        """The same, first those that come most often."""
        times = self._times()
        order = np.argsort(-times, kind="stable")
        return order[: np.count_nonzero(times)]

    def _times(self) -> NDArray[np.intp]:
        """(case,): how often each comes."""
        draws = Draws()
        drawn = [self._cases(draws, step, int(count)) for step, count in enumerate(self._counts)]
        together = np.concatenate([np.zeros(0, dtype=np.intp), *drawn])
        return np.bincount(together, minlength=len(self.weight))
