"""What is said before it can be known costs points, and what helped by luck earns none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.events import (
    FACILITATOR,
    AllClear,
    Approved,
    Assigned,
    Hinted,
    ImpactCurves,
    Joined,
    Left,
    LuckyOrder,
    NeededApproval,
    Noted,
    Rated,
    Record,
    Resolved,
    Revealed,
    StepCheck,
    StepEnded,
)
from simulator.scoring import Dimension, Score, score
from tests.simulator.records import COMMANDER, ENGINEER, Story, nobody, perfect, record_of

SPLIT = StepCheck("feature-drift", "to-fallback", {"control": "traffic-split", "equals": 0.0}, 0)
CALM = StepCheck("feature-drift", "wait", {"signal": "amount-drift", "below": 0.2}, 5)


def told(story: Story, **changes: object) -> Record:
    """The record of a story in which the truth says something more."""
    *before, last = record_of(story).events
    assert isinstance(last.payload, Revealed)
    return Record((*before, replace(last, payload=replace(last.payload, **changes))))  # type: ignore[arg-type]


def part(result: Score, id: str) -> Dimension:
    return next(dimension for dimension in result.dimensions if dimension.id == id)


def deducted(result: Score, id: str) -> list[float]:
    return [loss.points for loss in result.deductions if loss.dimension == id]


def report(minute: float, step: str = "wait") -> tuple[float, str, StepEnded]:
    return minute, ENGINEER, StepEnded("feature-drift", step, "success")


@pytest.mark.parametrize(
    ("minute", "costs"),
    [(18, [5]), (22, [2]), (26, [])],
    ids=["while the signal is high", "when it has been low for two minutes", "when it has been low for five"],
)
def test_a_report_of_success_is_held_against_the_check_of_its_step(minute: float, costs: list[float]) -> None:
    """The record shows what the reporter could see; the check asks for five minutes."""
    story = perfect(contain=None, more=(report(minute),), resolve=40)

    assert deducted(score(told(story, checks=(CALM,))), "false-reports") == costs


def test_who_ticks_no_step_claims_nothing() -> None:
    """A team that acts from evidence, without a runbook, is not asked for its ticks."""
    story = perfect(contain=None)

    assert score(told(story, checks=(SPLIT, CALM))).total == score(told(story)).total


def test_the_share_of_false_reports_is_not_verified() -> None:
    """Of two reports that can be checked one is false: half of the response is not earned."""
    story = perfect(contain=None, more=(report(18), report(26)))

    result = score(told(story, checks=(CALM,)))

    assert part(result, "response").points == pytest.approx(10)
    assert "1 of 2 reports of success" in part(result, "response").losses[-1].why


def test_what_helped_by_luck_is_credited_to_nobody() -> None:
    """The outcome and the response go by the world without the lucky order."""
    record = told(perfect(mitigate=None, resolve=None))
    reveal = record.events[-1].payload
    assert isinstance(reveal, Revealed)
    order = next(event for event in record.events if event.kind == "control")
    curves: ImpactCurves = replace(reveal.impact, warranted=reveal.impact.none)
    lucky = told(perfect(mitigate=None, resolve=None), impact=curves, luck=(LuckyOrder(order.seq, "before"),))

    result = score(lucky)

    assert part(result, "outcome").points == 0
    assert part(result, "response").points == 0
    assert any(loss.seq == order.seq and "luck" in loss.why for loss in part(result, "outcome").losses)


@pytest.mark.parametrize(("without", "points"), [(0.2, 0.0), (0.0, 14.0)], ids=["it held", "it did nothing"])
def test_an_all_clear_that_a_containment_holds_up_is_false(without: float, points: float) -> None:
    """Nobody stays to finish what was called over, though users would suffer without the makeshift."""
    story = perfect(contain=None, resolve=30)
    record = record_of(story)
    claim = next(event for event in record.events if isinstance(event.payload, Resolved))

    result = score(told(story, all_clears=(AllClear(claim.seq, {"traffic-split": 0.0}, without),)))

    assert (part(result, "response").points == 0) is (points == 0)
    assert deducted(result, "false-reports") == ([15] if points == 0 else [])


def test_a_control_turned_without_leave_is_a_breach_of_policy() -> None:
    """It costs points, and keeps the rating at M; the leave of the right role makes it good."""
    needed = (NeededApproval("traffic-split", (COMMANDER,)),)
    asked = perfect(more=((13.2, COMMANDER, Approved(COMMANDER, "use the fallback")),))

    breach, fine = score(told(perfect(), approvals=needed)), score(told(asked, approvals=needed))

    assert part(breach, "response").points == part(fine, "response").points - 2.5
    assert (breach.rating, part(breach, "response").level) == ("M", "M")
    assert fine.rating == "P"


def test_a_needless_control_left_behind_costs_half_of_the_mitigation() -> None:
    """Undone cleanly means: users would do no better without what is left."""
    clean, left = score(told(perfect())), score(told(perfect(), needless=("model-version",)))

    assert part(left, "response").points == part(clean, "response").points - 5


def test_leaving_before_it_is_over_is_a_gap() -> None:
    """What comes after an early end is nobody's, unless the incident had been called over, and was."""
    left = score(record_of(perfect(mitigate=None, resolve=None, end=16)))
    stayed = score(record_of(perfect(resolve=30, end=35)))

    assert any(loss.gap for loss in part(left, "outcome").losses)
    assert all(loss.gap for loss in part(left, "response").losses)
    assert stayed.coverage == 1


