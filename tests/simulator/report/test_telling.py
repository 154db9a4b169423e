"""What a report tells its readers: by the clock and the numbers of the screens, each reason once, and the truth."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from simulator.events import (
    FACILITATOR,
    WORLD,
    AlertChanged,
    AllClear,
    Delivered,
    Joined,
    Left,
    Opened,
    Record,
    Resolved,
    Revealed,
    Sped,
    Started,
    Steered,
    StepStarted,
    ToldInject,
)
from simulator.report import as_json, html, junit, markdown, report_of, terminal_text
from simulator.scoring import Score, score
from tests.simulator.records import ENGINEER, FAULT, Story, nobody, perfect, record_of
from tests.simulator.report.people import people
from tests.simulator.report.test_formats import Page
from tests.simulator.stages import catalogue

SINCE_START = re.compile(r"(?<![\d:+])(?:[0-9]\d|90):[0-5]\d(?!\d|:)")
"""What could be minutes and seconds, or hours and minutes."""


def _page(result: Score, record: Record) -> str:
    return " ".join("".join(Page(html(result, record)).words).split())


def _flat(format_: Callable[[Score, Record], str], story: Story | Record) -> str:
    record = story if isinstance(story, Record) else record_of(story)
    return " ".join(format_(score(record), record).replace("\\", "").split())


def _with(record: Record, **changes: object) -> Record:
    """The record with another truth."""
    *before, last = record.events
    assert isinstance(last.payload, Revealed)
    return Record((*before, replace(last, payload=replace(last.payload, **changes))))  # type: ignore[arg-type]


def _false_all_clear() -> Record:
    """Contained in time, then called over while the containment alone held it."""
    record = record_of(perfect(mitigate=None, resolve=30))
    claim = next(event for event in record.events if isinstance(event.payload, Resolved))
    return _with(record, all_clears=(AllClear(claim.seq, {"traffic-split": 0.0}, 0.2),))


# --- the clock --------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", [terminal_text, markdown, _page], ids=["terminal", "markdown", "html"])
def test_every_format_tells_instants_by_the_clock_of_the_screens(
    format_: Callable[[Score, Record], str],
) -> None:
    """A note of 14:25 is found in the report; the drill began at 14:00, and no instant counts from there."""
    text = _flat(format_, perfect(declare=25, contain=35, mitigate=70, resolve=75))

    assert "Until an incident was declared, from 14:10 to 14:25" in text
    assert "14:25:00, event" in text
    assert {found[:2] for found in SINCE_START.findall(text)} <= {"14", "15"}


def test_a_page_and_markdown_say_which_clock_it_is() -> None:
    """Minute 0, and the latest end, stand below the title."""
    told = "minute 0 is Tuesday, 14:00, and it ends at 15:30 at the latest"

    assert told in _flat(markdown, perfect())
    assert told in _flat(_page, perfect())


def test_the_axis_has_the_clock_and_the_minutes() -> None:
    """Both are needed: notes have times, objectives have minutes."""
    page = html(score(record := record_of(perfect())), record)

    picture = page.partition('aria-label="Timeline of the drill"')[2].partition("</svg>")[0]
    assert ">14:20</text>" in picture
    assert ">+20</text>" in picture
    charts = page.partition("What the service showed")[2]
    assert ">14:20</text>" in charts


def test_programs_get_minutes_and_the_time_of_minute_0() -> None:
    """Findings have both; JUnit and annotations name the time."""
    record = people()
    data = json.loads(as_json(score(record), record))
    suite = ElementTree.fromstring(junit(score(record), record).encode())

    assert data["start"] == "02:40"
    (search,) = (one for one in data["findings"] if one["rule"] == "search")
    assert (search["minutes"], search["time"]) == (70, "03:50:00")
    names = [case.get("name", "") for case in suite if case.get("classname") == "finding"]
    assert any(name.endswith("search at 03:50:00") for name in names)


def test_a_drill_through_midnight_goes_on_with_the_next_day() -> None:
    """23:50 and twenty minutes are 00:10."""
    first, *others = record_of(perfect(declare=25)).events
    assert isinstance(first.payload, Started)
    record = Record((replace(first, payload=replace(first.payload, time="23:50")), *others))

    assert "from 00:00 to 00:15" in _flat(terminal_text, record)


# --- losses and objectives --------------------------------------------------------------------


@pytest.mark.parametrize("format_", [terminal_text, markdown], ids=["terminal", "markdown"])
def test_a_reason_that_cost_twice_is_told_once(format_: Callable[[Score, Record], str]) -> None:
    """With the sum, and with what each part of the score lost."""
    text = _flat(format_, _false_all_clear()).partition("## What went well")[0]

    sentence = "The incident was called over at 14:30, while only traffic-split at 0.0 kept 20 % of requests from harm."
    assert len(re.findall(rf"{re.escape(sentence)} (?!Nobody was told)", text)) == 1
    assert re.search(r"−29\W+The incident was called over", text)
    assert "False reports −15, Containment and mitigation −14" in text


def test_an_improvement_is_suggested_once_for_one_reason() -> None:
    """Nobody agrees twice on the same."""
    record = _false_all_clear()

    whys = [one.why for one in report_of(score(record), record).improvements if one.suggested]
    assert len(whys) == len(set(whys))


@pytest.mark.parametrize("format_", [terminal_text, markdown, _page], ids=["terminal", "markdown", "html"])
def test_an_objective_that_was_met_and_earned_nothing_says_why(
    format_: Callable[[Score, Record], str],
) -> None:
    """It is minutes alone; the event that took the points is named."""
    record = _false_all_clear()
    claim = next(event.seq for event in record.events if isinstance(event.payload, Resolved))
    told = f"in time, but event {claim} at 14:30 took the points of containment and mitigation"

    assert told in _flat(format_, record)
    assert "took the points" not in _flat(format_, perfect())


# --- the truth --------------------------------------------------------------------------------


def test_people_read_on_the_screen_what_was_wrong() -> None:
    """What, where, since when, and how it came, in two lines at most."""
    lines = terminal_text(score(record := record_of(perfect())), record).splitlines()

    told = next(line for line in lines if line.startswith("What was wrong"))
    assert told == (
        "What was wrong: unit-change at payments-feed since 14:10. The payments feed began to send cents."
    )


@pytest.mark.parametrize("format_", [terminal_text, markdown, _page], ids=["terminal", "markdown", "html"])
def test_a_report_tells_the_numbers_that_the_seed_drew(format_: Callable[[Score, Record], str]) -> None:
    """Behind the fault, wherever it says what was wrong."""
    record = _with(record_of(perfect()), faults=(replace(FAULT, drawn={"factor": 71.25, "share": 0.55}),))

    assert "at payments-feed (factor 71.2, share 0.55)" in _flat(format_, record)


@pytest.mark.parametrize("length", [1, 40])
def test_the_truth_takes_two_lines_however_long_it_is(length: int) -> None:
    """The report has the rest."""
    record = _with(record_of(perfect()), explanation="It began to send very many cents. " * length)

    lines = terminal_text(score(record), record).splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("What was wrong"))
    assert lines[start + 1] == "" or lines[start + 2] == ""


def test_a_calm_drill_says_that_nothing_was_wrong() -> None:
    """A benign fault is not what they looked for."""
    assert "What was wrong: nothing that did harm." in _flat(terminal_text, nobody(harmful=False))


def test_no_truth_stands_there_before_it_was_told() -> None:
    """A record that was cut off has none."""
    assert "What was wrong" not in _flat(terminal_text, perfect(revealed=False, end=40))


# --- what the record tells --------------------------------------------------------------------


def test_a_terminal_that_closed_is_no_leaving() -> None:
    """The log says that its owner was back, and the list of people does not say that they left."""
    more = (
        (10.0, FACILITATOR, Joined("p1")),
        (25.5, FACILITATOR, Left("p1")),
        (25.55, FACILITATOR, Joined("p1")),
        (60.0, FACILITATOR, Joined("p2")),
        (61.0, FACILITATOR, Left("p2")),
    )
    text = _flat(markdown, perfect(more=more))

    assert "the terminal of p1 closed; they were back at 14:25:33" in text
    assert "p1 came back" in text
    assert "p2 left" in text
    assert "p1: no role, from 14:10 -" in text
    assert "p2: no role, from 15:00 to 15:01" in text


def test_messages_have_the_numbers_of_the_screens_and_stand_in_the_order_of_time() -> None:
    """What was never sent is last; the place in the agenda is the facilitator's own."""
    injects = (ToldInject("late", 3), ToldInject("early", 1), ToldInject("never", None, cut=True))
    more = (
        (20.0, WORLD, Delivered(ENGINEER, "chat", "Noor", "Early.", 1)),
        (25.0, FACILITATOR, Delivered(ENGINEER, "chat", "Jonas", "Improvised.", 2)),
        (40.0, WORLD, Delivered(ENGINEER, "chat", "Tomas", "Late.", 3)),
        (39.0, FACILITATOR, Steered(1, "now")),
        (41.0, FACILITATOR, Steered(3, "skip")),
    )
    record = record_of(perfect(injects=injects, more=more))
    messages = report_of(score(record), record).course.messages
    told = [(one.number, one.id) for one in messages if "Amount has drifted" not in one.text]

    assert told == [(1, "early"), (2, ""), (3, "late"), (None, "never")]
    text = _flat(markdown, record)
    assert "message 3 (“late”): sent now" in text
    assert "the message “never”: left out" in text
    assert "message 1 of the drill" not in text


