"""What a record is worth: the whole score, its gates, and what it says of records that are short."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.model import Measure, Task
from simulator.events import FACILITATOR, ControlOrdered, Paused, Record, Resumed, parse
from simulator.scoring import Score, score
from tests.simulator.records import Story, lines_of, nobody, perfect, record_of, turn

MINUTES = st.none() | st.floats(0, 95)


def scored(story: Story) -> Score:
    return score(record_of(story))


def gate(result: Score, id: str) -> bool | None:
    return next(gate.passed for gate in result.gates if gate.id == id)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Any times for any deed, with right and wrong claims."""
    return Story(
        declare=draw(MINUTES),
        service=draw(st.sampled_from(["fraud-scorer", "checkout"])),
        symptom=draw(st.sampled_from(["quality-drop", "latency"])),
        hypothesis=draw(MINUTES),
        component=draw(st.sampled_from(["payments-feed", "model"])),
        contain=draw(MINUTES),
        mitigate=draw(MINUTES),
        collect=draw(MINUTES),
        resolve=draw(MINUTES),
        assume=draw(MINUTES),
        acknowledge=draw(MINUTES),
        posts=tuple(draw(st.lists(st.floats(0, 90), max_size=3))),
        end=draw(st.integers(0, 90)),
        harmful=draw(st.booleans()),
        revealed=draw(st.booleans()),
    )


@given(stories())
def test_points_add_up(story: Story) -> None:
    """Points and losses of a dimension make its weight, the weights make 100, and no score leaves 0..100."""
    result = scored(story)

    assert sum(dimension.weight for dimension in result.dimensions) == 100
    for dimension in result.dimensions:
        lost = sum(loss.points for loss in dimension.losses)
        assert dimension.points + lost == pytest.approx(dimension.weight)
        assert 0 <= dimension.points <= dimension.evaluated <= dimension.weight
    assert result.total is None or 0 <= result.total <= 100
    if result.total is not None and result.of_evaluated is not None:
        assert result.total - 1e-9 <= result.of_evaluated <= 100 + 1e-9


@given(stories())
def test_every_loss_says_why(story: Story) -> None:
    """A lost point names an event, a missing event, a stretch of time or a gap, in a sentence."""
    for loss in scored(story).losses:
        assert loss.why.endswith(".")
        assert loss.gap or loss.minutes is not None
        assert not (loss.missing and loss.seq is not None)


@given(stories())
def test_a_score_needs_the_record_alone(story: Story) -> None:
    """The record read back from its text is worth exactly the same."""
    record = record_of(story)

    again = parse(lines_of(record))
    assert again.problems == ()
    assert score(again) == score(record)


def test_a_perfect_response_is_worth_nearly_everything() -> None:
    """Only the minute before the containment costs something."""
    result = scored(perfect())

    assert result.total is not None
    assert result.total > 99
    assert result.rating == "P"
    assert all(objective.met for objective in result.objectives)


def test_doing_nothing_is_worth_nothing() -> None:
    """Nobody is rewarded for what was not done, must-nots included."""
    result = scored(nobody())

    assert result.total == 0
    assert result.rating == "U"
    assert [objective.met for objective in result.objectives] == [False] * 4


def test_each_lost_point_names_its_event_and_step() -> None:
    """A late containment points to the control that made it, and to the step under way."""
    record = record_of(perfect(contain=30, mitigate=32, resolve=40))

    late = next(loss for loss in score(record).losses if loss.dimension == "response")
    assert late.why == "Impact was back under 2 % 18 min after harm began; the objective is 15 min."
    assert late.seq is not None
    assert record.events[late.seq].kind == "control-effective"
    assert late.step == "feature-drift/to-fallback"


def test_a_record_without_reveal_is_scored_in_part() -> None:
    """What needs the truth is a gap that earns nothing; the rest is scored, with the coverage beside it."""
    result = scored(perfect(revealed=False))

    assert result.total == 5
    assert result.of_evaluated == 100
    assert result.coverage == 0.05
    assert result.rating is None
    assert result.reason == "Scored in part: the record has no reveal."
    assert {loss.why for loss in result.losses} == {"Not evaluated: the record has no reveal."}


