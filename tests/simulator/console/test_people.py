"""People at a clock: times of what they do, pauses, interrupts."""

from __future__ import annotations

import io

from simulator.console import telling
from simulator.console.board import Board
from simulator.events import (
    FACILITATOR,
    WORLD,
    Delivered,
    Ended,
    Event,
    Noted,
    Paused,
    Recorder,
    Resumed,
    Started,
)
from tests.simulator.console.desks import run_session
from tests.simulator.stages import payloads


def test_what_is_typed_has_its_own_time() -> None:
    """Wall seconds times the speed, between two scrapes, never backwards."""
    record, terminal = run_session([(0.1, "note a"), (0.26, "note b"), (1.01, "note c")], minutes=2)

    assert [event.t for event, _ in record.of(Noted)] == [6.0, 15.6, 60.6]
    assert [event.t for event in record.events] == sorted(event.t for event in record.events)
    assert terminal.pace == "x60"


def test_a_pause_is_taken_out() -> None:
    """Ten wall seconds of pause pass no simulated time; both ends are the facilitator's."""
    record, _ = run_session([(0.45, "pause"), (10.45, "resume"), (10.55, "note on")], minutes=2)
    ((paused, _),) = record.of(Paused)
    ((resumed, _),) = record.of(Resumed)
    ((noted, _),) = record.of(Noted)

    assert (paused.t, resumed.t) == (27.0, 27.0)
    assert noted.t == 33.0
    assert {paused.actor, resumed.actor} == {FACILITATOR}


def test_a_pause_hides_the_metrics() -> None:
    """Nobody reads or acts while the clock stands; notes and the end remain."""
    script = [(0.5, "pause"), (1.0, "status"), (1.1, "set capacity 6"), (1.2, "note x"), (2.0, "resume")]
    record, terminal = run_session(script, minutes=1)

    assert "? the drill is paused: `status` works again after `resume`" in terminal.said
    assert "? the drill is paused: `set` works again after `resume`" in terminal.said
    assert payloads(record, Noted) == [Noted("x")]


def test_ctrl_c_ends_the_drill_with_its_record_whole() -> None:
    """The last line says that it was interrupted, and the terminal is given back."""
    record, terminal = run_session([(0.2, "note first")], minutes=5, interrupt_at=2.0)

    assert payloads(record, Ended) == [Ended("interrupted")]
    assert record.events[-1].payload == Ended("interrupted")
    assert payloads(record, Noted) == [Noted("first")]
    assert terminal.closed


def test_ctrl_c_works_in_a_pause() -> None:
    """A drill that stands can be ended too."""
    record, _ = run_session([(0.2, "pause")], minutes=5, interrupt_at=2.0)

    assert payloads(record, Ended) == [Ended("interrupted")]


def test_the_horizon_gives_the_terminal_back() -> None:
    """Nobody has to end a drill whose time is over."""
    record, terminal = run_session([], minutes=1)

    assert payloads(record, Ended) == [Ended("horizon")]
    assert terminal.closed


def test_a_message_cannot_steer_the_terminal() -> None:
    """Control characters and escape sequences of a message are not shown."""
    record, _ = run_session([], minutes=1)
    board = Board(payloads(record, Started)[0])
    message = Delivered("ml-on-call", "chat", "Eve\x1b[8m", "look\x1b]0;x\x07 \x9b2Jhere\r\n\u202enow")
    ((_, line),) = telling.lines(Event(1, 60.0, WORLD, message), board)

    assert line == "02:41:00  MESSAGE from Eve to ml-on-call on chat: look here now"


def test_an_event_is_written_before_it_is_shown() -> None:
    """A terminal that breaks while it shows an event leaves a file that holds the event."""
    file = io.StringIO()
    seen: list[bool] = []
    recorder = Recorder(file)
    recorder.heard = lambda event: seen.append("kept" in file.getvalue())
    recorder.append(0.0, "ml-on-call", Noted("kept"))

    assert seen == [True]
