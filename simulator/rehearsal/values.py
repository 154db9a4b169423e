"""What tasks find out, as plain values: small, picklable, and the same however the work was cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from generator.model import Objective


@dataclass(frozen=True, slots=True)
class Trial:
    """What the robot did in one drill with one seed. All times in minutes."""

    seed: int
    t0_minutes: float | None
    """Since the start; None: nothing did harm."""
    minutes: Mapping[Objective, float | None]
    """As the score counts them: from t0, acknowledge from the first page; None: it never happened."""
    burden_minutes: Mapping[str, float]
    """Minutes of full outage that users bore, with ``robot`` and with ``none``."""
    opened: str
    """The runbook that was opened first; empty: none was."""
    steps: tuple[str, ...]
    """``<runbook>/<node>`` of what was gone through, each once, in order."""
    unchecked: tuple[str, ...]
    """``<runbook>/<step>`` of steps that turned a control, and that no check proved."""
    unapproved: tuple[str, ...]
    """``<runbook>/<step>`` of steps that turned a control without the leave that it takes."""
    unfollowed: Mapping[str, str] = field(default_factory=dict)
    """Why, by ``<runbook>/<node>``."""
    pages: int = 0
    """How often a page fired."""
    page_minutes: float | None = None
    """Since the start, the first page from the onset of harm on, as the score has it; None: none fired."""


@dataclass(frozen=True, slots=True)
class Trials:
    """One drill, one trial a seed, in the order of the seeds."""

    drill: str
    trials: tuple[Trial, ...]
    relies_on: Mapping[str, str] = field(default_factory=dict)
    """By runbook that was opened in any of them: the hash of what the robot read there."""


@dataclass(frozen=True, slots=True)
class Point:
    """A threshold and a hold that a signal could have."""

    threshold: float
    hold_minutes: float


@dataclass(frozen=True, slots=True)
class Delays:
    """When each signal of a service fires in one drill while nobody acts."""

    drill: str
    seeds: tuple[int, ...]
    t0_minutes: tuple[float | None, ...]
    """By seed; None: nothing did harm."""
    points: Mapping[str, tuple[Point, ...]]
    """By key of the signal; the first is the text's own."""
    fired: Mapping[str, tuple[tuple[float | None, ...], ...]]
    """By key of the signal, then point, then seed: minutes from t0 to the first firing at or after it; None: never.

    A signal that fires already when the harm begins counts from t0 on: 0. Where nothing did harm, minutes count
    from the start of the drill.
    """


@dataclass(frozen=True, slots=True)
class Healthy:
    """How often each signal of a service fires while nothing is wrong."""

    service: str
    days: float
    points: Mapping[str, tuple[Point, ...]]
    fired: Mapping[str, tuple[int, ...]]
    """By key of the signal, then point."""
    pages: int
    """Of all signals that page together, each firing counted."""
    daily: Mapping[str, tuple[tuple[int, ...], ...]] = field(default_factory=dict)
    """By key of the signal, then point, then day: the same, to see whether they come in clumps."""
    daily_pages: tuple[int, ...] = ()
    """By day."""
