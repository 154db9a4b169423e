"""What a load tells of a drill's requests, step by step, in; the harm, and how far it was measured, out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

SMOOTHED = 2
"""Steps on each side over which the harm is averaged: of a step alone, the few requests tell little."""
HELD_UP_MS = 50.0
"""When requests are sent later than that, this machine itself did not run: what is late then is late by its fault."""
ENOUGH = 200
"""So many requests tell a natural share of 2 % to within 1 % (standard error)."""
MOST_NATURAL = 0.5
"""Of a target that is worse off by itself more often than not, nobody can say what a fault does to it."""
MOST_BY_TWIN = 0.1
"""Of the steps. The outcome is worth 35 points: more than 3 of them must not rest on what nobody measured."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the requests."""

    rows: Sequence[Mapping[str, Any]]
    """A row a step of the drill, as the load counts them."""
    unmeasured: str = ""
    """Why nobody tells; empty: somebody does."""
    gives_up_s: float = 0.0
    """So long the load waits for an answer."""

    def is_whole(self, before: int) -> bool:
        """Whether all requests of the steps before that one have ended."""
        return all(row["ended"] >= row["offered"] for row in self.rows if row["step"] < before)


@dataclass(frozen=True, slots=True)
class Natural:
    """How often a request ends worse though nothing is done to it."""

    share: float = 0.0
    of: int = 0
    """Requests that tell it."""
    by: Literal["requests", "goldens", ""] = ""


@dataclass(frozen=True, slots=True)
class Harm:
    """What was measured, by step of the drill."""

    net: Mapping[int, float] = field(default_factory=dict)
    """The share beyond the natural one, smoothed over neighbours; below 0 by chance."""
    counts: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    """Requests compared, and those of them that ended worse."""
    natural: Natural = Natural()


def harm_of(rows: Iterable[Mapping[str, Any]], natural: Natural) -> Harm:
    """Of the steps that were played; a step in which nobody asked has none."""
    counts = {row["step"]: _counted(row) for row in rows}
    net = {}
    for step in counts:
        near = [counts[one] for one in range(step - SMOOTHED, step + SMOOTHED + 1) if one in counts]
        compared, worse = sum(one[0] for one in near), sum(one[1] for one in near)
        if compared:
            net[step] = (worse / compared - natural.share) / (1 - natural.share)
    return Harm(net, counts, natural)


def _counted(row: Mapping[str, Any]) -> tuple[int, int]:
    """Compared and worse. Whoever still has no answer was kept waiting beyond all patience: that is worse."""
    pending = max(0, int(row["known"]) - int(row["compared"]))
    return int(row["compared"]) + pending, int(row["worse"]) + pending


def natural_of(rows: Sequence[Mapping[str, Any]], *, healthy_until: float, untouched_until: float) -> Natural:
    """From the steps before the first fault; where those are too few, from requests past the proxy as well.

    ``healthy_until``: the first step with a fault or a turned control; ``untouched_until``: with a turned control.
    A step in which this machine itself was held up tells nothing of the target.
    """
    quiet = [row for row in rows if not is_held_up(row)]
    asked = [_counted(row) for row in quiet if row["step"] < healthy_until]
    by: Literal["requests", "goldens"] = "requests"
    if sum(compared for compared, _ in asked) < ENOUGH:
        goldens = [row["goldens"] for row in quiet if row["step"] < untouched_until]
        asked += [(int(one["compared"]), int(one["worse"])) for one in goldens]
        by = "goldens"
    of, worse = sum(one[0] for one in asked), sum(one[1] for one in asked)
    return Natural(worse / of, of, by) if of else Natural()


def is_held_up(row: Mapping[str, Any]) -> bool:
    """Whether this machine did not send the requests of a step when they were due, or not at all."""
    return bool(row["sent_late_ms"] > HELD_UP_MS or row["skipped"] > 0)


def held_up(rows: Iterable[Mapping[str, Any]], steps: range, unscraped: Iterable[int]) -> float:
    """The share of the steps in which this machine did not run as it should; one of which nothing is told is one."""
    well = {row["step"] for row in rows if not is_held_up(row)} - set(unscraped)
    return sum(step not in well for step in steps) / max(1, len(steps))


def by_twin(harm: Harm, steps: range) -> float:
    """The share of the steps in which nothing was measured."""
    return sum(step not in harm.net for step in steps) / max(1, len(steps))


def amiss(natural: Natural, share_by_twin: float) -> str:
    """Why what was measured is not to be relied on; empty: it is."""
    if natural.share > MOST_NATURAL:
        return (
            f"of {natural.of} requests with no fault, {natural.share:.0%} ended worse than when they were asked "
            "before the drill: what a fault does to such a target cannot be told"
        )
    if share_by_twin > MOST_BY_TWIN:
        return (
            f"in {share_by_twin:.0%} of the steps nothing was measured, and more than {MOST_BY_TWIN:.0%} is too much: "
            "their harm is the twin's"
        )
    return ""
