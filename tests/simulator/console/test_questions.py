"""Messages that ask for a decision: shown until somebody answers, answered once."""

from __future__ import annotations

import pytest

from simulator.console import dashboard
from simulator.console.commands import CommandError, understand
from simulator.console.commands.completion import complete
from simulator.events import Answered, Delivered
from tests.simulator.console.desks import desk_at, play_script
from tests.simulator.stages import payloads

CHOICES = ["say-what-we-know", "call-back-tomorrow", "replace-the-card"]
"""Of the message that comes at minute 30, the fourth of seed 7."""


def test_a_question_is_told_with_its_number_and_its_choices() -> None:
    """What has to be typed stands below it."""
    record, said = play_script(["wait 31", "end", "yes"])

    (asked,) = [message for message in payloads(record, Delivered) if message.choices]
    assert f"MESSAGE {asked.number} from {asked.sender} to {asked.to}" in said
    for choice in asked.choices:
        assert f"`answer {asked.number} {choice.id}` - {choice.text}" in said


def test_an_answer_is_in_the_record_under_the_role_that_gave_it() -> None:
    """The number may be left out, and the choice shortened; a second answer is refused."""
    record, said = play_script(["wait 31", "as support-lead answer call", "answer 4 say", "end", "yes"])

    ((event, answer),) = record.of(Answered)
    assert (event.actor, answer) == ("support-lead", Answered(4, "call-back-tomorrow"))
    assert "support-lead answers message 4: call-back-tomorrow" in said
    assert "? message 4 was answered already: call-back-tomorrow" in said


def test_what_was_decided_has_consequences() -> None:
    """The answer brings the message that follows it, and not the one that follows the other answer."""
    record, _ = play_script(["wait 31", "answer call-back-tomorrow", "wait 8", "end", "yes"])

    texts = [message.text for message in payloads(record, Delivered)]
    assert any("They do not hang up" in text for text in texts)
    assert not any("Eleven cards" in text for text in texts)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("answer maybe", "unknown choice 'maybe' (there is say-what-we-know"),
        ("answer 4", "type: answer 4 CHOICE, where CHOICE is say-what-we-know or"),
        ("answer 1 say-what-we-know", "unknown question '1' (there is 4)"),
        ("answer 4 say what", "type: answer [NUMBER] CHOICE"),
    ],
)
def test_an_answer_that_answers_nothing_says_what_to_type(line: str, says: str) -> None:
    """Choices and numbers of questions are named."""
    with pytest.raises(CommandError) as error:
        understand(line, desk_at(31))

    assert says in str(error.value)


def test_open_questions_are_listed() -> None:
    """With their choices; and where nobody asks, that is said."""
    said = understand("answer", desk_at(31)).says

    assert said[0].startswith("4  03:10 Jonas, support night desk: Fourteen calls")
    assert [line.split("`")[1] for line in said[1:]] == [f"answer 4 {id}" for id in CHOICES]
    assert understand("answer", desk_at(25)).says == ("Nobody waits for a decision.",)


def test_an_open_question_stays_on_the_screen() -> None:
    """However old it is, with what to type; a message that asks nothing goes after a while."""
    before, after = (list(dashboard.plain(desk_at(minute))) for minute in (25, 31))

    assert any(line.startswith(" message  03:04 Jonas") for line in before)
    (place,) = [place for place, line in enumerate(after) if line.startswith(" question ")]
    assert after[place].startswith(" question 03:10 Jonas, support night desk: Fourteen calls")
    assert after[place + 1].strip() == f"`answer 4` {' | '.join(CHOICES)}"


def test_answers_are_completed() -> None:
    """By number, and by choice."""
    assert complete("answer ", desk_at(31)) == sorted(["4", *CHOICES])
    assert complete("answer 4 re", desk_at(31)) == ["replace-the-card"]
