"""Messages come at their time, after an event, or stay away; and the facilitator may steer them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from generator.model import Choice, Drill, Inject, Measure
from simulator.events import (
    FACILITATOR,
    WORLD,
    Answered,
    ControlTookEffect,
    Delivered,
    Ended,
    Event,
    Noted,
    Payload,
    Posted,
    Recorder,
    Revealed,
    Steered,
    ToldInject,
)
from simulator.responders.view import Move, View
from simulator.session.delivering import Deliveries
from simulator.session.play import play_machine
from simulator.session.stage import set_up
from tests.simulator.session.test_edges import Scripted, idle, played
from tests.simulator.stages import FAULT_DRILL, QUIET_DRILL, catalogue, payloads, with_drill

COMMANDER = "incident-commander"
Happening = tuple[float, str, Payload]
"""Minute, actor, payload."""


def inject(id: str, **given: object) -> Inject:
    words = {"to": "ml-on-call", "channel": "engineering", "sender": "Noor", "text": f"This is {id}."}
    return Inject(id, **{**words, **given})  # type: ignore[arg-type]


def drill(*injects: Inject, cast: dict[str, str] | None = None) -> Drill:
    return replace(catalogue().drill(QUIET_DRILL), injects=injects, cast=cast or {})


def told(text: str = "support", *, minute: float = 5) -> Happening:
    return minute, "communications", Posted("support-desk", text, "", "We are on it.")


def arrivals(
    plan: Drill, *happenings: Happening, until: float = 60, step: float = 0.25
) -> tuple[list[tuple[float, str]], tuple[ToldInject, ...]]:
    """When each message arrives, as minutes and texts, and what became of all; one scrape a ``step``."""
    deliveries, recorder = Deliveries(plan, 7), Recorder()
    coming, found = sorted(happenings, key=lambda happening: happening[0]), []
    for tick in range(int(until / step) + 1):
        while coming and coming[0][0] <= tick * step:
            minute, actor, payload = coming.pop(0)
            if isinstance(payload, Delivered):
                payload = deliveries.numbered(payload)
            recorder.append(60 * minute, actor, payload)
        for message in deliveries.due(60 * tick * step, recorder.events):
            recorder.append(60 * tick * step, WORLD, message)
            found.append((tick * step, message.text))
    return found, deliveries.told(recorder.events)


POST = Measure("post", {"audience": "support"})
ROLLED_BACK = Measure("control-effective", {"control": "pipeline-version", "value": "v1"})


def test_a_message_comes_at_its_minute() -> None:
    """Both of one minute come in the order of the file."""
    found, _ = arrivals(
        drill(inject("b", at_minutes=9), inject("a", at_minutes=4), inject("c", at_minutes=9))
    )

    assert found == [(4, "This is a."), (9, "This is b."), (9, "This is c.")]


def test_a_message_follows_the_first_event_that_it_waits_for() -> None:
    """It comes once, so long after the first event that holds all values; other events do not count."""
    plan = drill(inject("noticed", after=ROLLED_BACK, delay_minutes=2))
    happenings = [
        (3.0, WORLD, ControlTookEffect("pipeline-version", "v2")),
        (5.0, WORLD, ControlTookEffect("pipeline-version", "v1")),
        (6.0, WORLD, ControlTookEffect("pipeline-version", "v1")),
    ]

    assert arrivals(plan, *happenings)[0] == [(7, "This is noticed.")]
    assert arrivals(plan, happenings[0])[0] == []


def test_what_a_facilitator_does_sets_nothing_off() -> None:
    """An event of the facilitator is part of the staging."""
    plan = drill(inject("late", after=POST))

    assert arrivals(plan, (5, FACILITATOR, told()[2]))[0] == []
    assert arrivals(plan, told())[0] == [(5, "This is late.")]


def test_a_message_stays_away_when_it_has_nothing_to_say() -> None:
    """Support complains only where nobody wrote to it by the message's time."""
    plan = drill(inject("angry", at_minutes=10, unless=POST))

    assert arrivals(plan, told(minute=10)) == ([], (ToldInject("angry", None, excused=True),))
    assert arrivals(plan, told(minute=10.1)) == ([(10, "This is angry.")], (ToldInject("angry", 1),))


