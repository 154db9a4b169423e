"""A facilitator leads a drill: what they type, what comes of it in the record, what they alone see."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest

from generator.model import Choice, Drill, Inject, Measure, Span, Task
from simulator.console.commands import COMMANDS, understand
from simulator.console.commands.base import CommandError
from simulator.console.commands.completion import complete
from simulator.console.desk import Seat
from simulator.events import (
    FACILITATOR,
    WORLD,
    Delivered,
    Ended,
    Hinted,
    Improvement,
    Noted,
    Rated,
    Remarked,
    Sped,
    Steered,
)
from simulator.scoring import score
from tests.simulator.console.desks import desk
from tests.simulator.console.leading import HINTS, INJECTS, lead, lead_at_a_clock, scenario
from tests.simulator.stages import payloads

STOP = ("end", "yes")


def sent(record: object) -> list[tuple[float, str]]:
    """Minutes and senders' words of all messages."""
    return [(event.minutes, message.text) for event, message in record.of(Delivered)]  # type: ignore[attr-defined]


# --- time -----------------------------------------------------------------------------------------


def test_nothing_moves_before_the_start() -> None:
    """The team may look and write notes, but no time passes, by no command."""
    record, shown = lead(
        ["wait 5", "next", "note ready", "pause", "resume", "start", "wait 1", "note on", *STOP]
    )

    assert "? the drill has not started: `wait` works after `start`" in shown
    assert "? the drill has not started: `next` works after `start`" in shown
    assert "? the drill has not started: `pause` works after `start`" in shown
    assert "? the drill is not paused" in shown
    assert [(event.t, noted.text) for event, noted in record.of(Noted)] == [(0, "ready"), (60, "on")]


def test_a_drill_starts_where_it_is_told_to() -> None:
    """The world has played up to then; what happened before is on the screen."""
    record, shown = lead(["note here", "start", "note there", *STOP], from_minutes=5)

    assert [event.minutes for event, _ in record.of(Noted)] == [5, 5]
    assert sent(record) == [(3, "A graph has a gap.")]
    assert shown.index("A graph has a gap.") < shown.index("> note here")


def test_next_goes_to_what_happens_next() -> None:
    """Messages, the deadline of a task, then the last scrape; only from there the end."""
    record, shown = lead(["start", *["next", "note x"] * 5, "next"])

    assert [event.minutes for event, _ in record.of(Noted)] == [3, 6, 8, 10, 11.75]
    assert "It is 02:51: nothing else happens before the end; `next` ends the drill." in shown
    assert payloads(record, Ended) == [Ended("horizon")]


def test_next_stops_at_the_deadline_of_a_task() -> None:
    """Nobody else would see it pass: the tasks of a drill are the facilitator's."""
    _, shown = lead(["start", "until 03:08", "next", *STOP], change=lambda drill: drill)

    assert "It is 03:09: task acknowledge-page is due." in shown


def test_the_clock_runs_at_another_speed() -> None:
    """From the command on; the record says so, under the facilitator's name."""
    record, terminal = lead_at_a_clock(
        [(0, "start"), (1.1, "note a"), (2.1, "speed 120"), (3.1, "note b"), (3.2, "end"), (3.3, "yes")]
    )
    (sped,) = record.of(Sped)

    assert (sped[0].t, sped[0].actor, sped[1].pace) == (126.0, FACILITATOR, "x120")
    assert [event.minutes for event, _ in record.of(Noted)] == [1.1, 4.1]
    assert any("the clock runs at x120" in line for line in terminal.said)
    assert score(record).pace == "mixed"


def test_a_jump_on_a_running_clock_is_in_the_record() -> None:
    """It begins and ends with a change of pace; afterwards the clock runs as before."""
    record, _ = lead_at_a_clock([(0, "start"), (1.1, "next"), (2.2, "note a"), (2.3, "end"), (2.4, "yes")])

    assert [(event.minutes, sped.pace) for event, sped in record.of(Sped)] == [(1.1, "unpaced"), (3, "x60")]
    assert score(record).pace == "mixed"
    assert [round(event.minutes, 2) for event, _ in record.of(Noted)] == [4.1]


