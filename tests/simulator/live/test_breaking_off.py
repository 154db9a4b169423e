"""A drill against somebody's service that breaks off at any moment leaves no fault, and no control turned untold."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from generator.model import Catalogue, Live, Setting, Span
from simulator.events import (
    Acted,
    ControlTookEffect,
    Ended,
    Event,
    Injected,
    Inspected,
    Rated,
    Record,
    Recorder,
    Revealed,
)
from simulator.live import drive, runs, turned
from simulator.live.aftermath import Places, Probe, State
from simulator.live.arming import ArmError
from simulator.live.asking import Caller, RefusedError
from simulator.live.clock import Compression
from simulator.live.injecting import Injector
from simulator.live.lease import Lease
from simulator.live.panic import panic
from simulator.live.runs import Process, Room, RunError, Spec
from simulator.live.target import LiveTarget, Parts
from simulator.live.translating import leases
from simulator.responders.none import Nobody
from simulator.responders.view import Move, TurnControl, View
from simulator.session.opening import Place
from simulator.session.stage import Stage
from simulator.world.exposed import identities_of
from tests.simulator.stages import whole_catalogue

DRILL, FASTER, SPLIT = "distance-in-kilometres", 6000.0, "traffic-split"


@functools.cache
def short() -> Catalogue:
    whole = whole_catalogue()
    drill = whole.drill(DRILL)
    faults = tuple(replace(fault, onset_minutes=Span(1.0, 1.0)) for fault in drill.faults)
    cut = replace(drill, horizon_minutes=8.0, faults=faults, live=Live(FASTER))
    return replace(whole, drills=(cut,))


@dataclass
class There(Caller):
    """Load, proxy and knobs in one; what was done to it, in its order."""

    done: list[str] = field(default_factory=list)
    turned: list[str] = field(default_factory=list)
    permit: Callable[[], None] = lambda: None
    refuses: bool = False
    probes: Sequence[Probe] = ()
    answers: Mapping[str, bytes] = field(default_factory=dict)

    url = "http://127.0.0.1:1"

    def get(self, *path: str) -> Any:
        return {"steps": [], "leases": [], "entries": [], "next": 0, "trouble": ""}

    def put(self, *path: str, data: object, within_s: float = 0.0) -> Any:
        self.done.append("granted")
        return {}

    def post(self, *path: str, data: object | None = None) -> Any:
        return {}

    def delete(self, *path: str) -> Any:
        self.done.append("no fault")
        return {}

    def verbatim(self, where: str, *, data: object | None = None) -> bytes:
        if where not in self.answers:
            raise RefusedError(404, f"GET {where}: 404")
        return self.answers[where]

    def close(self) -> None:
        self.done.append("closed")

    def turn(self, control: str, value: Setting) -> Acted:
        self.turned.append(control)
        self.done.append(f"turned {control}")
        return Acted(control, value, "staging", "http", ok=True, status=200, seconds=0.0)

    def put_back(self, before: State, now: State) -> Iterator[Acted]:
        for control in [*self.turned]:
            if not self.refuses:
                self.turned.remove(control)
            self.done.append(f"back {control}")
            ok = not self.refuses
            yield Acted(control, 1.0, "staging", "http", ok=ok, status=200 if ok else 500, seconds=0.0)

    # --- as a venue -------------------------------------------------------------------------------

    place = Place("staging", FASTER)
    target = "https://staging.example.com:443"
    ours = False
    rooms: Sequence[Room] = ()

    def leases(self, stage: Stage) -> Sequence[tuple[float, float, Lease]]:
        return leases(stage, 0, Compression(FASTER), deployment=stage.service.deployment("staging"))

    def specs(self, stage: Stage, folder: Path) -> tuple[Spec, ...]:
        return ()

    def metrics(self, processes: Mapping[Room, Process]) -> str:
        return ""

    def begin(self) -> None:
        self.permit()
        self.done.append("begun")

    def reach(self, stage: Stage, folder: Path, processes: Mapping[Room, Process], token: str) -> LiveTarget:
        width = len(identities_of(stage.service))
        return LiveTarget(
            Parts(
                sample=lambda: np.ones(width),
                width=width,
                step_s=stage.drill.step_seconds,
                apart_s=0.1,
                load=self,
                hands=self,
                injector=Injector(self.leases(stage), self),
                looked_at=Places(self),
                probes=self.probes,
                callers=(self,),
                left=lambda: [f"{control} is left" for control in self.turned],
            )
        )


class Team(Nobody):
    """Turns a control at once, does what it is told at a minute, and judges afterwards."""

    name = "human"

    def __init__(self, there: There, at_minute: Callable[[float], None] = lambda minute: None) -> None:
        self._there, self._at_minute, self._has_turned = there, at_minute, False

    def respond(self, view: View) -> Sequence[Move]:
        self._at_minute(view.minutes)
        if self._has_turned:
            return [Move(0, "facilitator", Ended("ended"))] if view.minutes >= 6 else []
        self._has_turned = True
        return [Move(0, "ml-on-call", TurnControl(SPLIT, 0.0))]

    def catch_up(self, event: Event) -> None: ...

    def saw(self, event: Event) -> None: ...

    def enter(self, *_: object) -> None: ...

    def close(self) -> None: ...

    def debrief(self) -> Iterator[Rated]:
        self._there.done.append("debriefed")
        yield Rated("detection", "S", "It took long")


class Present:
    """In the place of the watchdog."""

    def __init__(self, folder: Path) -> None:
        self.lost: Callable[[], str] = lambda: ""

    def __enter__(self) -> Present:
        return self

    def __exit__(self, *_: object) -> None: ...


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., tuple[Recorder, list[str]]]:
    """Plays without any process; what was recorded, and said."""

    @contextmanager
    def running(*_: object) -> Iterator[Path]:
        (tmp_path / "token").write_text("t")
        (tmp_path / "token").chmod(0o600)
        yield tmp_path

    monkeypatch.setenv(runs.STATE_VARIABLE, str(tmp_path / "state"))
    monkeypatch.setattr(drive, "_running", running)
    monkeypatch.setattr(drive, "Presence", Present)
    monkeypatch.setattr(drive, "_processes", lambda *_: {})
    recorder, said = Recorder(), list[str]()

    def played(
        there: There, team: Team | None = None, *, raises: type[BaseException] | None = None
    ) -> tuple[Recorder, list[str]]:
        def go() -> Record:
            who = "human" if team is not None else "none"
            return drive.play_live(
                short(), DRILL, 7, who=who, recorder=recorder, screen=lambda _: team,  # type: ignore[arg-type, return-value]
                venue=there, say=said.append,
            )  # fmt: skip

        if raises is None:
            go()
        else:
            with pytest.raises(raises):
                go()
        return recorder, said

    return played


Play = Callable[..., tuple[Recorder, list[str]]]


def test_target_and_controls_are_left_before_anybody_talks(play: Play) -> None:
    """And no truth is in the record before they have judged."""
    there = There()
    recorder, _ = play(there, Team(there))

    assert there.done[0] == "begun"
    assert sorted(there.done[1:3]) == ["granted", f"turned {SPLIT}"]
    assert there.done[3:6] == ["no fault", f"back {SPLIT}", "debriefed"]
    kinds = [type(event.payload) for event in recorder.events]
    last = [kind for kind in kinds if kind in (Ended, Rated, Injected, Inspected, Revealed)]
    assert last == [Ended, Rated, Injected, Inspected, Revealed]


def test_a_control_that_is_being_turned_at_the_end_is_waited_for_and_recorded(play: Play) -> None:
    """Faults end before that; it is turned back after it, and never while it is still being turned."""

    class Slow(There):
        def turn(self, control: str, value: Setting) -> Acted:
            until = time.monotonic() + 60
            while "no fault" not in self.done and time.monotonic() < until:
                time.sleep(0.01)
            return super().turn(control, value)

    there = Slow()
    recorder, said = play(there, Team(there))

    assert there.done[:4] == ["begun", "granted", "no fault", f"turned {SPLIT}"]
    assert there.done[4:6] == [f"back {SPLIT}", "debriefed"]
    kinds = [type(event.payload) for event in recorder.events]
    last = [kind for kind in kinds if kind in (Ended, Acted, ControlTookEffect, Injected, Inspected)]
    assert last == [Ended, Acted, Acted, Injected, Inspected]
    assert any("A control is still being turned" in line for line in said)


def test_a_token_that_was_used_meanwhile_begins_nothing(play: Play) -> None:
    """Of two drills that were started with it, the other was up first."""

    def used() -> None:
        raise ArmError("the token has armed a run already")

    there = There(permit=used)
    recorder, said = play(there, raises=ArmError)

    assert there.done == ["no fault", "closed"]
    assert recorder.events == []
    assert not any("broken off" in line for line in said)


def test_a_target_that_answers_no_probe_begins_nothing(play: Play) -> None:
    """Nobody could tell afterwards whether it is as it was; its token is not used up."""
    there = There(probes=[Probe("case 0", "/x:predict"), Probe("case 1", "/x:predict")])
    recorder, said = play(there, raises=drive.NotPlayableError)

    assert there.done == ["no fault", "closed"]
    assert recorder.events == []
    assert not any("broken off" in line for line in said)


def test_a_probe_that_is_not_answered_before_is_told_and_the_target_is_not_clean(play: Play) -> None:
    there = There(probes=[Probe("case 0", "/score/"), Probe("case 1", "/else")], answers={"/score/": b"1"})
    recorder, said = play(there)
    ((_, inspected),) = recorder.record().of(Inspected)

    assert any("the probe 'case 1' could not be read: GET /else: 404" in line for line in said)
    assert inspected.verdict == "dirty"
    assert inspected.differences[0] == (
        "the probe 'case 1' could not be read before the drill: GET /else: 404"
    )


@pytest.mark.parametrize("error", [RunError, MemoryError, SystemExit])
def test_a_drill_that_breaks_off_turns_back_what_it_turned(error: type[BaseException], play: Play) -> None:
    """Another terminal has ended it, or we have a bug: nobody's service stays as the drill had it."""

    def breaks(minute: float) -> None:
        if minute >= 4:
            raise error("it is over")

    there = There()
    _, said = play(there, Team(there, breaks), raises=error)

    assert there.done[-4:] == ["no fault", f"back {SPLIT}", "no fault", "closed"]
    assert there.turned == []
    assert f"'{SPLIT}' in 'staging' was turned back to 1.0" in said


