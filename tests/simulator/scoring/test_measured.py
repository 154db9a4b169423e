"""A live drill is judged by its counts: what may be chance neither blames a team nor moves an instant."""

from __future__ import annotations

import statistics
from dataclasses import replace

import numpy as np
import pytest

from generator.statistics import binomial_lower_tail
from simulator.events import (
    FACILITATOR,
    ControlOrdered,
    EvidenceQuantile,
    ImpactCurves,
    Measured,
    Record,
    Revealed,
)
from simulator.report.lessons import burdens_of
from simulator.scoring import Dimension, score
from simulator.scoring.case import Truth, case_of
from simulator.scoring.measured import trial
from simulator.scoring.response import collateral
from simulator.world.flow import Floats
from tests.simulator.records import HORIZON, Story, nobody, perfect, record_of, turn

STEP, A_STEP = 0.25, 36
"""Minutes, and requests in a step."""
MINUTES = tuple(np.arange(0, HORIZON, STEP).tolist())
AT = np.array(MINUTES)
HARM = ((AT >= 12) & (AT < 25)) * 0.4
"""Until a cure at minute 25."""


def counted(harm: Floats, seed: int, *, natural: float = 0.005, a_step: int = A_STEP) -> Measured:
    """What requests come to that meet that harm in each step, and of which some end worse by nature."""
    rng = np.random.default_rng(seed)
    worse = rng.binomial(a_step, natural + (1 - natural) * harm)
    of = round(12 / STEP) * a_step
    found = rng.binomial(of, natural) / of
    near = np.convolve(worse, np.ones(5), "same") / np.convolve(
        np.full(len(harm), a_step), np.ones(5), "same"
    )
    net = (near - found) / (1 - found)
    return Measured((a_step,) * len(harm), tuple(worse.tolist()), tuple(net.tolist()), found, of, "requests")


def live(story: Story, harm: Floats, seed: int, *, tolerance: float = 0.02, **drawn: float) -> Record:
    """The story in front of a real service; nobody's harm is, by the twin, 40 % from minute 12 on."""
    *before, last = record_of(story).events
    assert isinstance(last.payload, Revealed)
    measured = counted(harm, seed, **drawn)  # type: ignore[arg-type]
    none = (AT >= 12) * (0.4 if story.harmful else 0.0)
    impact = ImpactCurves(
        minutes=MINUTES,
        team=tuple(max(0.0, one) for one in measured.net),
        none=tuple(none.tolist()),
        oracle=tuple((none * (AT < 14)).tolist()),
        measured=measured,
    )
    told = replace(last.payload, impact=impact, tolerance=tolerance, by_twin=True)
    return Record((*before, replace(last, payload=told)))


def truth_of(record: Record) -> Truth:
    case = case_of(record)
    assert case is not None
    assert case.truth is not None
    return case.truth


def part(record: Record, id: str) -> Dimension:
    return next(one for one in score(record).dimensions if one.id == id)


CURED = perfect(contain=None, mitigate=25, resolve=40)
TURNED = tuple(turn("traffic-split", 0.0, 1.0, 30))
NO_HARM = np.zeros(len(AT))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("natural", [0.0006, 0.005, 0.01])
def test_who_turns_nothing_is_not_blamed_for_what_is_late_by_nature(seed: int, natural: float) -> None:
    """In a drill without a fault, whatever a real service does by itself."""
    record = live(nobody(harmful=False), NO_HARM, seed, natural=natural)

    assert score(record).total == 100


def test_natural_lateness_is_no_harm_after_a_control_either() -> None:
    """At most one drill in a hundred is wrong about that; here none of sixty."""
    story = nobody(harmful=False, more=TURNED)

    wrong = [seed for seed in range(60) if part(live(story, NO_HARM, seed), "no-harm").losses]
    assert len(wrong) <= 3