def test_hints_cost_what_they_are_worth() -> None:
    """Each hint is a line of its own."""
    hint = (20.0, FACILITATOR, Hinted("Look at the amount.", 2.0))

    plain, helped = score(record_of(perfect())), score(record_of(perfect(more=(hint, hint))))

    assert plain.total is not None
    assert helped.total == pytest.approx(plain.total - 4)
    assert deducted(helped, "hints") == [2.0, 2.0]


def test_an_observers_rating_is_final_and_the_machines_stays_visible() -> None:
    """Two levels apart without a reason, a note is asked for."""
    rated = (89.0, FACILITATOR, Rated("detection", "M", ""))
    why = (89.0, FACILITATOR, Rated("diagnosis", "U", "They guessed, and said so."))

    result = score(record_of(perfect(more=(rated, why))))

    detection, diagnosis = part(result, "detection"), part(result, "diagnosis")
    assert (detection.level, detection.observed, detection.final, detection.note_wanted) == (
        "P",
        "M",
        "M",
        True,
    )
    assert (diagnosis.final, diagnosis.note_wanted) == ("U", False)
    assert part(result, "outcome").final == part(result, "outcome").level


def test_a_role_that_is_left_must_be_taken_over() -> None:
    """A hand-over counts when somebody has the role within the rhythm of updates."""
    gone = (
        (12.0, FACILITATOR, Assigned("p1", COMMANDER)),
        (18.0, FACILITATOR, Left("p1")),
    )
    taken = (*gone, (20.0, FACILITATOR, Assigned("p2", COMMANDER)))

    assert part(score(record_of(perfect(more=gone))), "communication").points == pytest.approx(4)
    assert part(score(record_of(perfect(more=taken))), "communication").points == pytest.approx(5)


@pytest.mark.parametrize(
    ("away", "points"),
    [
        ((Left("p1"), 18, Joined("p1"), 18.2), 5),
        ((Left("p1"), 18, Joined("p1"), 32.9), 5),
        ((Left("p1"), 18, Joined("p1"), 33.1), 4),
        ((Left("p1"), 18, Joined("p2"), 19), 4),
        ((Left("p2"), 18, Joined("p2"), 60), 5),
    ],
    ids=["for seconds", "within a hand-over", "for longer", "another one came", "somebody without a role"],
)
def test_who_joins_again_has_not_left(away: tuple[Left, float, Joined, float], points: float) -> None:
    """A closed terminal costs nothing, if its owner is back as soon as a hand-over would have to be done."""
    left, gone, joined, back = away
    more = (
        (12.0, FACILITATOR, Joined("p1")),
        (12.0, FACILITATOR, Assigned("p1", COMMANDER)),
        (gone, FACILITATOR, left),
        (back, FACILITATOR, joined),
    )

    assert part(score(record_of(perfect(more=more))), "communication").points == pytest.approx(points)


def test_who_came_back_still_has_the_role_and_can_leave_it_for_good() -> None:
    """The second time nobody comes, and the score says who left what, and when."""
    more = (
        (12.0, FACILITATOR, Assigned("p1", COMMANDER)),
        (14.0, FACILITATOR, Left("p1")),
        (15.0, FACILITATOR, Joined("p1")),
        (20.0, FACILITATOR, Left("p1")),
    )

    (loss,) = part(score(record_of(perfect(more=more))), "communication").losses
    assert loss.why == f"p1 left the role {COMMANDER} at 14:20, and nobody took it over in 15 min."


def test_a_role_that_is_free_for_the_last_minutes_is_not_left() -> None:
    """There was no time to hand it over."""
    more = (
        (12.0, FACILITATOR, Assigned("p1", COMMANDER)),
        (28.0, FACILITATOR, Left("p1")),
    )

    assert part(score(record_of(perfect(more=more, end=40))), "communication").points == pytest.approx(5)


@pytest.mark.parametrize("story", [perfect(), perfect(resolve=13), nobody(), nobody(harmful=False)])
def test_any_beginning_of_a_record_can_be_scored(story: Story) -> None:
    """However a drill was cut off, there is a score, and its losses are what is missing."""
    events = record_of(story).events
    for length in range(0, len(events) + 1, 7):
        result = score(Record(events[:length]))
        if result.total is not None:
            assert sum(loss.points for loss in result.losses) == pytest.approx(100 - result.total)


def test_a_note_changes_nothing() -> None:
    """What is only written down earns nothing, and costs nothing."""
    noted = perfect(more=((20.0, ENGINEER, Noted("coffee")),))

    assert score(record_of(noted)).total == score(record_of(perfect())).total


def test_the_order_of_seats_changes_nothing() -> None:
    """The same deeds by other hands are worth the same."""
    record = record_of(perfect())
    swapped = Record(
        tuple(
            replace(event, actor={COMMANDER: ENGINEER, ENGINEER: COMMANDER}.get(event.actor, event.actor))
            for event in record.events
        )
    )

    assert score(swapped).total == score(record).total