def test_a_speed_that_is_none_changes_nothing() -> None:
    """The message says what a speed is."""
    wrong = ["0", "-1", "nan", "inf", "max", "1e3", "99999999", "", "1 2", "²", "x"]
    script = [(0.1, "start"), *((0.5, f"speed {text}") for text in wrong), (1.0, "end"), (1.0, "yes")]
    record, terminal = lead_at_a_clock(script)
    said = [line for line in terminal.said if line.startswith("? ")]

    assert payloads(record, Sped) == []
    assert len(said) == len(wrong)
    assert all("speed" in line for line in said)


def test_time_is_the_facilitators_where_a_clock_runs() -> None:
    """Who is alone does not jump by a slip; `next` is what many take for the next step."""
    record, terminal = lead_at_a_clock(
        [(1, "next"), (1.1, "wait 5"), (1.6, "note a"), (2, "end"), (2, "yes")], seat="alone"
    )

    assert [event.minutes for event, _ in record.of(Noted)] == [1.6]
    assert any("`steps` shows what is to be done" in line for line in terminal.said)


# --- messages -------------------------------------------------------------------------------------


def test_a_message_is_sent_before_its_time() -> None:
    """With the next scrape, and not again."""
    record, shown = lead(["start", "send 2", "wait 9", "send 2", *STOP])

    assert payloads(record, Steered) == [Steered(2, "now")]
    assert sent(record) == [(0.25, "Three calls."), (3, "A graph has a gap."), (8, "Nobody said it.")]
    assert "? a2 of the agenda was sent at 02:40, as MESSAGE 1" in shown


def test_a_message_is_held_until_it_is_let_go() -> None:
    """After its time it comes at once."""
    record, shown = lead(
        ["start", "hold 1", "hold 1", "wait 4", "agenda", "release 1", "release 4", "wait 1", *STOP]
    )

    assert payloads(record, Steered) == [Steered(1, "hold"), Steered(1, "release")]
    assert sent(record) == [(4.25, "A graph has a gap.")]
    assert " a1  HELD (was due 02:43)" in shown
    assert "? a1 is held already: `release a1` lets it go" in shown
    assert "? a4 is not held" in shown


def test_a_message_is_left_out() -> None:
    """For good, unless it is put back."""
    record, shown = lead(["start", "leave-out 1", "agenda", "wait 5", *STOP])

    assert sent(record) == []
    assert " a1  LEFT OUT" in shown
    assert payloads(record, Steered) == [Steered(1, "skip")]


def test_a_message_is_improvised() -> None:
    """It takes its number among all messages, and does not come from the world."""
    record, shown = lead(
        ["start", "wait 3", "improvise support-lead support-desk Jonas, night desk: Is it over: yes?", *STOP]
    )
    (_, first), (event, second) = record.of(Delivered)

    assert (first.number, second.number) == (1, 2)
    assert second == Delivered("support-lead", "support-desk", "Jonas, night desk", "Is it over: yes?", 2)
    assert event.actor == FACILITATOR != WORLD
    assert "MESSAGE 2 from Jonas, night desk to support-lead on support-desk: Is it over: yes?" in shown


def test_the_facilitator_reads_which_message_of_the_agenda_came() -> None:
    """Numbers of arrival and of the agenda are told apart, and each MESSAGE says which it was."""
    _, shown = lead(["start", "improvise ml-on-call engineering Eve: Hello", "send a2", "wait 4", *STOP])
    lines = shown.splitlines()

    found = [line[10:30] + lines[place + 1].strip() for place, line in enumerate(lines) if "MESSAGE" in line]
    assert found == [
        "MESSAGE 1 from Eve t(hidden) that was improvised",
        "MESSAGE 2 from Jonas(hidden) that was a2 of the agenda",
        "MESSAGE 3 from Noor (hidden) that was a1 of the agenda",
    ]


def test_a_drill_that_begins_later_says_when() -> None:
    """The hour of the clock, what comes first, and how much is left."""
    _, shown = lead([*STOP], from_minutes=5)

    assert (
        "It is Thursday, 02:45 UTC. What happened since 02:40 comes first. The exercise lasts at most 7 min."
        in shown
    )


