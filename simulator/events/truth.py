"""What a drill hides while it runs and tells at its end, as values; beside deeds, all that is scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

from generator.model import Objectives, Parameters, Setting, Task

LEFT_OUT = "left out where it is None"
"""Marks a field that a record does not have at all where there is nothing to say."""


@dataclass(frozen=True, slots=True)
class StatedEffect:
    """What a drill wants a fault to come to, the number that follows from it, and what that has on the panel."""

    measure: Literal["psi", "p99_ms"]
    of: str
    """The feature that drifts most; empty where the effect is on none."""
    wanted: float
    parameter: str
    value: float
    achieved: float


@dataclass(frozen=True, slots=True)
class TruthOfFault:
    id: str
    kind: str
    mechanism: str
    node: str
    onset_minutes: float
    t0_minutes: float | None
    """When its marginal impact first crosses the tolerance; None: never, it is benign."""
    peak_impact: float
    drawn: Mapping[str, float] = field(default_factory=dict)
    """The numbers that its seed drew from the drill's ranges, by name."""
    effect: StatedEffect | None = None
    """None: the drill says how strong it is, and not what it comes to."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What the requests of a live drill came to, step by step; all of the length of the impact's ``minutes``."""

    compared: tuple[int, ...]
    """Requests of which it is known how they ended when all was well; 0: nothing was measured there."""
    worse: tuple[int, ...]
    """Of them, those that ended worse, by whatever cause."""
    net: tuple[float, ...]
    """The share beyond the natural one, smoothed, below 0 by chance: what areas are made of.

    (h - natural) / (1 - natural); where nothing was measured, the impact of the twin.
    """
    natural: float = 0.0
    """The share that ends worse with no fault and no control turned."""
    natural_of: int = 0
    """So many requests tell it; 0: none do."""
    natural_by: Literal["requests", "goldens", ""] = ""
    """``goldens``: those before the first fault were too few, and requests past the proxy were added."""


@dataclass(frozen=True, slots=True)
class ImpactCurves:
    """Impact per step, as a share of the requests offered; all of the length of ``minutes``."""

    minutes: tuple[float, ...]
    team: tuple[float, ...]
    none: tuple[float, ...]
    oracle: tuple[float, ...]
    robot: tuple[float, ...] = ()
    warranted: tuple[float, ...] = ()
    """The team's without what it turned by luck; empty where it turned nothing so."""
    measured: Measured | None = field(default=None, metadata={LEFT_OUT: True})
    """What ``team`` rests on in a live drill: it is ``net``, and never below 0. None: nothing was measured."""


@dataclass(frozen=True, slots=True)
class EvidenceQuantile:
    """Where a reading stands among the readings of the healthy world of the same seed, 0..1.

    In a live drill: beside the target's own from before anything was done to it; one of which too little is known
    has none.
    """

    key: str
    t: float
    quantile: float


@dataclass(frozen=True, slots=True)
class ToldInject:
    """What became of a message of the drill."""

    id: str
    message: int | None
    """Its number among those that were delivered; None: it never was."""
    excused: bool = False
    """It stayed away because what it would have asked for had been done."""
    cut: bool = False
    """It was to come and never did: left out or held back, or the drill ended before."""


@dataclass(frozen=True, slots=True)
class StepCheck:
    """How one knows that a step of a runbook worked; what a report of success is held against."""

    runbook: str
    step: str
    that: Parameters
    """The condition, as the source writes it."""
    hold_minutes: float


@dataclass(frozen=True, slots=True)
class LuckyOrder:
    """A control order whose effect was luck; see ``how``."""

    seq: int
    """Of its event."""
    how: Literal["before", "dark", "pair"]
    """Before anything was wrong; one of three and more at once; one of two, of which one was not needed."""


@dataclass(frozen=True, slots=True)
class NeededApproval:
    """Whose leave a control needs, by the governance of the service's runbooks."""

    control: str
    roles: tuple[str, ...]
    """One of them is enough."""


@dataclass(frozen=True, slots=True)
class AllClear:
    """What a ``resolve`` rested on."""

    seq: int
    """Of its event."""
    held: Mapping[str, Setting]
    """Settings in force that are a containment of the runbook, and that its remedies take back."""
    without: float
    """The largest impact up to the horizon had they been taken back then."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the first line commits to, next to seed, catalogue and engine: by what a drill will be scored."""

    drill: str
    scenario: str
    """SHA-256 of the drill."""
    explanation: str
    runbook: str | None
    symptom: str | None
    tolerance: float
    onset_tolerance_minutes: float
    tasks: tuple[Task, ...]
    objectives: Objectives | None
    longest_hold_minutes: float


@dataclass(frozen=True, slots=True)
class Revealed(Secrets):
    """The truth, told when the drill is over."""

    nonce: str
    seed: int
    faults: tuple[TruthOfFault, ...]
    impact: ImpactCurves
    oracle_controls: Mapping[str, Setting]
    evidence: tuple[EvidenceQuantile, ...]
    planned_scrapes: int
    injects: tuple[ToldInject, ...] = ()
    checks: tuple[StepCheck, ...] = ()
    """Of the steps of the service's runbooks."""
    luck: tuple[LuckyOrder, ...] = ()
    all_clears: tuple[AllClear, ...] = ()
    needless: tuple[str, ...] = ()
    """Controls off their default at the end without which users would have been better off from then on."""
    approvals: tuple[NeededApproval, ...] = ()
    by_twin: bool = False
    """Whether nobody's, the oracle's and the robot's impact are those of the simulated twin of a live drill."""

    @property
    def secrets(self) -> Secrets:
        """What the first line must have committed to."""
        return Secrets(**{item.name: getattr(self, item.name) for item in fields(Secrets)})