def test_alerts_are_drawn_up_to_the_end_of_the_drill() -> None:
    """An alert that fired when the drill was ended did not fire to its horizon."""
    record = record_of(perfect(end=30))
    *events, last = record.events
    late = Record((*events, replace(last, t=90 * 60)))

    for text in (html(score(late), late), html(score(record), record)):
        assert "amount-drift (page) fired from 14:12:00 to 14:30:00" in text
        assert "fired from 14:12:00 to 14:30:00</title>" in text
        assert "15:30:00</title>" not in text.partition("What the service showed")[2].partition("<h2>Log")[0]


def test_the_pace_is_told_when_it_changes() -> None:
    """Whoever lets time pass step by step has not changed it each time."""
    more = tuple((at, FACILITATOR, Sped("x4")) for at in (20.0, 25.0, 30.0))

    assert report_of(score(record := record_of(perfect(more=more))), record).course.pace == (
        "Pace: unpaced.",
        "Pace from 14:20 on: x4.",
    )


@pytest.mark.parametrize(
    ("alerts", "since"),
    [((), 10.0), ((4.0,), 4.0), ((16.0,), None)],
    ids=["no alert: the onset", "an alert", "an alert just before"],
)
def test_a_search_begins_when_there_is_something_to_find(
    alerts: tuple[float, ...], since: float | None
) -> None:
    """Who opens the runbook in a calm hour has not searched since then."""
    more = (
        (1.0, ENGINEER, Opened("feature-drift")),
        (20.0, ENGINEER, StepStarted("feature-drift", "look")),
        *((at, WORLD, AlertChanged("accuracy", "feature-drift", "ticket", "firing", 0.7)) for at in alerts),
    )
    whole = record_of(nobody(more=more))
    events = [
        e
        for e in whole.events
        if not (isinstance(e.payload, AlertChanged) and e.payload.signal == "amount-drift")
    ]
    record = Record(tuple(events))

    found = [one for one in report_of(score(record), record, catalogue()).findings if one.rule == "search"]
    assert [one.minutes for one in found] == ([] if since is None else [since])


def test_a_record_without_a_time_of_day_counts_from_its_start() -> None:
    """A record by hand may lack the time of day: instants count from the start, and nothing breaks."""
    first, *others = record_of(perfect(declare=25)).events
    assert isinstance(first.payload, Started)
    record = Record((replace(first, payload=replace(first.payload, time="soon")), *others))

    assert "Until an incident was declared, from +0:10 to +0:25" in _flat(terminal_text, record)