MISTAKES = [
    ("send", "type: send NUMBER"),
    ("send 0", "'0' is no message of the agenda: they are numbered from a1 to a4"),
    ("send 99", "'99' is no message"),
    ("hold -1", "'-1' is no message"),
    ("hold ١", "'١' is no message"),
    ("release 1.0", "'1.0' is no message"),
    ("leave-out 1 2", "type: leave-out NUMBER"),
    ("improvise ml-on-call engineering Noor", "type: improvise ROLE CHANNEL SENDER: TEXT"),
    ("improvise ml-on-call engineering : x", "type: improvise ROLE CHANNEL SENDER: TEXT"),
    ("improvise nobody engineering Noor: x", "unknown role 'nobody'"),
    ("improvise ml-on-call pigeon Noor: x", "unknown channel 'pigeon'"),
    ("assign p1 ml-on-call", "nobody has joined"),
    ("remark", "type: remark WORDS"),
    ("rate", "type: rate DIMENSION P|S|M|U WHY"),
    ("rate outcome P x", "unknown dimension 'outcome'"),
    ("rate detection Q x", "'Q' is no rating: P performed"),
    ("improve ml-on-call tomorrow x", "'tomorrow' is no day: write 2026-12-15"),
    ("improve ml-on-call 2026-02-30 x", "'2026-02-30' is no day"),
    ("improve nobody 2099-12-15 x", "unknown role 'nobody'"),
    ("improve ml-on-call 2020-01-01 x", "'2020-01-01' is over: write a day to come"),
    (
        "improve ml-on-call 2099-12-15 feature-drift/nostep x",
        "'feature-drift/nostep' is no step of feature-drift",
    ),
    ("start", "the drill has started"),
    ("speed 20", "time stands here"),
]


def test_a_mistake_of_the_facilitator_says_what_to_type() -> None:
    """And nothing goes into the record."""
    record, shown = lead(["start", *(text for text, _ in MISTAKES), *STOP])
    answers = [part.split("\n")[1] for part in shown.split("\n> ")[2:-2]]

    for answer, (text, message) in zip(answers, MISTAKES, strict=True):
        assert answer.startswith(f"? {message}"), text
    assert payloads(record, Steered) + payloads(record, Rated) + payloads(record, Improvement) == []


def test_the_agenda_says_what_comes_and_why() -> None:
    """Times, conditions, and what has become of each message."""
    script = ["agenda", "start", "wait 4", "declare fraud-scorer input-drift sev2", "wait 5", "agenda", *STOP]
    before, after = lead(script)[1].split("> declare")

    assert " a1  due 02:43  Noor to ml-on-call on engineering: A graph has a gap." in before
    assert " a3  2 min after declare (symptom input-drift)  Jonas to ml-on-call" in before
    assert " a4  due 02:48, unless declare (symptom input-drift)  Jonas" in before
    assert " a3  02:46 sent as MESSAGE 3  Jonas" in after
    assert " a4  stays away: declare (symptom input-drift) was done" in after


def test_a_message_is_read_whole_before_it_is_sent() -> None:
    """With what it asks for; a number that there is not is refused."""
    asks = Inject("asks", "ml-on-call", "engineering", "Noor", "word " * 40, at_minutes=3,
                  choices=(Choice("yes-please", "Do it"),))  # fmt: skip
    _, shown = lead(["agenda 1", "agenda 2", "agenda x y", *STOP], change=scenario(injects=(asks,)))

    assert f"a1  due 02:43\nNoor to ml-on-call on engineering:\n{'word ' * 40}\nyes-please - Do it" in shown
    assert "? '2' is no message of the agenda" in shown
    assert "? type: agenda, or agenda NUMBER" in shown


def test_the_facilitators_own_commands_come_first_in_the_help() -> None:
    """Then those of the team."""
    _, shown = lead(["help", *STOP])
    listed = shown.split("> help")[1]

    assert listed.index("truth") < listed.index("# What the team does") < listed.index("acknowledge")


