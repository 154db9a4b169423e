"""What each dimension rewards: time, scope, evidence, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.events import Declared, Resolved
from simulator.scoring import Dimension, score
from tests.simulator.records import COMMANDER, Happening, Story, nobody, perfect, record_of, turn


def part(story: Story, id: str) -> Dimension:
    """One dimension of the score of a story."""
    return next(dimension for dimension in score(record_of(story)).dimensions if dimension.id == id)


def declared(minute: float, symptom: str, *, service: str = "fraud-scorer") -> Happening:
    return minute, COMMANDER, Declared(service, symptom, "sev1")


@given(st.floats(12, 60), st.floats(0, 30))
def test_later_is_never_better(at: float, delay: float) -> None:
    """Declaring, containing or mitigating later never earns more."""
    for deed in ("declare", "contain", "mitigate"):
        early, late = perfect(**{deed: at}), perfect(**{deed: at + delay})
        for id in ("detection", "response", "outcome"):
            assert part(late, id).points <= part(early, id).points + 1e-9


@pytest.mark.parametrize(
    ("story", "points"),
    [
        (perfect(declare=17), 15),
        (perfect(declare=22), 7.5),
        (perfect(declare=32), 0),
        (perfect(declare=11), 15),
        (perfect(symptom="latency"), 7.5),
        (perfect(service="checkout"), 0),
        (perfect(declare=None), 0),
        (perfect(more=(declared(12.5, "latency"),)), 7.5 + 3.75),
        (perfect(more=(declared(30, "latency"),)), 7.5),
        (perfect(more=(declared(5, "quality-drop"),)), 0),
    ],
    ids=[
        "at the objective",
        "at twice the objective",
        "at four times the objective",
        "after the onset, before harm: stands at t0",
        "the wrong symptom: half",
        "another service",
        "never",
        "corrected: the symptom is shared by all that were named",
        "changed to the wrong one",
        "the same was cried before there was anything",
    ],
)
def test_detection(story: Story, points: float) -> None:
    """Half for the service, half for the symptom, by time."""
    assert part(story, "detection").points == pytest.approx(points)


@pytest.mark.parametrize(
    ("story", "points"),
    [
        (perfect(), 15),
        (perfect(onset=None), 15 * 4 / 5),
        (perfect(onset=25), 15 * 2 / 3),
        (perfect(onset=19.9), 15),
        (perfect(component="model"), 15 * 2 / 3),
        (perfect(component="model", mechanism="covariate-shift", onset=40), 0),
        (perfect(quantile=0.9), 0),
        (perfect(quantile=0.001), 0),
        (perfect(hypothesis=21), 0),
        (perfect(hypothesis=10), 0),
        (perfect(hypothesis=None), 0),
    ],
    ids=[
        "all right",
        "no onset stated",
        "onset outside its tolerance",
        "onset within its tolerance",
        "the wrong component",
        "all wrong",
        "evidence that is common in a healthy world",
        "evidence on the side to which the signal does not alarm",
        "after the mitigation",
        "before the reading that it rests on",
        "none",
    ],
)
def test_diagnosis(story: Story, points: float) -> None:
    """F1 of the last hypothesis before mitigation, if its evidence is rare in a healthy world."""
    assert part(story, "diagnosis").points == pytest.approx(points)


@pytest.mark.parametrize(
    ("story", "points"),
    [
        (perfect(), 20),
        (perfect(contain=42, mitigate=45, resolve=50), 10 * 0.5 + 10),
        (perfect(mitigate=None), 10 + 5 * 0.8),
        (perfect(mitigate=None, resolve=None), 10 + 5 * 0.8),
        (perfect(resolve=None), 10 + 8),
        (perfect(resolve=15), 10 + 8),
        (perfect(resolve=13), 0),
        (perfect(resolve=50, more=((13, COMMANDER, Resolved()),)), 0),
        (perfect(contain=None, mitigate=1, declare=22), 0),
        (nobody(), 0),
    ],
    ids=[
        "perfect",
        "contained at twice the objective",
        "contained only: half of the mitigation; and what the team calls over is not what it is",
        "contained only, and not called over",
        "mitigated, and not called over",
        "called over before it was",
        "called over while users still suffered",
        "called over while users still suffered, and again when it was true",
        "turned before anything was wrong",
        "nobody acts",
    ],
)
def test_response(story: Story, points: float) -> None:
    """Ten for being back under tolerance, ten for having the impact gone for good, by their time."""
    assert part(story, "response").points == pytest.approx(points)


def test_a_containment_left_in_place_is_named() -> None:
    """The loss tells which control still costs users something."""
    (loss,) = (
        loss for loss in part(perfect(mitigate=None), "response").losses if loss.missing == "mitigation"
    )

    assert loss.why.endswith("Still off their default: traffic-split.")


@pytest.mark.parametrize(
    ("story", "points"),
    [
        (perfect(), 5),
        (perfect(posts=()), 1 + 1 - 2 / 17),
        (perfect(posts=(30, 31)), 3 - 2 / 17),
        (perfect(assume=None), 4),
        (perfect(assume=40), 4),
        (perfect(resolve=None), 3 + 1 - 44 / 77),
        (nobody(), 0),
    ],
    ids=["perfect", "nobody told", "told late", "no role", "role late", "never over", "nobody acts"],
)
def test_communication(story: Story, points: float) -> None:
    """Role, first update, rhythm, and the end announced."""
    assert part(story, "communication").points == pytest.approx(points, abs=0.01)


def test_what_was_told_before_the_declaration_is_no_update_of_it() -> None:
    """The reason says since when updates count, by when the first was due, and what came too early."""
    (first, *_) = part(perfect(posts=(12.8,)), "communication").losses

    assert (first.points, first.minutes) == (2, 28)
    assert first.why == (
        "Nobody was told after the declaration at 14:13; the first update was due by 14:28. "
        "What was told at 14:12 came before it."
    )


def test_an_update_that_was_not_due_before_the_end_is_a_gap() -> None:
    """Nobody can be late for what comes after the drill; it earns nothing all the same."""
    told = part(perfect(posts=(), end=20, resolve=None), "communication")

    (late,) = (loss for loss in told.losses if "first update" in loss.why)
    assert (late.gap, late.points) == (True, 2)
    assert late.why == "Not evaluated: the drill ended at 14:20, and the first update was due by 14:28."
    assert told.evaluated == 3


@pytest.mark.parametrize("end", [13.5, 16, 18, 25, 40, 90])
@pytest.mark.parametrize("story", [perfect(), perfect(posts=(), assume=None, contain=None), nobody()])
def test_no_point_is_lost_after_the_end_of_the_drill(story: Story, end: float) -> None:
    """What was due later is dated at the end."""
    result = score(record_of(replace(story, end=end)))

    assert result.losses
    assert max(loss.minutes or 0 for loss in result.losses) <= end


def test_a_drill_without_harm_costs_nothing_when_left_alone() -> None:
    """Doing nothing is right where nothing is wrong."""
    assert score(record_of(nobody(harmful=False))).total == 100


def test_crying_wolf_in_a_drill_without_harm() -> None:
    """Five points for each false alarm, at most fifteen."""
    calm = nobody(harmful=False)
    cries = [declared(20 + i, f"symptom-{i}") for i in range(5)]

    totals = [score(record_of(nobody(harmful=False, more=tuple(cries[:n])))).total for n in range(6)]
    assert totals == [100, 95, 90, 85, 85, 85]
    assert score(record_of(calm)).harmful is False


def test_harm_done_where_nothing_is_wrong_costs_points() -> None:
    """Shedding a third of the traffic for five minutes is as much as a drill at tolerance allows."""
    story = nobody(harmful=False, more=tuple(turn("traffic-split", 0.0, 1.0, 30)), spill=(30, 35, 1 / 3))

    (no_harm,) = (one for one in score(record_of(story)).dimensions if one.id == "no-harm")
    assert no_harm.points == pytest.approx(85 * (1 - (5 / 3) / 1.8))
    assert "did harm where nothing was wrong" in no_harm.losses[0].why


def test_more_harm_than_the_fault_is_collateral() -> None:
    """Containment is worth half, and the rating is capped."""
    story = perfect(spill=(16, 22, 0.6))

    assert part(story, "response").points < 16
    assert score(record_of(story)).rating == "M"