def test_harm_is_told_from_chance_as_often_as_the_test_says() -> None:
    """Of 200 drills in which nothing happens, two are expected at most: more than eight come once in a thousand."""
    found = 0
    for seed in range(200):
        impact = ImpactCurves(MINUTES, (), (), (), measured=counted(NO_HARM, seed))
        of_none = trial(impact, [0.0] * len(MINUTES), since=12, hold=5)
        assert of_none is not None
        found += any(of_none.anywhere())
    assert found <= 8


def test_what_a_control_of_the_team_did_is_harm_and_only_from_then_on() -> None:
    """A third of the requests for five minutes: as much as at a table, whether or not much else is late."""
    after, before = ((AT >= 31) & (AT < 36)) / 3, ((AT >= 20) & (AT < 25)) / 3
    story = nobody(harmful=False, more=TURNED)

    lost = part(live(story, after, 1), "no-harm")
    assert lost.points == pytest.approx(85 * (1 - (5 / 3) / 1.8), abs=8)
    assert "did harm where nothing was wrong" in lost.losses[0].why
    assert part(live(story, before, 1), "no-harm").points == 85


def test_a_control_that_the_facilitator_turned_is_not_the_teams() -> None:
    """They did not choose it."""
    (at, _, order), effect = TURNED
    assert isinstance(order, ControlOrdered)
    story = nobody(harmful=False, more=((at, FACILITATOR, order), effect))

    assert part(live(story, (AT >= 31) / 3, 1), "no-harm").points == 85


@pytest.mark.parametrize("tolerance", [0.05, 0.02])
@pytest.mark.parametrize(("natural", "a_step"), [(0.0006, 36), (0.005, 36), (0.005, 19), (0.01, 19)])
def test_a_true_cure_is_dated_to_the_minute(tolerance: float, natural: float, a_step: int) -> None:
    """Single requests that are late by nature do not keep an incident open."""
    truths = [
        truth_of(live(CURED, HARM, seed, tolerance=tolerance, natural=natural, a_step=a_step))
        for seed in range(15)
    ]

    for instants in ([truth.back() for truth in truths], [truth.mitigated() for truth in truths]):
        dated = [instant for instant in instants if instant is not None]
        assert len(dated) == len(truths)
        assert statistics.median(dated) == pytest.approx(25, abs=1)
        assert all(abs(one - 25) <= 3 for one in dated)


def test_harm_that_fades_is_never_mitigated_before_it_is_back_under_the_tolerance() -> None:
    """The limit of mitigation is the lower one, and finds shorter windows, which may end sooner."""
    harm = HARM + ((AT >= 25) & (AT < 27)) * 0.25 * (27 - AT) / 2
    truths = [truth_of(live(CURED, harm, seed, tolerance=0.05, a_step=19)) for seed in range(20)]

    dated = [(truth.back(), truth.mitigated()) for truth in truths]
    assert all(back is not None and (gone is None or gone >= back) for back, gone in dated)
    assert sum(gone is not None for _, gone in dated) >= 18


def test_harm_of_twice_the_tolerance_for_ten_minutes_is_never_missed() -> None:
    """By theory one in a thousand is: of 1,440 requests, 5.5 % may end worse, and 10.5 % do."""
    harm = HARM + ((AT >= 50) & (AT < 60)) * 0.1

    back = [truth_of(live(CURED, harm, seed, tolerance=0.05)).back() for seed in range(30)]
    assert all(one is not None and one == pytest.approx(60, abs=6) for one in back)
    assert statistics.median(one for one in back if one is not None) == pytest.approx(60, abs=1.5)
    needed = next(k for k in range(1441) if 1 - binomial_lower_tail(k - 1, 1440, 0.055) <= 2e-5)
    assert binomial_lower_tail(needed - 1, 1440, 0.1045) < 0.005


def test_harm_that_lasts_is_not_over_because_the_drill_is() -> None:
    """Twice the tolerance up to the horizon: eased, and not mitigated."""
    harm = HARM + (AT >= 25) * 0.1

    back = [truth_of(live(CURED, harm, seed, tolerance=0.05)).back() for seed in range(20)]
    assert back.count(None) >= 18


