"""What a score is made of: frozen values, as ``score.schema.json`` writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

FORMAT = 1

DimensionId: TypeAlias = Literal[
    "outcome",
    "detection",
    "diagnosis",
    "response",
    "tasks",
    "communication",
    "no-harm",
    "quiet",
    "false-alarms",
    "false-reports",
    "hints",
]
ObjectiveId: TypeAlias = Literal["detect", "acknowledge", "contain", "mitigate"]
Rating: TypeAlias = Literal["P", "S", "M", "U"]


@dataclass(frozen=True, slots=True)
class Loss:
    """Points that were lost, and why: by an event (``seq``), or by one that is ``missing``."""

    dimension: DimensionId
    points: float
    why: str
    minutes: float | None = None
    """When, in minutes since the start of the drill."""
    seq: int | None = None
    missing: str = ""
    step: str = ""
    """``<runbook>/<step>`` that was under way at that time."""
    gap: bool = False
    """It was not evaluated at all."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """``weight`` is ``points`` and what ``losses`` cost; ``evaluated`` is the weight without gaps."""

    id: DimensionId
    title: str
    weight: float
    evaluated: float
    points: float
    how: str
    losses: tuple[Loss, ...] = ()
    level: Rating | None = None
    """The machine's; None where nothing was evaluated."""
    observed: Rating | None = None
    """An observer's, which is final; None: nobody rated it."""
    observed_why: str = ""
    note_wanted: bool = False
    """The two are more than one level apart, and the observer did not say why."""

    @property
    def final(self) -> Rating | None:
        """The observer's level where there is one, else the machine's."""
        return self.observed or self.level


@dataclass(frozen=True, slots=True)
class ObjectiveResult:
    """An objective of the runbook: ``minutes`` from ``since`` to ``at``; None: it did not happen."""

    id: ObjectiveId
    title: str
    limit: float | None
    since: float | None
    at: float | None
    minutes: float | None
    met: bool | None
    """None where it cannot be judged; ``note`` says why."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    id: Literal["record", "telemetry", "ruler", "must-not", "facilitator", "target"]
    title: str
    passed: bool | None
    """None where the record does not hold what it takes to judge."""
    why: str


@dataclass(frozen=True, slots=True)
class TaskResult:
    id: str
    title: str
    weight: float
    must_not: bool
    done: bool
    """For a must-not: it was done, which is bad."""
    minutes: float | None
    seq: int | None
    note: str
    asked: bool = True
    """Whether it counts; not where the message that asks for it had no reason to come, or was kept back."""


@dataclass(frozen=True, slots=True)
class Score:
    """What a record is worth. ``total`` and ``of_evaluated`` are None when the drill is not scored."""

    format: int
    scorer: str
    """The version of the rules that made it: a score is never edited, a re-score is a new file."""
    record: str
    """SHA-256 that names the record."""
    service: str
    drill: str | None
    seed: int | None
    responder: str
    pace: str
    harmful: bool | None
    """Whether a fault crossed the tolerance; None without a reveal."""
    t0_minutes: float | None
    scored: bool
    reason: str
    """Why it is not scored, or not wholly."""
    total: float | None
    of_evaluated: float | None
    coverage: float
    """How much of the rubric was evaluated, 0..1."""
    rating: Rating | None
    rating_why: str
    dimensions: tuple[Dimension, ...]
    deductions: tuple[Loss, ...]
    objectives: tuple[ObjectiveResult, ...]
    tasks: tuple[TaskResult, ...]
    gates: tuple[Gate, ...]
    impact_avoided: float | None
    """The share of the impact with nobody acting that the team avoided; negative: it made things worse."""
    alarms_per_hour: float

    @property
    def losses(self) -> tuple[Loss, ...]:
        """Every lost point, the largest loss first."""
        found = [*(loss for dimension in self.dimensions for loss in dimension.losses), *self.deductions]
        return tuple(sorted(found, key=lambda loss: -loss.points))
