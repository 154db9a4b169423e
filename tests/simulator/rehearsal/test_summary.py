"""What tasks find out comes to the same proof in whatever order it came, and says what the runs showed."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from generator.evidence.proofs import problems_of
from generator.model import DrillProof, Interval, Proof, Quantiles, Turn, Unfollowed
from generator.values import plain, structure
from simulator.rehearsal.outcomes import quantiles
from simulator.rehearsal.summary import Found, summarise
from simulator.rehearsal.values import Delays, Trials
from tests.simulator.rehearsal.made_up import (
    GOOD,
    RUNBOOK,
    calm_trial,
    delays,
    healthy,
    origin,
    points,
    proof,
    trial,
)
from tests.simulator.stages import FAULT_DRILL, QUIET_DRILL, catalogue


def drill(found: Proof, id: str = FAULT_DRILL) -> DrillProof:
    return next(one for one in found.drills if one.drill == id)


def test_a_percentile_is_what_so_many_runs_stay_within() -> None:
    """It is a time that some run took, and never one that lies between two runs."""
    assert quantiles([float(minutes) for minutes in range(1, 101)]) == Quantiles(50.0, 90.0, 95.0)
    assert quantiles([4.0, 1.0, 3.0, 2.0]) == Quantiles(2.0, 4.0, 4.0)


def test_a_run_that_never_got_there_took_forever() -> None:
    """Five of a hundred runs may fail before the 95th percentile does; the sixth makes it infinite."""
    assert quantiles([1.0] * 95 + [None] * 5).p95 == 1.0
    assert quantiles([1.0] * 94 + [None] * 6) == Quantiles(1.0, 1.0, None)
    assert quantiles([]) == Quantiles(None, None, None)


def test_the_order_of_results_does_not_matter() -> None:
    """However the work was cut, and whoever was first: the proof is the same."""
    runs = [trial(seed, {**GOOD, "contain": 10.0 + seed / 7}, robot=seed / 3) for seed in range(60)]
    quiet = [calm_trial(seed, pages=seed % 2) for seed in range(60)]
    cuts = [Trials(FAULT_DRILL, tuple(runs[a : a + 20])) for a in (0, 20, 40)]
    whole = [Trials(FAULT_DRILL, tuple(runs)), Trials(QUIET_DRILL, tuple(quiet))]
    days = [healthy(7, 1, score_psi=1), healthy(14), healthy(28, 2, amount_psi=2)]
    late = [delays(range(30), amount_psi=3.0), delays(range(30, 60), amount_psi=4.0)]

    def made(trials: list[Trials], mixed: random.Random | None = None) -> Proof:
        found = Found(trials, [*days], [*late])
        if mixed is not None:
            for results in (found.trials, found.healthy, found.delays):
                mixed.shuffle(results)  # type: ignore[arg-type]  # they are lists here
        return summarise(catalogue(), RUNBOOK, found, origin())

    assert (
        made(whole) == made([*cuts, whole[1]], random.Random(3)) == made([*cuts, whole[1]], random.Random(4))
    )


def test_a_proof_is_what_the_schema_says() -> None:
    """It can be written as a certificate, and read again as the same value."""
    stuck = {f"{RUNBOOK}/what-moved": "no answer of this decision applies"}
    made = proof([trial(0), trial(1, {"detect": None}, unfollowed=stuck, unchecked=["amount-off"])])

    assert problems_of(made) == ()
    assert structure(plain(made), Proof) == made


def test_shares_are_of_the_runs_that_did_harm() -> None:
    """A run in which nothing did harm proves nothing about containment, and counts for false alarms alone."""
    runs = [
        trial(0),
        trial(1, {**GOOD, "contain": None, "mitigate": None}),
        calm_trial(2),
        calm_trial(3, pages=2),
    ]
    found = drill(proof(runs, quiet=[calm_trial(seed) for seed in range(4)]))

    assert (found.runs, found.harmful) == (4, 2)
    assert found.detected == Interval(1.0, 0.1581, 1.0)
    assert found.contained is not None
    assert found.contained.estimate == 0.5
    assert found.false_alarms is not None
    assert found.false_alarms.estimate == 0.5
    assert found.minutes["contain"] == Quantiles(12.0, None, None)


def test_a_drill_that_harms_nobody_has_no_times() -> None:
    """There is nothing to detect, contain or avoid."""
    found = drill(proof([trial(0), trial(1)]), QUIET_DRILL)

    assert (found.detected, found.contained, found.mitigated, found.impact_avoided) == (None,) * 4
    assert found.minutes == {}
    assert found.missed == {}
    assert found.false_alarms == Interval(0.0, 0.0, 0.8419)


def test_runs_that_missed_an_objective_can_be_replayed() -> None:
    """Their seeds are kept, with those that began in the wrong runbook, and how many missed which objective."""
    runs = [
        trial(0),
        trial(1, {**GOOD, "detect": 10.5}),
        trial(2, {**GOOD, "contain": 25.5, "mitigate": None}),
        trial(3, opened="latency-surge"),
    ]
    found = drill(proof(runs))

    assert found.failed_seeds == (1, 2, 3)
    assert found.missed == {"detect": 1, "acknowledge": 0, "contain": 1, "mitigate": 1}


def test_nobody_can_acknowledge_a_page_that_never_came() -> None:
    """A run without a page is missed by detection, and says nothing of how long acknowledging takes."""
    asleep = trial(
        1, {"detect": None, "acknowledge": None, "contain": None, "mitigate": None}, opened="", pages=0
    )
    found = drill(proof([trial(0), asleep]))

    assert found.minutes["acknowledge"] == Quantiles(1.0, 1.0, 1.0)
    assert found.missed["acknowledge"] == 0
    assert found.missed["detect"] == 1
    assert found.opened == {"": 1, RUNBOOK: 1}


def test_users_are_spared_a_share_of_what_they_would_bear() -> None:
    """The mean share over the runs, below zero when it got worse; a run without a burden has no share."""
    assert drill(proof([trial(0, robot=2.0), trial(1, robot=4.0)])).impact_avoided == 0.7
    assert drill(proof([trial(0, robot=15.0)])).impact_avoided == -0.5
    nothing = replace(trial(0), burden_minutes={"robot": 0.0, "none": 0.01})
    assert drill(proof([nothing, trial(1, robot=2.0)])).impact_avoided == 0.8


def test_what_the_robot_could_not_follow_is_told_with_a_seed() -> None:
    """The most frequent first, with the first run that shows it; a step of another runbook is told as such."""
    why = "no answer of this decision applies"
    stuck, other = {f"{RUNBOOK}/what-moved": why}, {"latency-surge/look": why}
    runs = [trial(0, unfollowed=other), trial(1, unfollowed=stuck), trial(2, unfollowed=stuck)]

    assert drill(proof(runs)).unfollowed == (
        Unfollowed("what-moved", why, 2, 1),
        Unfollowed("look", f"{why} (a step of latency-surge)", 1, 0),
    )


def test_every_step_that_turns_a_control_is_in_the_inventory() -> None:
    """With its check, whose leave it takes, and the runs that went without."""
    runs = [trial(0, unchecked=["amount-off"]), trial(1, unapproved=["amount-off"])]
    turns = {turn.node: turn for turn in proof(runs).turns}

    assert turns["amount-off"] == Turn("amount-off", "amount-toggle", True, ("incident-commander",), 2, 1, 1)
    assert turns["pipeline-v1"].runs == 0
    assert not turns["pipeline-v1"].checked
    assert turns["model-at-10"].control == "traffic-split"


def test_signals_are_counted_in_healthy_weeks() -> None:
    """False pages a week with their exact interval, of each signal and of all pages together."""
    made = proof([trial(0)], days=healthy(35, 3, score_psi=2, labelled_accuracy=7))
    found = {one.signal: one for one in made.signals}

    assert found["score-psi"].healthy_weeks == 5
    assert found["score-psi"].false_pages_per_week == Interval(0.4, 0.04844, 1.445)
    assert found["labelled-accuracy"].false_pages == 7
    assert made.pages_per_week.estimate == 0.6


def test_delays_are_those_of_the_runs_that_did_harm() -> None:
    """A signal that sleeps has no delay, and one run that did no harm tells nothing."""
    late = delays(range(4), amount_psi=3.0)
    late = Delays(FAULT_DRILL, late.seeds, (12.0, 12.0, 12.0, None), points(), late.fired)
    found = {one.signal: one for one in proof([trial(seed) for seed in range(4)], late=late).signals}

    assert found["amount-psi"].delays == {FAULT_DRILL: Quantiles(3.0, 3.0, 3.0)}
    assert found["score-psi"].delays == {FAULT_DRILL: Quantiles(None, None, None)}
    assert (found["amount-psi"].curve[0].delay_minutes, found["amount-psi"].curve[0].missed) == (3.0, 0)
    assert (found["score-psi"].curve[0].delay_minutes, found["score-psi"].curve[0].missed) == (None, 1)


@pytest.mark.parametrize(
    ("trials", "message"),
    [
        ([Trials(FAULT_DRILL, (trial(0),)), Trials(FAULT_DRILL, (trial(0),))], "seed 0 was played twice"),
        ([Trials(FAULT_DRILL, (trial(0), trial(2)))], "2 of seeds 0 to 2 were played"),
        ([], "nothing was rehearsed"),
    ],
)
def test_half_a_rehearsal_is_no_proof(trials: list[Trials], message: str) -> None:
    """Seeds that are missing or come twice are refused."""
    with pytest.raises(ValueError, match=message):
        summarise(catalogue(), RUNBOOK, Found(trials, [healthy()]), origin())
