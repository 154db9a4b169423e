"""A table without a clock: time passes by what is said and by what is done, at the minutes that deeds state."""

from __future__ import annotations

from simulator.console.desk import Seat
from simulator.events import (
    ControlOrdered,
    ControlTookEffect,
    Decided,
    Delivered,
    Ended,
    Noted,
    Started,
    StepEnded,
    StepStarted,
)
from simulator.scoring import score
from tests.simulator.console.leading import lead, lead_at_a_clock, scenario
from tests.simulator.stages import payloads

STOP = ("end", "yes")


def test_time_stands_until_somebody_says_so() -> None:
    """Looking and writing take none; `next`, `wait` and `until` do, for who is alone too."""
    seats: tuple[Seat, ...] = ("alone", "facilitator")
    for seat in seats:
        script = ["status", "note a", "next", "note b", "wait 1.5", "note c", "until 02:45", "note d", *STOP]
        record, _ = lead(script if seat == "alone" else ["start", *script], seat=seat)

        assert [event.minutes for event, _ in record.of(Noted)] == [0, 3, 4.5, 5]
        assert payloads(record, Started)[0].pace == score(record).pace == "unpaced"


def test_a_step_takes_its_minutes_before_it_is_done() -> None:
    """It begins at once; its deed and its end come after the minutes that the runbook states."""
    record, shown = lead(["open feature-drift", "do look", "note after", *STOP], seat="alone")
    ((begun, _),) = record.of(StepStarted)
    ((ended, end),) = record.of(StepEnded)

    assert (begun.minutes, ended.minutes, end.outcome) == (0, 1, "success")
    assert "It takes 1 min, to 02:41." in shown
    assert [event.minutes for event, _ in record.of(Noted)] == [1]


def test_a_control_of_a_step_is_turned_after_its_minutes_and_takes_its_own() -> None:
    """First the hands, then the control."""
    record, _ = lead(["open feature-drift", "do amount-off", "wait 3", *STOP], seat="alone")
    ((begun, _),) = record.of(StepStarted)
    ((ordered, order),) = record.of(ControlOrdered)
    ((effect, _),) = record.of(ControlTookEffect)

    assert begun.minutes == 0
    assert ordered.minutes > 0
    assert order.effective_t == ordered.t + 60
    assert effect.t == order.effective_t


def test_a_decision_takes_its_minutes() -> None:
    """To look at its answers takes none."""
    record, shown = lead(
        ["open feature-drift", "decide is-it-real", "decide is-it-real 1", *STOP], seat="alone"
    )
    ((decided, _),) = record.of(Decided)

    assert decided.minutes == 0.5
    assert "It takes 30 s, to 02:40." in shown


def test_what_happens_meanwhile_is_shown_and_keeps_nobody_from_the_deed() -> None:
    """A message arrives while a step is under way; the step still ends at its time."""
    record, shown = lead(["open feature-drift", "wait 2.5", "do look", *STOP], seat="alone")
    ((message, _),) = record.of(Delivered)
    ((ended, _),) = record.of(StepEnded)

    assert (message.minutes, ended.minutes) == (3, 3.5)
    assert shown.index("started look") < shown.index("MESSAGE 1") < shown.index("ended look")


def test_what_is_begun_too_late_is_never_done() -> None:
    """The table is told so, and the drill ends under it."""
    record, shown = lead(
        ["open feature-drift", "do look"], seat="alone", change=scenario(minutes=0.75, injects=())
    )

    assert "It takes 1 min; the drill is over before it is done." in shown
    assert payloads(record, StepEnded) == []
    assert payloads(record, Ended) == [Ended("horizon")]


def test_what_cannot_be_done_takes_no_time() -> None:
    """A wrong answer, a step that is none, one that is under way."""
    wrong = ["decide is-it-real 9", "do nothing", "do is-it-real"]
    script = ["open feature-drift", *wrong, "do amount-off", "do amount-off", "note x", *STOP]
    record, shown = lead(script, seat="alone")
    ((noted, _),) = record.of(Noted)
    ((ordered, _),) = record.of(ControlOrdered)

    assert noted.t == ordered.t
    assert shown.count("\n? ") == 4


def test_people_at_a_clock_take_their_own_time() -> None:
    """The minutes of a step are an allowance there, no cost."""
    record, _ = lead_at_a_clock(
        [(0.1, "open feature-drift"), (0.2, "do look"), (0.3, "end"), (0.4, "yes")], seat="alone"
    )

    assert [event.minutes for event, _ in record.of(StepEnded)] == [0.2]