def test_enter_starts_the_drill() -> None:
    """As well as `start`."""
    record, _ = lead(["", "wait 1", "note on", *STOP])

    assert [event.minutes for event, _ in record.of(Noted)] == [1]


def test_tasks_are_ticked_as_they_are_done() -> None:
    """What is late is marked; what must not be done is marked when it is."""
    script = [
        "start",
        "until 03:00",
        "set model-version spring-2026",
        "until 03:10",
        "acknowledge all",
        "agenda",
        "end",
        "yes",
    ]
    _, shown = lead(script, change=lambda drill: drill)

    assert "[!] Acknowledge the page about the amount: done at 03:10, TOO LATE (by 03:09)" in shown
    assert "[ ] Declare the incident with the right scope: by 03:14" in shown
    assert "[!] Do not change the model version: must not be done, and was at 03:00" in shown


def test_a_task_that_a_message_asks_for_counts_from_it() -> None:
    """Before that it is not asked; its minutes run from the delivery."""
    reply = Task("reply", "Answer Jonas", "He asks", Measure("post"), 1.0, within_minutes=2, inject="later")
    change = scenario(injects=INJECTS[:2])
    script = ["start", "agenda", "wait 6", "agenda", "wait 3", "agenda", *STOP]
    _, shown = lead(script, change=lambda drill: replace(change(drill), tasks=(reply,)))
    first, second, third = (line for line in shown.splitlines() if "Answer Jonas: " in line)

    assert first == "[.] Answer Jonas: not asked: a2 has not been sent"
    assert second == "[ ] Answer Jonas: by 02:48"
    assert third == "[!] Answer Jonas: OVERDUE since 02:48"


def test_the_truth_is_told_to_the_facilitator() -> None:
    """What is wrong, since when, when harm begins, what should be opened and declared."""
    _, shown = lead(["truth", *STOP], change=lambda drill: drill)

    assert "Fault cents-for-euros: unit-change (unit-change) at payments-feed, from 02:58" in shown
    assert "Harm begins at 02:59" in shown
    assert "The runbook to open: feature-drift. The symptom to declare: input-drift." in shown


def test_the_truth_holds_what_the_seed_drew() -> None:
    """Where the drill gives a range, its usual value says nothing of this hour."""

    def vary(drill: Drill) -> Drill:
        (fault,) = drill.faults
        return replace(drill, faults=(replace(fault, vary={"factor": Span(90, 91)}),))

    _, shown = lead(["truth", *STOP], change=vary)

    assert re.search(
        r"unit-change \(unit-change\) at payments-feed \(factor 9[01][\d.]*\), from 02:58", shown
    )


def test_the_facilitators_screen_shows_what_is_behind() -> None:
    """Below what everybody sees."""
    _, shown = lead(["status", *STOP], change=lambda drill: drill)

    assert " truth    cents-for-euros from 02:58" in shown
    assert re.search(
        r"^ tasks    0 of \d+ done; \d+ not asked yet; \d+ must not be done$", shown, re.MULTILINE
    )
    assert " coming   02:42 noise younger-accounts begins, in 2 min" in shown


# --- hints, remarks, judgements --------------------------------------------------------------------


def test_hints_come_in_their_turn_at_their_price() -> None:
    """All are told; then there are none left."""
    record, shown = lead(["start", "hint", "agenda", "hint", "hint", *STOP])

    assert payloads(record, Hinted) == [Hinted(hint.text, hint.points) for hint in HINTS]
    assert "HINT (2 points): Look at what the amounts are." in shown
    assert "# Hints: 1 of 2 left" in shown
    assert "? all hints were given" in shown


def test_what_an_observer_writes_is_recorded() -> None:
    """Words as they are typed, days and letters as they are meant."""
    record, _ = lead(
        ["start", 'remark it\'s "slow"', "rate detection s Nobody declared", "improve ml-on-call 2099-12-15 Ask: who?",
         "improve ml-on-call 2099-12-15 feature-drift/look: Name the dashboard", *STOP]
    )  # fmt: skip

    assert payloads(record, Remarked) == [Remarked('it\'s "slow"')]
    assert payloads(record, Rated) == [Rated("detection", "S", "Nobody declared")]
    assert payloads(record, Improvement) == [
        Improvement("Ask: who?", "ml-on-call", "2099-12-15"),
        Improvement("Name the dashboard", "ml-on-call", "2099-12-15", "feature-drift/look"),
    ]