def test_an_event_between_the_time_and_the_scrape_comes_too_late() -> None:
    """What keeps a message away is judged at its own time, however long a scrape takes."""
    plan = drill(inject("angry", at_minutes=10.5, unless=POST))

    assert arrivals(plan, told(minute=10.7), step=1)[0] == [(11, "This is angry.")]


def test_a_message_may_follow_another_message_or_an_answer() -> None:
    """A decision leads to what it causes, and the first answer stands."""
    ask = inject("ask", at_minutes=2, choices=(Choice("yes-now", "Yes."), Choice("not-yet", "No.")))
    plan = drill(
        ask,
        inject("then", after=Measure("answer", {"choice": "yes-now"}), delay_minutes=3),
        inject("else", after=Measure("answer", {"choice": "not-yet"}), delay_minutes=3),
        inject("echo", after=Measure("message", {"number": 1})),
    )
    answers = [(4.0, COMMANDER, Answered(1, "not-yet")), (5.0, COMMANDER, Answered(1, "yes-now"))]

    found, told_ = arrivals(plan, *answers)

    assert found == [(2, "This is ask."), (2.25, "This is echo."), (7, "This is else.")]
    assert told_[1] == ToldInject("then", None)


def test_numbers_run_in_order_of_delivery() -> None:
    """What the facilitator makes up is numbered with the others, and the reveal names each message's number."""
    plan = drill(inject("last", at_minutes=9), inject("first", at_minutes=2))
    made_up = (5.0, FACILITATOR, Delivered("ml-on-call", "engineering", "Eve", "Made up."))

    _, told_ = arrivals(plan, made_up)

    assert told_ == (ToldInject("last", 3), ToldInject("first", 1))


def test_a_held_message_comes_when_it_is_let_go() -> None:
    """One whose time has passed comes at once, one whose time is to come at its time."""
    plan = drill(inject("a", at_minutes=5), inject("b", at_minutes=20))
    held = [(1.0, FACILITATOR, Steered(place, "hold")) for place in (1, 2)]
    let_go = [(9.0, FACILITATOR, Steered(place, "release")) for place in (1, 2)]

    assert arrivals(plan, *held, *let_go)[0] == [(9, "This is a."), (20, "This is b.")]
    assert arrivals(plan, *held) == ([], (ToldInject("a", None, cut=True), ToldInject("b", None, cut=True)))


def test_a_held_message_that_was_answered_meanwhile_stays_away() -> None:
    """When it is let go, support knows already."""
    plan = drill(inject("angry", at_minutes=5, unless=POST))
    steered = [(1.0, FACILITATOR, Steered(1, "hold")), (9.0, FACILITATOR, Steered(1, "release"))]

    assert arrivals(plan, *steered, told(minute=7)) == ([], (ToldInject("angry", None, excused=True),))


def test_a_message_is_sent_now_or_left_out() -> None:
    """Once only; and what was left out may be sent all the same."""
    plan = drill(inject("a", at_minutes=50), inject("b", at_minutes=5), inject("c", after=POST, unless=POST))
    steered = [
        (3.0, FACILITATOR, Steered(1, "now")),
        (4.0, FACILITATOR, Steered(1, "now")),
        (4.0, FACILITATOR, Steered(2, "skip")),
        (6.0, FACILITATOR, Steered(3, "now")),
        (7.0, FACILITATOR, Steered(99, "now")),
    ]

    found, told_ = arrivals(plan, *steered)

    assert found == [(3, "This is a."), (6, "This is c.")]
    assert told_[1] == ToldInject("b", None, cut=True)


def test_what_the_end_cut_off_is_told_from_what_nobody_waited_for() -> None:
    """A message whose time had been set was to come; one whose event never happened was not."""
    plan = drill(
        inject("late", at_minutes=70),
        inject("soon", after=POST, delay_minutes=30),
        inject("never", after=ROLLED_BACK),
    )

    assert arrivals(plan, told(minute=50))[1] == (
        ToldInject("late", None, cut=True),
        ToldInject("soon", None, cut=True),
        ToldInject("never", None),
    )


