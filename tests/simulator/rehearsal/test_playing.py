"""What is suggested has been played: with it the robot keeps every promise that it keeps without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from generator.model import Catalogue, CurvePoint, Proof
from simulator.rehearsal.healthy.backtest import DelayTask, HealthyTask
from simulator.rehearsal.healthy.grid import grids
from simulator.rehearsal.healthy.playing import Stand, first, together, with_points
from simulator.rehearsal.plan import Asked, rehearse
from simulator.rehearsal.tasks import Task
from simulator.rehearsal.trials import DrillTask
from simulator.rehearsal.values import Delays, Healthy, Trials
from simulator.session.stage import runbooks_of, signals_of
from tests.simulator.rehearsal.made_up import GOOD, RUNBOOK, proof, trial
from tests.simulator.stages import FAULT_DRILL, catalogue, whole_catalogue

SEEDS = range(20)
NEARER = CurvePoint(0.03, 1.0, 0.0, 1.0, 0.0)
PSI, NULLS, SCORE = "amount-psi", "amount-nulls", "score-psi"

Moved = frozenset[str]


def _proof(**minutes: float) -> Proof:
    return proof([trial(seed, {**GOOD, **minutes}) for seed in SEEDS])  # type: ignore[dict-item]


def _kept(
    told: Callable[[Moved], Proof], *suggested: str, point: CurvePoint = NEARER
) -> tuple[set[str], list[int]]:
    """The signals whose suggestion is left, and how many drills were played in each round."""
    whole, rounds = catalogue(), list[int]()
    before = told(frozenset())
    signals = tuple(
        replace(one, suggested=point if one.signal in suggested else None) for one in before.signals
    )

    def work(tasks: Sequence[Task[Trials]]) -> list[Trials]:
        rounds.append(len(tasks))
        return [Trials(FAULT_DRILL, ()) for _ in tasks]

    def moved(other: Catalogue, _: Sequence[Trials]) -> Proof:
        pairs = zip(_signals(whole), _signals(other), strict=True)
        return told(frozenset(one.id for one, now in pairs if one != now))

    trials = [Trials(FAULT_DRILL, tuple(trial(seed) for seed in SEEDS))]
    stand = Stand(whole, replace(before, signals=signals), trials, moved)
    (found,) = together([stand.proof()], work)
    return {one.signal for one in found.signals if one.suggested is not None}, rounds


def _signals(of: Catalogue) -> Any:
    return of.runbook(RUNBOOK).runbook.detection.signals


# --- which suggestions are left ----------------------------------------------------------------------


def test_what_breaks_nothing_is_suggested_and_played_once() -> None:
    """All numbers together, as the diff has them."""
    assert _kept(lambda moved: _proof(), PSI, NULLS) == ({PSI, NULLS}, [1])


def test_without_a_suggestion_nothing_is_played() -> None:
    """A rehearsal is no longer for it."""
    assert _kept(lambda moved: _proof()) == (set(), [])


def test_what_breaks_a_promise_is_not_suggested() -> None:
    """The harm is gone too late: the plan waits for that signal to fall silent."""

    def told(moved: Moved) -> Proof:
        return _proof(mitigate=55.0) if PSI in moved else _proof()

    assert _kept(told, PSI) == (set(), [1])
    assert _kept(told, PSI, NULLS) == ({NULLS}, [1, 2])
    assert _kept(told, PSI, NULLS, SCORE) == ({NULLS, SCORE}, [1, 3, 1])


def test_of_two_that_do_not_get_along_one_is_suggested() -> None:
    """Each alone keeps what is promised, and both together do not."""

    def told(moved: Moved) -> Proof:
        return _proof(contain=26.0) if {PSI, NULLS} <= moved else _proof()

    kept, rounds = _kept(told, PSI, NULLS)
    assert len(kept) == 1
    assert rounds == [1, 2]


def test_what_is_broken_anyhow_stands_in_nobodys_way() -> None:
    """A runbook that mitigates too late may still detect sooner."""
    kept, _ = _kept(lambda moved: _proof(mitigate=60.0 if moved else 55.0), PSI)

    assert kept == {PSI}


def test_what_detects_later_is_not_suggested_unless_it_is_meant_to() -> None:
    """Within its promise, and still a minute later; a page that cries wolf has to become later."""

    def told(moved: Moved) -> Proof:
        return _proof(detect=8.0 if moved else 7.0)

    with_curve = CurvePoint(0.2, 2.0, 9.0, 1.0, 0.0)

    def crying(moved: Moved) -> Proof:
        shown = told(moved)
        return replace(shown, signals=tuple(replace(one, curve=(with_curve,)) for one in shown.signals))

    assert _kept(told, PSI)[0] == set()
    assert _kept(crying, PSI, point=replace(NEARER, delay_minutes=2.0))[0] == {PSI}


def test_a_rehearsal_plays_what_it_suggests() -> None:
    """A signal that could have a quarter of its threshold is told of, unless the robot is late with that."""
    whole = catalogue()
    asked = Asked(whole, {RUNBOOK: (FAULT_DRILL,)}, len(SEEDS))
    own = {one.id: one.threshold for one in _signals(whole)}
    refs = signals_of(runbooks_of(whole, "fraud-scorer"))
    tried = grids(refs, whole.service("fraud-scorer"), whole.panels["fraud-scorer"])
    # The text's own threshold and the lowest one, with all holds.
    points = {key: of_signal[:10] for key, of_signal in tried.items()}

    def rehearsed(mitigate: float) -> set[str]:
        def done(task: Task[Any]) -> Any:
            if isinstance(task, HealthyTask):
                counts = {key: (0,) * len(near) for key, near in points.items()}
                return Healthy("fraud-scorer", len(task.seeds), points, counts, 0)
            if isinstance(task, DelayTask):
                fired = {
                    key: tuple(
                        (9.0 * one.threshold / own[key] if key == PSI else None,) * 20 for one in tried
                    )
                    for key, tried in points.items()
                }
                return Delays(FAULT_DRILL, tuple(SEEDS), (10.0,) * 20, points, fired)
            assert isinstance(task, DrillTask)
            (compiled,) = task.catalogue.runbooks
            moved = any(one.threshold != own[one.id] for one in compiled.runbook.detection.signals)
            minutes = {**GOOD, "mitigate": mitigate} if moved else GOOD
            return Trials(FAULT_DRILL, tuple(trial(seed, minutes) for seed in SEEDS))

        (found,) = rehearse(asked, lambda tasks: [done(task) for task in tasks])
        return {one.signal for one in found.signals if one.suggested is not None}

    assert rehearsed(mitigate=38.0) == {PSI}
    assert rehearsed(mitigate=55.0) == set()


# --- in the world ------------------------------------------------------------------------------------


def test_a_nearer_line_that_a_plan_waits_for_makes_mitigation_late() -> None:
    """With 0.15 in place of 0.08 offers dry up sooner, and take longer to be back: the plan waits for them."""
    whole, runbook, drill = whole_catalogue(), "stale-features", "wednesday-first-wave"
    nearer = with_points(whole, runbook, {"offers-dry-up": CurvePoint(0.15, 1.5, 0.0, 4.75, 0.0)})
    most = whole.runbook(runbook).runbook.objectives.mitigate_minutes

    late = [
        sum(one.minutes["mitigate"] is None or one.minutes["mitigate"] > most for one in trials)
        for trials in (DrillTask(of, drill, tuple(range(8))).run().trials for of in (whole, nearer))
    ]

    assert late[0] == 0
    assert late[1] > 0


def test_only_the_signals_of_that_runbook_are_moved() -> None:
    """Everything else is as it was."""
    whole = whole_catalogue()
    moved = with_points(whole, RUNBOOK, {PSI: NEARER})

    found = next(one for one in _signals(moved) if one.id == PSI)
    assert (found.threshold, found.hold_minutes) == (0.03, 1.0)
    assert [one for one in _signals(moved) if one.id != PSI] == [
        one for one in _signals(whole) if one.id != PSI
    ]
    assert [one for one in moved.runbooks if one.runbook.id != RUNBOOK] == [
        one for one in whole.runbooks if one.runbook.id != RUNBOOK
    ]


def test_the_same_seeds_are_compared() -> None:
    """Of however many there are."""
    batches = [Trials("a", tuple(trial(seed) for seed in seeds)) for seeds in (range(100), range(100, 120))]

    (part,) = first(batches, 50)
    assert [one.seed for one in part.trials] == list(range(50))
