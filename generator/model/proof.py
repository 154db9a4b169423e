"""The certificate of a rehearsal: what the robot and healthy traffic showed of one runbook, over many seeds.

Drills and kinds of fault tell what participants must not know: only who may see a drill may see its lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from generator.model.common import Setting

Objective = Literal["detect", "acknowledge", "contain", "mitigate"]
ENOUGH_SEEDS = 200
"""Of each drill, where no other number is asked for: fewer prove little of what goes wrong rarely."""


def making(runbook: str, seeds: int = ENOUGH_SEEDS) -> str:
    """What makes a certificate anew, with as many seeds of each drill.

    >>> making("feature-drift"), making("feature-drift", 1000)
    ('drill rehearse feature-drift --write', 'drill rehearse feature-drift --runs 1000 --write')
    """
    return f"drill rehearse {runbook}{'' if seeds == ENOUGH_SEEDS else f' --runs {seeds}'} --write"


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval."""

    estimate: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Minutes; None: fewer runs than that got there."""

    p50: float | None
    p90: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Unfollowed:
    """A text that the robot could not follow to the letter."""

    node: str
    why: str
    runs: int
    seed: int
    """One of them, to replay."""


@dataclass(frozen=True, slots=True)
class DrillProof:
    """What the robot showed in one drill, over all seeds."""

    drill: str
    """Empty: the worst of those that are kept from whoever reads this."""
    hash: str
    """Content hash of the drill; empty where it is not named."""
    runs: int
    harmful: int
    """Runs in which something did harm; the others count for false alarms alone."""
    detected: Interval | None
    """Shares of the harmful runs; None without any."""
    contained: Interval | None
    mitigated: Interval | None
    false_alarms: Interval | None
    """Of the harmless runs, the share in which somebody was paged; None without any."""
    minutes: Mapping[Objective, Quantiles]
    """From the start of harm; acknowledge: from the first page. Empty where nothing does harm."""
    impact_avoided: float | None
    """Mean share of the burden of doing nothing that users were spared."""
    burden_minutes: Mapping[str, float]
    """Mean minutes of full outage that users bore, by ``robot`` and ``none``."""
    opened: Mapping[str, int]
    """Runs by the runbook that was opened first; ``""``: none was."""
    steps: Mapping[str, int]
    """Runs in which each step or decision of this runbook was gone through."""
    unchecked: int
    """Runs in which a control was turned by a step of this runbook that no check proved."""
    unapproved: int
    """Runs in which a control was turned by this runbook without the leave that it then asked for."""
    unfollowed: tuple[Unfollowed, ...] = ()
    failed_seeds: tuple[int, ...] = ()
    """Runs that missed an objective, opened another runbook, or paged somebody for nothing; at most a hundred."""
    missed: Mapping[Objective, int] = field(default_factory=dict)
    """Harmful runs that missed each objective: too late, or never."""
    misled: int | None = None
    """The first seed in which another runbook than the right one was opened first; None: there is none."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What a signal would do with another threshold and hold."""

    threshold: float
    hold_minutes: float
    false_pages_per_week: float
    delay_minutes: float | None
    """Median minutes from the start of harm to the alert, over the drills that it sees; None: it mostly sleeps.

    It sees a drill of the runbook when it fires in most of its harmful runs, at some quiet point of the curve.
    """
    missed: float
    """Share of their harmful runs in which it never fires."""


@dataclass(frozen=True, slots=True)
class SignalProof:
    """The back-test of one signal."""

    signal: str
    healthy_weeks: float
    false_pages: int
    """How often it fired in that time, whatever its severity."""
    false_pages_per_week: Interval
    delays: Mapping[str, Quantiles]
    """Minutes from the start of harm until it fires with nobody acting, by drill; ``""``: the worst of others."""
    curve: tuple[CurvePoint, ...] = ()
    suggested: CurvePoint | None = None
    """The one that detects fastest within the budget, where it is better than what the text says."""
    severity: str = ""
    """Whom it calls: page, ticket or info."""


