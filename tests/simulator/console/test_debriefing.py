"""After the end, before any truth: the facilitator rates and writes down what is to be better."""

from __future__ import annotations

from simulator.events import Ended, Improvement, Rated, Revealed, verify
from simulator.scoring import score
from tests.simulator.console.leading import lead
from tests.simulator.stages import payloads

STOP = ("start", "wait 1", "end", "yes")


def test_ratings_are_asked_for_before_the_score_is_shown() -> None:
    """Five dimensions, each a letter and a sentence; Enter skips one. They stand between end and reveal."""
    record, shown = lead([*STOP, "S They were slow", "", "u Nothing", "", "P Well told", ""], whole=True)
    kinds = [event.kind for event in record.events if event.kind in ("end", "rate", "reveal")]

    assert kinds == ["end", "rate", "rate", "rate", "reveal"]
    assert payloads(record, Rated) == [
        Rated("detection", "S", "They were slow"),
        Rated("response", "U", "Nothing"),
        Rated("communication", "P", "Well told"),
    ]
    assert verify(record) == ()
    assert "cents" not in shown


def test_improvements_have_an_owner_and_a_day() -> None:
    """Any number; what is not understood is asked again; an empty owner drops one."""
    answers = [
        *["", "", "", "", ""],
        *["Name the dashboard", "nobody 2099-12-15", "ml-on-call soon", "ml-on-call 2099-12-15"],
        *["Forget it", ""],
        *["feature-drift/look Say which graph", "incident-commander 2099-01-31"],
        "",
    ]
    record, shown = lead([*STOP, *answers], whole=True)

    assert payloads(record, Improvement) == [
        Improvement("Name the dashboard", "ml-on-call", "2099-12-15"),
        Improvement("Say which graph", "incident-commander", "2099-01-31", "feature-drift/look"),
    ]
    assert "? unknown role 'nobody'" in shown
    assert "? 'soon' is no day" in shown


def test_an_answer_that_is_none_is_asked_again() -> None:
    """With the letters there are, and that a sentence is wanted."""
    record, shown = lead([*STOP, "fine", "S", "S It took long", *[""] * 5], whole=True)

    assert payloads(record, Rated) == [Rated("detection", "S", "It took long")]
    assert "? 'fine' is no rating" in shown
    assert "? say why" in shown


def test_a_mistake_has_a_line_of_its_own_and_repeats_no_heading() -> None:
    """What is wrong, then the question again."""
    _, shown = lead([*STOP, "fine", *[""] * 6], whole=True)
    asked = shown.split("> fine\n")[1].splitlines()

    assert asked[0].startswith("? 'fine' is no rating")
    assert "Detection?" in asked[:4]
    assert shown.count("Before the score is shown") == 1


def test_a_rating_can_be_taken_back() -> None:
    """`back` goes to the one before and shows what was written; both stand in the record, in their order."""
    record, shown = lead([*STOP, "P Quick", "back", "S Not that quick", *[""] * 5], whole=True)

    assert "Detection? You wrote: P Quick (Enter keeps it)" in shown
    assert payloads(record, Rated) == [
        Rated("detection", "P", "Quick"),
        Rated("detection", "S", "Not that quick"),
    ]


def test_what_was_rated_while_the_drill_ran_is_shown() -> None:
    """Enter keeps it."""
    record, shown = lead(["start", "rate detection M Late", "end", "yes", *[""] * 6], whole=True)

    assert "Detection? You wrote: M Late (Enter keeps it)" in shown
    assert payloads(record, Rated) == [Rated("detection", "M", "Late")]


def test_an_improvement_of_a_step_that_there_is_not_is_asked_again() -> None:
    """Before anybody says whose it is; a day that is over is no day either."""
    answers = [*[""] * 5, "feature-drift/nostep Better", "feature-drift/look Better", "ml-on-call 2020-01-01"]
    record, shown = lead([*STOP, *answers, "ml-on-call 2099-12-15", ""], whole=True)

    assert "? 'feature-drift/nostep' is no step of feature-drift" in shown
    assert "? '2020-01-01' is over: write a day to come" in shown
    assert payloads(record, Improvement) == [
        Improvement("Better", "ml-on-call", "2099-12-15", "feature-drift/look")
    ]


def test_an_input_that_ends_is_asked_nothing_more() -> None:
    """Neither at its end before the drill's, nor in the middle of the questions."""
    early, shown_early = lead(["start", "wait 1"], whole=True)
    middle, _ = lead([*STOP, "S They were slow"], whole=True)

    assert "Before the score is shown" not in shown_early
    assert payloads(early, Ended) == [Ended("horizon")]
    assert len(payloads(middle, Rated)) == 1
    assert len(payloads(middle, Revealed)) == 1


def test_who_is_alone_is_not_asked() -> None:
    """There is no observer."""
    record, shown = lead(["wait 1", "end", "yes", "S They were slow"], whole=True, seat="alone")

    assert payloads(record, Rated) == []
    assert "Before the score is shown" not in shown


def test_an_aborted_drill_is_neither_debriefed_nor_scored() -> None:
    """Something outside of it ended it; the reason says so, and the truth is told all the same."""
    record, shown = lead(["start", "wait 1", "abort", "yes", "S They were slow"], whole=True)
    result = score(record)

    assert "Before the score is shown" not in shown
    assert (result.scored, result.total) == (False, None)
    assert result.reason == "Not scored: the drill was aborted at 02:41."
    assert len(payloads(record, Revealed)) == 1