def test_who_is_alone_reads_no_judgement_in_the_log() -> None:
    """It is in the record, and the log shows only what was typed."""
    record, shown = lead(["remark slow", "rate detection U late", *STOP], seat="alone")

    assert len(payloads(record, Remarked)) == len(payloads(record, Rated)) == 1
    assert "(hidden)" not in shown


# --- who may what -----------------------------------------------------------------------------------

BEHIND = ["agenda", "truth", "send 1", "hold 1", "release 1", "leave-out 1", "improvise ml-on-call chat N: x"]


@pytest.mark.parametrize("text", BEHIND)
def test_what_tells_the_truth_is_refused_to_who_is_alone(text: str) -> None:
    """The message says how to get it."""
    with pytest.raises(
        CommandError, match="only a facilitator may know; with `drill run DRILL --facilitator`"
    ):
        understand(text, desk())


def test_not_even_a_fault_or_a_message_shows_through() -> None:
    """Whatever is typed at a single terminal."""
    _, shown = lead([*BEHIND, "status", "help", *STOP], seat="alone", change=lambda drill: drill)

    assert "cents-for-euros" not in shown
    assert "Helena" not in shown


@pytest.mark.parametrize("seat", ["alone", "participant"])
def test_commands_of_others_are_neither_listed_nor_completed(seat: Seat) -> None:
    """`help COMMAND` still explains them."""
    theirs = replace(desk(), seat=seat)
    listed = "\n".join(understand("help", theirs).says)

    assert "truth" not in [line.split()[0] for line in listed.splitlines()]
    assert complete("tr", theirs) == []
    assert ("pause" in complete("pa", theirs)) is (seat == "alone")
    assert understand("help truth", theirs).says


def test_a_participant_does_not_lead() -> None:
    """What only a facilitator does is refused by name."""
    theirs = replace(desk(), seat="participant")
    leading = [command for command in COMMANDS if command.by == "facilitator"]

    assert len(leading) > 10
    for command in leading:
        with pytest.raises(CommandError, match=f"`{command.name}` is the facilitator's"):
            understand(command.example, theirs)


# --- the end -----------------------------------------------------------------------------------------


def test_a_drill_is_broken_off() -> None:
    """It asks first; a no changes nothing, and the record says why it ended."""
    record, shown = lead(["start", "abort", "no", "note on", "abort", "yes"])

    assert "Abort the drill for everybody? It will not be scored. Type yes or no." in shown
    assert len(payloads(record, Noted)) == 1
    assert payloads(record, Ended) == [Ended("aborted")]


def test_a_script_that_never_starts_ends_the_drill() -> None:
    """Nobody waits for ever for a start that cannot come."""
    record, _ = lead(["agenda"])

    assert payloads(record, Ended) == [Ended("interrupted")]


def test_rubbish_neither_breaks_nor_steers_anything() -> None:
    """Whatever follows a command, the drill goes on, and what is recorded holds no control characters."""
    draw = random.Random(7)
    junk = [
        "",
        "\x1b[2J",
        "\udcff",
        "9" * 400,
        "'; drop",
        "{{ cast.x }}",
        "-1",
        "nan",
        "p1 p1",
        ": :",
        "0x1",
        "1/0",
        "%s",
        "​",
        "ml-on-call",
        "P",
    ]
    lines = [
        f"{command.name} {' '.join(draw.choices(junk, k=draw.randrange(4)))}"
        for command in COMMANDS
        for _ in range(6)
        if command.name not in ("end", "abort", "wait", "until", "next", "pause")
    ]
    record, shown = lead(["start", *lines, "note still here", *STOP])

    assert payloads(record, Noted)[-1] == Noted("still here")
    assert payloads(record, Ended) == [Ended("ended")]
    assert "\x1b" not in shown + "".join(remark.text for remark in payloads(record, Remarked))
