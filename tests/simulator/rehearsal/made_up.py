"""Made-up trials, healthy days and proofs of the shipped runbook on drift, for tests of what is made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from generator.model import Objective, Proof, ProofEngine, ProofHashes
from simulator.rehearsal.gating.gate import certified
from simulator.rehearsal.summary import Found, Origin, summarise
from simulator.rehearsal.values import Delays, Healthy, Point, Trial, Trials
from tests.simulator.stages import FAULT_DRILL, QUIET_DRILL, catalogue

RUNBOOK = "feature-drift"
GOOD: Mapping[Objective, float | None] = {
    "detect": 7.0,
    "acknowledge": 1.0,
    "contain": 12.0,
    "mitigate": 38.0,
}
ASLEEP: Mapping[Objective, float | None] = {"detect": None, "contain": None, "mitigate": None}
WAY = ("look", "is-it-real", "declare", "suspect-unit", "approve-switch-off", "amount-off")


def trial(
    seed: int,
    minutes: Mapping[Objective, float | None] = GOOD,
    *,
    harm: bool = True,
    opened: str = RUNBOOK,
    steps: Iterable[str] = WAY,
    robot: float = 2.0,
    unchecked: Iterable[str] = (),
    unapproved: Iterable[str] = (),
    unfollowed: Mapping[str, str] | None = None,
    pages: int = 1,
) -> Trial:
    """A run that went well, but for what is said otherwise."""
    return Trial(
        seed=seed,
        t0_minutes=12.0 if harm else None,
        minutes=dict(minutes) if harm else {},
        burden_minutes={"robot": robot, "none": 10.0} if harm else {"robot": 0.0, "none": 0.0},
        opened=opened,
        steps=tuple(f"{RUNBOOK}/{step}" for step in steps),
        unchecked=tuple(f"{RUNBOOK}/{step}" for step in unchecked),
        unapproved=tuple(f"{RUNBOOK}/{step}" for step in unapproved),
        unfollowed=unfollowed or {},
        pages=pages,
        page_minutes=13.0 if pages else None,
    )


def calm_trial(seed: int, *, pages: int = 0, steps: Iterable[str] = ()) -> Trial:
    """A run of a drill that harms nobody."""
    return trial(seed, harm=False, opened="", steps=steps, pages=pages)


def signals() -> tuple[str, ...]:
    return tuple(one.id for one in catalogue().runbook(RUNBOOK).runbook.detection.signals)


def points() -> dict[str, tuple[Point, ...]]:
    texts = catalogue().runbook(RUNBOOK).runbook.detection.signals
    return {one.id: (Point(one.threshold, one.hold_minutes),) for one in texts}


def healthy(days: float = 35.0, pages: int = 0, **fired: int) -> Healthy:
    """Days on which signals (with ``_`` for ``-``) fired so often."""
    counts = {name.replace("_", "-"): count for name, count in fired.items()}
    return Healthy("fraud-scorer", days, points(), {id: (counts.get(id, 0),) for id in signals()}, pages)


def delays(seeds: Iterable[int], **minutes: float) -> Delays:
    """Signals (with ``_`` for ``-``) that fire so late; all others sleep."""
    late = {name.replace("_", "-"): delay for name, delay in minutes.items()}
    all_ = tuple(seeds)
    fired = {id: ((late.get(id),) * len(all_),) for id in signals()}
    return Delays(FAULT_DRILL, all_, (12.0,) * len(all_), points(), fired)


def proof(
    runs: Iterable[Trial],
    *,
    quiet: Iterable[Trial] | None = None,
    days: Healthy | None = None,
    late: Delays | None = None,
    hash: str = "a" * 64,
) -> Proof:
    """A proof of two drills, one that does harm and one that does not."""
    all_ = tuple(runs)
    found = Found(
        trials=[
            Trials(FAULT_DRILL, all_),
            Trials(
                QUIET_DRILL,
                tuple(quiet) if quiet is not None else tuple(calm_trial(one.seed) for one in all_),
            ),
        ],
        healthy=[days or healthy()],
        delays=[late or delays([one.seed for one in all_], amount_psi=3.75, score_psi=11.75)],
    )
    return certified(summarise(catalogue(), RUNBOOK, found, origin(hash)), catalogue())


def origin(hash: str = "a" * 64) -> Origin:
    """What made the proof; ``hash`` is that of the drill that does harm."""
    return Origin(
        hashes=ProofHashes("b" * 64, "c" * 64),
        drills={FAULT_DRILL: hash, QUIET_DRILL: "d" * 64},
        engine=ProofEngine("1.0.0", "2.4.6"),
        made_at="2026-11-23T09:00:00Z",
    )