def test_a_message_speaks_of_its_cast_at_its_hour() -> None:
    """Sender, text and choices are filled in; what the cast does not have stays as it stands."""
    plan = drill(
        inject(
            "call",
            at_minutes=5,
            sender="{{ cast.caller }}",
            text="{{ incident.now }}: {{ cast.caller.first }}, {{cast.case}}, {{ cast.nobody }}",
            choices=(Choice("go-on", "Call {{ cast.caller }}."), Choice("stop", "Stop.")),
        ),
        cast={"caller": "person", "case": "ticket"},
    )
    (message,) = Deliveries(plan, 7).due(300, [])

    first = message.sender.split()[0]
    assert message.choices[0].text == f"Call {message.sender}."
    assert message.text.startswith(f"{_hour(plan, 5)}: {first}, ")
    assert message.text.endswith(", {{ cast.nobody }}")
    assert "cast" not in message.text.removesuffix("{{ cast.nobody }}")


def _hour(plan: Drill, minutes: int) -> str:
    hours, mins = map(int, plan.time.split(":"))
    return f"{hours + (mins + minutes) // 60:02d}:{(mins + minutes) % 60:02d}"


# --- in a session --------------------------------------------------------------------------------


def test_each_drill_of_a_batch_has_messages_of_its_own() -> None:
    """What one team does brings a message to that team alone."""
    plan = with_drill(
        lambda one: replace(one, injects=(inject("heard", after=Measure("note")),), horizon_minutes=5)
    )

    def note(view: View, replica: int) -> Sequence[Move]:
        return [Move(1, "ml-on-call", Noted("hello"))] if replica == 1 and view.t == 60 else []

    first, second = played(set_up(plan, FAULT_DRILL, [1, 2]), Scripted(note))

    assert payloads(first, Delivered) == []
    assert [(event.t, one.number) for event, one in second.of(Delivered)] == [(75, 1)]


def test_a_drill_that_has_ended_hears_nothing_more() -> None:
    """Its messages are cut, although the others of the batch go on and get theirs."""
    plan = with_drill(lambda one: replace(one, injects=(inject("late", at_minutes=3),), horizon_minutes=5))

    def leave(view: View, replica: int) -> Sequence[Move]:
        return [Move(0, "ml-on-call", Ended("ended"))] if replica == 0 and view.t == 60 else []

    first, second = played(set_up(plan, FAULT_DRILL, [1, 2]), Scripted(leave))

    assert payloads(first, Delivered) == []
    assert len(payloads(second, Delivered)) == 1


def test_messages_are_the_same_when_their_drill_is_called_otherwise() -> None:
    """Renaming the drill, its messages and the names of its cast changes no message."""
    text = "{{ cast.caller }} of {{ cast.case }}"
    plan = drill(inject("a", at_minutes=1, text=text), cast={"caller": "person", "case": "ticket"})
    renamed = replace(
        plan,
        id="renamed",
        injects=(inject("z", at_minutes=1, text="{{ cast.who }} of {{ cast.number }}"),),
        cast={"who": "person", "number": "ticket"},
    )

    assert Deliveries(plan, 7).due(60, []) == Deliveries(renamed, 7).due(60, [])
    assert Deliveries(plan, 7).due(60, []) != Deliveries(plan, 8).due(60, [])


def test_the_reveal_tells_what_became_of_each_message() -> None:
    """In the drill's order, with the numbers that the team saw."""
    injects = (inject("b", at_minutes=4), inject("a", at_minutes=2))
    plan = with_drill(lambda one: replace(one, horizon_minutes=10, injects=injects))
    (record,) = play_machine(set_up(plan, FAULT_DRILL, [7]), "none")

    (reveal,) = payloads(record, Revealed)
    assert reveal.injects == (ToldInject("b", 2), ToldInject("a", 1))
    assert [message.text for message in payloads(record, Delivered)] == ["This is a.", "This is b."]


def test_the_first_line_names_faker_only_where_a_cast_is_drawn() -> None:
    """A drill without a cast does not depend on it."""
    ask = inject("call", at_minutes=1, text="{{ cast.caller }}")
    with_cast = with_drill(
        lambda one: replace(one, horizon_minutes=2, injects=(ask,), cast={"caller": "person"})
    )
    without = with_drill(lambda one: replace(one, horizon_minutes=2, injects=(), cast={}))

    (drawn,) = played(set_up(with_cast, FAULT_DRILL, [7]), Scripted(idle))
    (plain,) = played(set_up(without, FAULT_DRILL, [7]), Scripted(idle))

    assert _faker(drawn.events) != ""
    assert _faker(plain.events) == ""


def _faker(events: Sequence[Event]) -> str:
    return events[0].payload.engine.faker  # type: ignore[union-attr]