@dataclass(frozen=True, slots=True)
class StepWorth:
    """What a change of one step does to the outcome."""

    node: str
    change: Literal["deleted", "swapped"]
    """Swapped: with the one that follows it."""
    other: str = ""
    """The node that it was swapped with; of a decision that is deleted, where one always goes instead."""
    effect: tuple[str, ...] = ()
    """What became worse, in words; empty: nothing did."""
    gain: tuple[str, ...] = ()
    """What became better, in words."""
    runs: int = 0
    """Runs in which it was gone through and tried."""
    shown: bool = True
    """Whether drills can tell; False: ``effect`` says why they cannot."""

    @property
    def idle(self) -> bool:
        """Whether it does not earn its place: drills went through it, and nothing is worse without it."""
        return self.change == "deleted" and self.shown and not self.effect


@dataclass(frozen=True, slots=True)
class Turn:
    """A step that turns a control: what proves it, whose leave it takes, and how that went."""

    node: str
    control: str
    checked: bool
    """Whether the text has a check that proves it."""
    leave: tuple[str, ...]
    """Roles, of which one has to approve it; none: it needs no leave."""
    runs: int
    """Runs in which it was gone through, over all drills."""
    unproven: int
    """Of these, the runs in which no check proved it."""
    unapproved: int
    """Of these, the runs in which it had no leave."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What the service's signals make of one kind of fault at one node: a cell's row of the matrix."""

    kind: str
    node: str
    harmful: bool
    """Whether it does harm at all, at the parameters that were tried."""
    tried: Mapping[str, Setting] = field(default_factory=dict)
    """The parameters that were tried."""
    opened: Mapping[str, float] = field(default_factory=dict)
    """Share of runs by the runbook that was opened first; ``""``: none was."""
    fired: Mapping[str, float] = field(default_factory=dict)
    """Share of runs in which each signal of this runbook fired."""
    contained: float | None = None
    """Share of harmful runs that got under control; None without harm."""
    impact: float = 0.0
    """The largest share of requests that it spoils while nobody acts."""
    horizon_minutes: float = 0.0
    """How long the runs lasted."""
    forced: Mapping[str, float] = field(default_factory=dict)
    """Share of runs that each runbook contains when it is opened by force; empty: not tried."""
    right: tuple[str, ...] = ()
    """The runbooks that are right for it; none: no runbook contains it, or it does no harm."""
    verdict: Literal["harmless", "right", "unpaged", "late", "wrong", "nobody", "beyond"] = "harmless"
    """Unpaged: it mostly wakes nobody. Late: what it opens would contain it, had it been opened sooner.
    Wrong: what it opens does not contain it, and another would. Nobody: none does, though controls could.
    Beyond: no control of the service could."""
    woken_minutes: float | None = None
    """Median minutes from the start of harm to the runbook that was opened first; None: none was."""


@dataclass(frozen=True, slots=True)
class ProofHashes:
    """What the proof holds for: these very texts, and no others."""

    runbook: str
    service: str
    """The service's, its panel's and its other runbooks' behaviour."""


@dataclass(frozen=True, slots=True)
class ProofEngine:
    """What ran the rehearsal."""

    version: str
    numpy: str


@dataclass(frozen=True, slots=True)
class SeedRange:
    first: int
    count: int


@dataclass(frozen=True, slots=True)
class Proof:
    """The certificate: ``runbooks/<runbook>/evidence/proof.json``."""

    runbook: str
    service: str
    hashes: ProofHashes
    engine: ProofEngine
    responder: Literal["robot"]
    seeds: SeedRange
    drills: tuple[DrillProof, ...]
    signals: tuple[SignalProof, ...]
    pages_per_week: Interval
    """False pages a week of all pages of the service together."""
    budget_per_week: float
    """What the organization allows; the runbook's service may use all of it."""
    passed: bool
    broken: tuple[str, ...]
    """In words, each promise that is not kept; empty when it passed."""
    made_at: str
    """UTC, ISO 8601; not part of any hash."""
    steps: tuple[StepWorth, ...] = ()
    """Of a deep rehearsal."""
    reactions: tuple[Reaction, ...] = ()
    """Of a deep rehearsal: every kind of fault of the service."""
    turns: tuple[Turn, ...] = ()
    """Every step of the runbook that turns a control."""
    objectives: Mapping[Objective, float] = field(default_factory=dict)
    """Minutes that the text promised."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """Content hash by id of each part of the runbook that can be edited apart, to tell what was."""
