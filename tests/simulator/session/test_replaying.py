"""A record that was cut off, anywhere: the drill goes on as if nothing had happened."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import pytest

from simulator.console.desk import Seat
from simulator.console.people import Human
from simulator.console.telling import Line
from simulator.console.terminal import EndOfInput
from simulator.events import (
    FACILITATOR,
    WORLD,
    Ended,
    Event,
    Improvement,
    Noted,
    Observed,
    Payload,
    Rated,
    Record,
    Recorder,
    Remarked,
    Returned,
    Revealed,
    Sped,
    Steered,
    canonical,
    verify,
)
from simulator.scoring import score
from simulator.session.play import play_machine, play_people
from simulator.session.replaying import MismatchError, Replay
from tests.simulator.console.desks import FakeWall, QuietTerminal
from tests.simulator.console.leading import short_stage
from tests.simulator.stages import payloads

LED = (
    "start", "hold 2", "until 3", "as ml-on-call", "note It is dark", "as incident-commander note Who is awake?",
    "remark They talk", "until 4", "pause", "note Later", "resume", "open feature-drift", "do look",
    "until 6", "hint", "as communications", "tell support We look into it", "note I write", "send 2",
    "improvise ml-on-call support-desk Jonas: Hello?", "until 7", "as ml-on-call",
    "declare fraud-scorer input-drift sev2", "set capacity 6", "until 9", "release 2", "leave-out 4", "until 10.5",
    "as incident-commander", "note Done", "end", "yes", "S They were slow", "", "", "", "P Well told",
    "Name the dashboard", "ml-on-call 2099-12-15", "",
)  # fmt: skip


@dataclass
class Typing:
    """Somebody who types a script, and knows how much was recorded before each line."""

    script: list[str]
    events: Sequence[Event] = ()
    before: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    scripted: bool = True
    width: int = 100

    def open(self, desk: object, pace: str) -> None:
        """There is nothing to set up."""

    def ask(self, seconds: float | None) -> str | None:
        self.before.append(len(self.events))
        if not self.script:
            raise EndOfInput
        return self.script.pop(0)

    def say(self, lines: Iterable[Line]) -> None:
        self.said += [text for _, text in lines]

    def close(self) -> None:
        """There is nothing to restore."""


@dataclass(frozen=True)
class Played:
    record: Record
    before: tuple[int, ...]

    def rest(self, cut: int) -> list[str]:
        """What is left to type of the script, and the clock's start: all after the last line that is recorded."""
        done = [
            line
            for line, (begin, end) in enumerate(pairwise(self.before))
            if begin < end <= cut or (LED[line].startswith("do ") and begin < cut)
        ]
        rest = list(LED[max(done, default=-1) + 1 :])
        return rest if self.over(cut) else ["start", *rest]

    def over(self, cut: int) -> bool:
        return any(isinstance(event.payload, Ended) for event in self.record.events[:cut])


def people(typing: Typing, recorder: Recorder, seat: Seat = "facilitator") -> Human:
    typing.events = recorder.events
    return Human(typing, speed=None, seat=seat, unpaced=True)


@functools.cache
def led() -> Played:
    """A facilitator's drill, from its briefing to its debriefing."""
    typing, recorder = Typing([*LED]), Recorder()
    record = play_people(short_stage(), people(typing, recorder), recorder, nonce="nonce")
    return Played(record, tuple(typing.before))


def told(record: Record) -> list[tuple[str, str, float, str]]:
    """All that happened, without the crashes."""
    return [
        (event.kind, event.actor, event.t, canonical(event.payload))
        for event in record.events
        if not isinstance(event.payload, Returned)
    ]


CUTS = range(1, len(led().record.events))


@pytest.mark.parametrize("cut", [*CUTS][::4])
def test_a_drill_that_was_cut_off_anywhere_goes_on_as_if_nothing_had_happened(cut: int) -> None:
    """Cut behind any event, and led on with the rest of the script: the same events, score and ratings."""
    typing, tail = Typing(led().rest(cut)), io.StringIO()
    replay = Replay(led().record.events[:cut], lambda: tail)

    again = play_people(short_stage(), people(typing, replay), replay, nonce="nonce")

    assert told(again) == told(led().record)
    assert [event.t for event, _ in again.of(Returned)] == [led().record.events[cut - 1].t]
    assert verify(again) == ()
    assert score(again).total == score(led().record).total
    assert len(tail.getvalue().splitlines()) == len(again.events) - cut


def test_the_script_says_what_a_facilitator_may_say() -> None:
    """Else the test above would test little."""
    for kind in (Steered, Remarked, Rated, Improvement):
        assert payloads(led().record, kind)


def test_a_drill_may_be_cut_off_more_than_once() -> None:
    """Even right after it went on; each return is in the record."""
    record = led().record
    cuts = (40, 41, 42)
    for cut in cuts:
        replay = Replay(record.events[:cut], io.StringIO)
        typing = Typing(led().rest(40))
        record = play_people(short_stage(), people(typing, replay), replay, nonce="nonce")

    assert [event.seq for event, _ in record.of(Returned)] == [40, 41, 42]
    assert told(record) == told(led().record)