def test_whoever_interrupts_a_drill_gets_it_left_and_recorded(play: Play) -> None:
    def interrupts(minute: float) -> None:
        if minute >= 4:
            raise KeyboardInterrupt

    there = There()
    recorder, _ = play(there, Team(there, interrupts))

    assert there.turned == []
    assert recorder.record().of(Inspected)
    ((_, ended),) = recorder.record().of(Ended)
    assert ended.reason == "interrupted"


def test_a_control_that_stays_turned_is_told_and_the_target_is_not_clean(play: Play) -> None:
    there = There(refuses=True)
    recorder, said = play(there, Team(there))
    ((_, inspected),) = recorder.record().of(Inspected)

    assert inspected.verdict == "dirty"
    assert said[-1] == f"{SPLIT} is left"


@pytest.mark.parametrize("ours", [False, True])
def test_what_an_earlier_drill_left_turned_is_told_by_panic_and_by_the_next_drill(
    ours: bool, play: Play
) -> None:
    """It was killed, and could tell nobody."""
    folder, run = runs.begin("earlier", target="https://staging.example.com:443", ours=False, specs=())
    runs.write(folder, replace(run, drill=replace(run.drill, began=1)))
    turned.note(folder, "staging", {SPLIT: 1.0})
    left = f"'{SPLIT}' may still be turned in 'staging': see to it that it is at 1.0 there"

    notes = [note for one in panic().runs for note in one.notes]
    assert f"{left}; then delete {folder / turned.FILE}" in notes

    there = There()
    there.ours = ours
    _, said = play(there)
    assert any(left in line and str(folder / turned.FILE) in line for line in said)


def test_what_a_drill_that_goes_on_has_turned_is_nobody_elses_to_turn_back(play: Play) -> None:
    folder, _ = runs.begin("beside", target="https://staging.example.com:443", ours=False, specs=())
    turned.note(folder, "staging", {SPLIT: 1.0})

    _, said = play(There())
    assert not any(str(folder) in line for line in said)