def test_the_robot_that_was_the_team_bore_what_the_team_bore() -> None:
    """Chance, which takes a measured curve below nothing, makes up for itself in both."""
    *before, last = live(CURED, HARM, 7, natural=0.05).events
    assert isinstance(last.payload, Revealed)
    impact = last.payload.impact
    told = replace(last.payload, impact=replace(impact, robot=impact.team))

    borne = dict(burdens_of(Record((*before, replace(last, payload=told)))))

    assert borne["robot"].minutes == borne["team"].minutes == pytest.approx(13 * 0.4, rel=0.1)


def test_one_hypothesis_does_not_stay_open_as_requests_are_late_by_nature() -> None:
    """What is said ten minutes after the cure is hindsight."""
    late = replace(CURED, hypothesis=35)

    assert [part(live(late, HARM, seed), "diagnosis").points for seed in range(5)] == [0] * 5


def test_a_claim_that_holds_is_not_refuted_by_a_few_late_requests() -> None:
    """Who calls it over a quarter of an hour after the cure is right, whatever the step at that instant shows."""
    claims = [score(live(CURED, HARM, seed, natural=0.01, a_step=19)).deductions for seed in range(15)]

    assert claims == [()] * 15


def test_less_harm_than_the_twin_expects_is_not_the_work_of_who_did_nothing() -> None:
    """Without a control nobody has eased anything."""
    harm = ((AT >= 12) & (AT < 40)) * 0.3

    assert part(live(nobody(), harm, 1), "response").points == 0
    assert part(live(CURED, HARM, 1), "response").points > 12


def test_more_harm_than_the_twin_expects_is_not_the_work_of_who_did_nothing() -> None:
    """From the first control on it is."""
    harm = (AT >= 12) * 0.9
    idle, busy = case_of(live(nobody(), harm, 1)), case_of(live(CURED, harm, 1))
    assert idle is not None
    assert busy is not None

    assert collateral(idle) is None
    assert collateral(busy) == pytest.approx(25, abs=0.5)


def test_a_live_record_without_counts_is_judged_by_its_curve() -> None:
    """One of an older version is scored as it was."""
    *before, last = record_of(perfect()).events
    assert isinstance(last.payload, Revealed)
    old = Record((*before, replace(last, payload=replace(last.payload, by_twin=True))))

    assert score(old).total == score(record_of(perfect())).total


@pytest.mark.parametrize(
    "wrong",
    [
        {"compared": (1,)},
        {"net": ()},
        {"worse": (-1,) * len(AT)},
        {"natural": 1.0},
        {"compared": (0,) * len(AT)},
    ],
)
def test_counts_that_cannot_be_true_are_no_counts(wrong: dict[str, object]) -> None:
    """Who writes them into a record gets a score by its curve, and no traceback."""
    *before, last = live(CURED, HARM, 1).events
    assert isinstance(last.payload, Revealed)
    assert last.payload.impact.measured is not None
    measured = replace(last.payload.impact.measured, **wrong)  # type: ignore[arg-type]
    told = [
        replace(last.payload, impact=replace(last.payload.impact, measured=one)) for one in (measured, None)
    ]

    by_counts, by_curve = (score(Record((*before, replace(last, payload=one)))) for one in told)
    assert by_counts.total == by_curve.total


def test_a_reading_without_a_healthy_reference_earns_nothing_and_says_so() -> None:
    """Nobody knows what is rare there: that is a gap, not an error of the team's."""
    *before, last = live(CURED, HARM, 1).events
    assert isinstance(last.payload, Revealed)
    unknown = Record((*before, replace(last, payload=replace(last.payload, evidence=()))))
    elsewhere = (EvidenceQuantile("accuracy", 720, 1.0),)
    known = Record((*before, replace(last, payload=replace(last.payload, evidence=elsewhere))))

    for record in (unknown, known):
        (loss,) = part(record, "diagnosis").losses
        assert (loss.gap, loss.points) == (True, 15)
        assert loss.why == (
            "Not evaluated: no healthy reference: before the first fault, too little was seen of amount-drift."
        )
