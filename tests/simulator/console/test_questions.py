"""Messages that ask for a decision: shown until somebody answers, answered once."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from generator.model import Choice
from simulator.console import dashboard
from simulator.console.commands import CommandError, understand
from simulator.console.commands.completion import complete
from simulator.console.desk import Desk
from simulator.events import Answered, Delivered, Event
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


def test_a_choice_may_be_given_by_its_place() -> None:
    """As the answers of a decision are."""
    (deed,) = understand("answer 4 2", desk_at(31)).deeds

    assert deed.action == Answered(4, CHOICES[1])


def asking(*messages: tuple[float, str, str, bool]) -> Desk:
    """The desk once these were written: seconds, to whom, sender, whether it asks."""
    board = copy.deepcopy(desk_at(5).board)
    board.messages.clear()
    for number, (t, to, sender, asks) in enumerate(messages, 1):
        choices = (Choice("yes", "Do it"), Choice("no", "Do not")) if asks else ()
        board.follow(Event(0, t, "world", Delivered(to, "chat", sender, "Well?", number, choices)))
    return replace(desk_at(5), board=board, t=600)


def test_of_several_questions_mine_comes_first() -> None:
    """To whom each was written is said; the others are counted, and a message that asks nothing has its own row."""
    desk = asking(
        (300, "ml-on-call", "Jonas", True), (360, "support-lead", "Tomas", True), (420, "ml-on-call", "Eve", True),
        (480, "incident-commander", "Helena", False),
    )  # fmt: skip
    mine, theirs = (
        list(dashboard.plain(replace(desk, role=role))) for role in ("ml-on-call", "support-lead")
    )

    assert " question 02:45 Jonas to you: Well? +2 more: `answer`" in mine
    assert " message  02:48 Helena to incident-commander: Well?" in mine
    assert " question 02:46 Tomas to you: Well? +2 more: `answer`" in theirs


def test_a_small_screen_prefers_what_is_written_to_who_reads_it() -> None:
    """Somebody else's question does not hide a request to the commander."""
    desk = asking((300, "ml-on-call", "Jonas", True), (480, "incident-commander", "Helena", False))
    desk = replace(desk, role="incident-commander", seat="participant", person="p2")
    rows = ["".join(text for _, text in row).rstrip() for row in dashboard.rows(desk, width=80, height=11)]

    assert " question 02:45 Jonas to ml-on-call: Well?" in rows
    assert " message  02:48 Helena to you: Well?" in rows
    assert not any("`answer" in row for row in rows)


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
    assert after[place].startswith(" question 03:10 Jonas, support night desk to you: Fourteen calls")
    assert after[place + 1].strip() == f"`answer 4` {' | '.join(CHOICES)}"


def test_answers_are_completed() -> None:
    """By number, and by choice."""
    assert complete("answer ", desk_at(31)) == sorted(["4", *CHOICES])
    assert complete("answer 4 re", desk_at(31)) == ["replace-the-card"]