@pytest.mark.parametrize("who", ["robot", "oracle", "none"])
def test_a_machine_does_again_what_it_did_and_goes_on(who: str) -> None:
    """Cut at a third and at two thirds, its record is the same but for the returns."""
    (whole,) = play_machine(short_stage(), who)
    record = whole
    for cut in (len(whole.events) // 3, 2 * len(whole.events) // 3):
        replay = Replay(record.events[:cut], io.StringIO)
        (record,) = play_machine(short_stage(), who, [replay])

    assert told(record) == told(whole)
    assert len(payloads(record, Returned)) == 2


FORGED: dict[str, tuple[Callable[[Event], bool], Callable[[Any], Payload]]] = {
    "a scrape": (lambda event: event.seq > 20 and event.kind == "observe", lambda payload: Observed({}, {})),
    "the nonce": (lambda event: event.seq == 0, lambda payload: replace(payload, commitment="0" * 64)),
    "a deed that no hand can do": (lambda event: event.kind == "remark", lambda payload: Observed({}, {})),
    "a message": (lambda event: event.kind == "message", lambda payload: replace(payload, text="Hello")),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_a_record_whose_chain_was_forged_is_found_out_by_its_line(forgery: str) -> None:
    """Whoever computes all hashes anew cannot compute the world; nothing is written."""
    where, change = FORGED[forgery]
    place = next(event.seq for event in led().record.events if where(event))
    forger = Recorder()
    for event in led().record.events[:60]:
        payload = change(event.payload) if event.seq == place else event.payload
        forger.append(event.t, event.actor, payload)
    replay = Replay(forger.events, lambda: pytest.fail("nothing may be written"))

    with pytest.raises(MismatchError, match=rf"^line {place + 1}: "):
        play_people(short_stage(), people(Typing([]), replay), replay, nonce="nonce")


def test_what_nobody_did_cannot_be_slipped_in() -> None:
    """A deed of a person may be forged as long as no truth follows; one of the world may not."""
    forger = Recorder()
    for event in led().record.events[:30]:
        forger.append(event.t, event.actor, event.payload)
    forger.append(forger.events[-1].t, WORLD, Noted("The world writes no notes"))
    replay = Replay(forger.events, lambda: pytest.fail("nothing may be written"))

    with pytest.raises(MismatchError, match="line 31: 'note' of world"):
        play_people(short_stage(), people(Typing([]), replay), replay, nonce="nonce")


def test_an_interrupted_drill_that_lacks_its_truth_is_told_it() -> None:
    """Ctrl-C, and then a crash before the reveal."""
    whole = led().record
    cut = next(
        event.seq
        for event in whole.events
        if event.seq > 30 and (event.kind, event.actor) == ("message", WORLD)
    )
    interrupted = Recorder()
    for event in whole.events[:cut]:
        interrupted.append(event.t, event.actor, event.payload)
    interrupted.append(whole.events[cut - 1].t, FACILITATOR, Ended("interrupted"))
    replay = Replay(interrupted.events, io.StringIO)

    again = play_people(short_stage(), people(Typing([]), replay), replay, nonce="nonce")

    assert payloads(again, Ended) == [Ended("interrupted")]
    assert isinstance(again.events[-1].payload, Revealed)


def at_a_clock(cut_after: str, script: list[tuple[float, str]]) -> tuple[Record, QuietTerminal]:
    """A drill at a clock, sixty times as fast, cut off behind the first event of that kind; and what followed."""
    first, recorder = (
        QuietTerminal(FakeWall(), [(1.0, "as incident-commander"), (2.0, "speed 120"), *script]),
        Recorder(),
    )
    whole = play_people(
        short_stage(), Human(first, speed=60.0, wall=first.wall.clock()), recorder, nonce="nonce"
    )
    cut = 1 + next(event.seq for event in whole.events if event.kind == cut_after)
    second = QuietTerminal(FakeWall(), [(1.0, ""), (1.5, "note I am back")])
    replay = Replay(whole.events[:cut], io.StringIO)
    human = Human(second, speed=60.0, wall=second.wall.clock())
    return play_people(short_stage(), human, replay, nonce="nonce"), second


def test_who_comes_back_starts_the_clock_where_it_stood() -> None:
    """It stands until Enter, and goes on at its last pace from the last event; the role is as it was."""
    record, terminal = at_a_clock("speed", [])
    (returned, _), (noted, _) = next(record.of(Returned)), next(record.of(Noted))

    assert noted.actor == "incident-commander"
    assert noted.t == pytest.approx(returned.t + 0.5 * 120)
    assert payloads(record, Sped)[-1].pace == "x120"
    assert "You are back. These were the last lines:" in terminal.said
    assert any("You act as incident-commander" in line for line in terminal.said)


def test_a_pause_outlives_a_crash() -> None:
    """The clock stands until `resume`, and that is said."""
    record, terminal = at_a_clock("pause", [(3.0, "pause"), (9.0, "resume")])
    (returned, _), (noted, _) = next(record.of(Returned)), next(record.of(Noted))

    assert noted.t == returned.t
    assert "The drill is paused: `resume` goes on." in terminal.said
