"""Tasks that a message asks for: timed from its delivery, left out where it had no reason to come."""

from __future__ import annotations

import pytest

from generator.model import Measure, Task
from simulator.events import (
    FACILITATOR,
    WORLD,
    Answered,
    Delivered,
    Posted,
    Steered,
    ToldInject,
)
from simulator.scoring import Score, score
from tests.simulator.records import COMMANDER, HORIZON, Happening, Story, nobody, perfect, record_of

TELL = Task(
    "tell", "Tell the executives", "They ask", Measure("post", {"audience": "executives"}), 1,
    within_minutes=10, inject="question",
)  # fmt: skip
DECIDE = Task(
    "decide", "Hold the training", "The platform asks", Measure("answer", {"choice": "hold"}), 1,
    within_minutes=10, inject="question",
)  # fmt: skip
NEVER = Task(
    "never", "Do not let it train", "The platform asks", Measure("answer", {"choice": "run"}), 1,
    must_not=True, inject="question",
)  # fmt: skip
COMPANION = Task("declare", "Declare the incident", "The page", Measure("declare"), 1)
CAME = ToldInject("question", 1)
ASKED: Happening = (40.0, WORLD, Delivered(COMMANDER, "mail", "Helena", "How bad is it?", 1))


def post(minute: float, *, audience: str = "executives") -> Happening:
    return minute, COMMANDER, Posted("mail", audience, "", "We are on it.")


def answer(minute: float, choice: str) -> Happening:
    return minute, COMMANDER, Answered(1, choice)


def played(
    *more: Happening, tasks: tuple[Task, ...] = (TELL,), told: ToldInject = CAME, end: float = HORIZON
) -> Score:
    delivered = (ASKED,) if told.message else ()
    story = perfect(more=(*delivered, *more), tasks=(COMPANION, *tasks), injects=(told,), end=end)
    return score(record_of(story))


def result(found: Score, id: str = "tell") -> tuple[bool, bool]:
    """Whether it was asked, and done."""
    return next((task.asked, task.done) for task in found.tasks if task.id == id)


def points(found: Score) -> float:
    return next(one.points for one in found.dimensions if one.id == "tasks")


@pytest.mark.parametrize(
    ("minute", "done"), [(45, True), (50, True), (50.1, False), (30, True)],
    ids=["in its time", "at its limit", "too late", "before it was asked"],
)  # fmt: skip
def test_its_time_counts_from_the_delivery(minute: float, done: bool) -> None:
    """Not from the start of harm, which is long over."""
    found = played(post(minute))

    assert result(found) == (True, done)
    assert points(found) == pytest.approx(10 if done else 5)


def test_a_late_answer_says_what_it_was_late_for() -> None:
    """The reason of the loss names the question, not the fault."""
    (loss,) = [one for one in played(post(55)).losses if one.dimension == "tasks"]

    assert loss.why == "Not done: Tell the executives. It came 15 min after it was asked; 10 min are allowed."


def test_what_was_excused_is_not_asked() -> None:
    """It leaves the denominator, keeps nobody from a P, and says why."""
    found = played(told=ToldInject("question", None, excused=True))

    assert result(found) == (False, False)
    assert points(found) == pytest.approx(10)
    assert found.coverage == 1
    assert found.rating == "P"
    assert found.tasks[1].note == "Not asked: what its message asks for had been done before."


def test_what_nothing_led_to_is_not_asked() -> None:
    """A message that waits for a step that nobody took asks for nothing."""
    found = played(told=ToldInject("question", None))

    assert (result(found), points(found)) == ((False, False), pytest.approx(10))


@pytest.mark.parametrize(
    ("steered", "why"),
    [
        ((), "the drill ended before its message came"),
        (((5.0, FACILITATOR, Steered(1, "skip")),), "the facilitator kept its message back"),
        (((5.0, FACILITATOR, Steered(1, "hold")),), "the facilitator kept its message back"),
    ],
    ids=["ended before", "left out", "held back"],
)
def test_what_was_cut_off_is_a_gap(steered: tuple[Happening, ...], why: str) -> None:
    """It earns nothing, and is not held against the rating as a miss."""
    found = played(*steered, told=ToldInject("question", None, cut=True))

    (loss,) = [one for one in found.losses if one.dimension == "tasks"]
    assert (loss.gap, loss.points) == (True, pytest.approx(5))
    assert loss.why == f"Not evaluated: Tell the executives: {why}."
    assert found.coverage == pytest.approx(0.95)


def test_a_record_that_tells_nothing_of_its_messages_leaves_a_gap() -> None:
    """What cannot be known is not earned."""
    story = perfect(tasks=(COMPANION, TELL), injects=())

    (loss,) = [one for one in score(record_of(story)).losses if one.dimension == "tasks"]
    assert loss.gap


def test_where_no_task_was_asked_there_is_nothing_to_earn() -> None:
    """Ten points that nobody could earn are a gap, not a gift."""
    story = nobody(tasks=(TELL,), injects=(ToldInject("question", None),))

    (tasks,) = [one for one in score(record_of(story)).dimensions if one.id == "tasks"]
    assert (tasks.points, tasks.evaluated) == (0, 0)


def test_the_first_answer_counts() -> None:
    """Whoever tries all choices has chosen the first."""
    wise, wild = answer(42, "hold"), answer(43, "run")

    assert result(played(wise, wild, tasks=(DECIDE, NEVER)), "decide") == (True, True)
    assert result(played(wise, wild, tasks=(DECIDE, NEVER)), "never") == (True, False)
    hasty = played((41.0, COMMANDER, Answered(1, "run")), wise, tasks=(DECIDE, NEVER))
    assert result(hasty, "decide") == (True, False)
    assert result(hasty, "never") == (True, True)
    assert hasty.rating == "M"


def test_an_answer_before_anything_was_wrong_counts() -> None:
    """A question that comes in the calm is a question all the same."""
    asked = (2.0, WORLD, Delivered(COMMANDER, "mail", "Noor", "Shall it train?", 1))
    story = Story(more=(asked, answer(3, "hold")), tasks=(COMPANION, DECIDE), injects=(CAME,))

    assert result(score(record_of(story)), "decide") == (True, True)


def test_what_a_message_forbids_can_only_be_done_after_it() -> None:
    """A must-not that a message begins does not look back."""
    silent = Task("silent", "Tell nobody more", "Told", Measure("post", {"audience": "support"}), 1,
                  must_not=True, inject="question")  # fmt: skip

    assert result(played(post(30, audience="support"), tasks=(silent,)), "silent") == (True, False)
    assert result(played(post(41, audience="support"), tasks=(silent,)), "silent") == (True, True)


def test_a_task_may_come_before_what_else_the_message_leads_to() -> None:
    """An order among events holds for tasks of messages too."""
    ordered = Task("tell", "Tell them before you answer", "They ask", TELL.measure, 1,
                   before=Measure("answer"), inject="question")  # fmt: skip

    assert result(played(post(41), answer(42, "hold"), tasks=(ordered,))) == (True, True)
    assert result(played(answer(41, "hold"), post(42), tasks=(ordered,))) == (True, False)