def test_missing_telemetry_leaves_a_drill_without_score() -> None:
    """More than 2 % of the planned scrapes are missing."""
    result = scored(perfect(missing_scrapes=3))

    assert result.total is None
    assert result.rating is None
    assert result.reason == (
        "Not scored: 88 of 91 planned scrapes are in the record: 3.3 % are missing, 2 % are allowed."
    )


def test_telemetry_is_held_against_the_plan_up_to_the_end() -> None:
    """A drill that ended early misses nothing of what came after."""
    assert gate(scored(perfect(end=40)), "telemetry") is True


def test_an_edited_record_is_not_scored() -> None:
    """The reason names the line."""
    lines = lines_of(record_of(perfect()))
    lines[3] = lines[3].replace('"t":', '"t":1')

    result = score(parse(lines))
    assert result.total is None
    assert result.reason.startswith("Not scored: the record does not hold: line 4: does not match its hash")


def test_an_empty_record_is_not_scored() -> None:
    """There is nothing to say about it, and that is said."""
    result = score(Record(()))

    assert result.total is None
    assert result.reason == "Not scored: the record has no first line."


def test_a_drill_with_nothing_to_win_says_so() -> None:
    """Where the oracle cannot avoid anything, the outcome is a gap, and the drill is at fault."""
    result = scored(perfect(harm=0.0005))

    assert gate(result, "ruler") is False
    assert result.coverage == 0.65
    assert "drill is at fault" in result.reason


def test_a_must_not_caps_the_rating() -> None:
    """However good the rest."""
    deed = tuple(turn("retrain", True, False, 25))
    result = scored(perfect(more=deed))

    assert result.total is not None
    assert result.total > 80
    assert result.rating == "M"
    assert gate(result, "must-not") is False


def test_help_from_the_facilitator_is_no_mitigation() -> None:
    """The fault was undone, but not by the team."""
    helped = perfect(more=((19, FACILITATOR, ControlOrdered("pipeline-version", "v1", "v2", 20 * 60)),))
    result = scored(helped)

    response = next(dimension for dimension in result.dimensions if dimension.id == "response")
    assert response.points == 10
    assert (
        response.losses[0].why
        == "The facilitator turned a control for the team, so the mitigation is not theirs."
    )


def test_pauses_are_taken_out() -> None:
    """Time that the facilitator takes is nobody's delay."""
    paused = ((12.5, FACILITATOR, Paused()), (32.5, FACILITATOR, Resumed()))
    late = perfect(
        declare=33, contain=34, hypothesis=36, collect=35, mitigate=40, resolve=50, posts=(34, 45, 51)
    )

    detect = scored(late).objectives[0]
    with_pause = scored(replace(late, more=paused)).objectives[0]
    assert (detect.minutes, detect.met) == (21, False)
    assert (with_pause.minutes, with_pause.met) == (1, True)


def test_alarms_are_counted_by_the_hour() -> None:
    """One page in 90 minutes."""
    assert scored(perfect()).alarms_per_hour == pytest.approx(2 / 3)


def test_a_task_must_come_in_time_and_in_order() -> None:
    """Evidence that is collected after the rollback is no evidence of what was."""
    result = scored(perfect(collect=25))

    (task,) = (task for task in result.tasks if task.id == "evidence-first")
    assert not task.done
    assert task.note == "It came after 'control' at 14:19, and belongs before it."
    assert result.rating == "S"


def test_what_is_done_before_anything_is_wrong_is_no_task() -> None:
    """An event counts from the onset on."""
    task = Task("look", "Collect evidence", "", Measure("collect", {"evidence": "panel-sample"}), 1)
    early, timely = perfect(collect=5, tasks=(task,)), perfect(collect=15, tasks=(task,))

    assert not scored(early).tasks[0].done
    assert scored(timely).tasks[0].done
