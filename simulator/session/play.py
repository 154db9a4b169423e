"""A stage and the name of a responder in, finished records out: play, measure, reveal."""

from __future__ import annotations

import hashlib
import math
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Protocol, TypeAlias

import numpy as np

from generator.model import Catalogue
from simulator.events import FACILITATOR, Event, Improvement, Rated, Record, Recorder, Sealed
from simulator.responders.none import Nobody
from simulator.responders.oracle import Oracle
from simulator.responders.paced import Paced
from simulator.responders.robot import Robot
from simulator.responders.view import Responder
from simulator.session.delivering import Deliveries
from simulator.session.loop import Session
from simulator.session.replaying import Again, Replay, sealed_of
from simulator.session.reveal import reveal
from simulator.session.rulers import Rulers, measure
from simulator.session.stage import Stage, set_up
from simulator.world.flow import Floats

MACHINES: Mapping[str, Callable[[Rulers], Responder]] = {
    "none": lambda rulers: Nobody(),
    "oracle": lambda rulers: Oracle(rulers.harm_minutes, rulers.settings),
    "robot": lambda rulers: Robot(),
}


class People(Responder, Protocol):
    """Who answers at a terminal of their own."""

    def catch_up(self, event: Event) -> None:
        """An event from before a crash: known again, and shown to nobody as news."""
        ...

    def saw(self, event: Event) -> None:
        """An event is in the record: from now on it may be shown."""
        ...

    def enter(self, stage: Stage, deliveries: Deliveries, events: Sequence[Event]) -> None:
        """What is played, and the record as it grows; only a facilitator may be shown what is behind."""
        ...

    def debrief(self) -> Iterator[Rated | Improvement]:
        """What is judged after the end, and recorded before any truth or score is shown."""
        ...

    def close(self) -> None:
        """Give the terminal back, whatever happened."""
        ...


Screen: TypeAlias = Callable[[float | None], People]
Seal: TypeAlias = Callable[[Sealed], None]


def play(
    catalogue: Catalogue,
    drill: str,
    seed: int,
    *,
    who: str,
    speed: float | None,
    recorder: Recorder,
    screen: Screen,
    seal: Seal | None = None,
) -> Record:
    """One drill, answered by a machine or, at the ``screen`` made for that speed, by people.

    ``seal`` is told first what is needed to go on with the drill, should it be cut off.
    """
    stage = set_up(catalogue, drill, [seed])
    if who in MACHINES:
        return play_machine(stage, who, [recorder], speed=speed, seal=seal)[0]
    people, nonce = screen(speed), secrets.token_hex(16)
    if seal is not None:
        seal(sealed_of(stage, people, nonce))
    return play_people(stage, people, recorder, nonce=nonce)


def resume(
    catalogue: Catalogue, sealed: Sealed, recorder: Replay, *, speed: float | None, screen: Screen
) -> Record:
    """The same drill from where its record was cut off; MismatchError when it is not the same.

    KeyError for a drill that the catalogue does not have.
    """
    stage = set_up(catalogue, sealed.drill, [sealed.seed])
    if sealed.responder in MACHINES:
        return play_machine(stage, sealed.responder, [recorder], speed=speed)[0]
    return play_people(stage, screen(speed), recorder, nonce=sealed.nonce)


def play_machine(
    stage: Stage,
    name: str,
    recorders: Sequence[Recorder] | None = None,
    *,
    speed: float | None = None,
    seal: Seal | None = None,
) -> tuple[Record, ...]:
    """Let a machine answer, one record a seed; KeyError for a name that is not in ``MACHINES``.

    With a finite ``speed`` the drill takes its time, to be watched; the records are the same.
    """
    rulers = measure(stage)
    kept = recorders or [Recorder() for _ in stage.seeds]
    responder, from_t = MACHINES[name](rulers), 0.0
    if seal is not None:
        seal(sealed_of(stage, responder, keyed_nonces(stage)[0]))
    if isinstance(kept[0], Replay):
        responder, from_t = Again(responder, kept[0], is_machine=True), kept[0].last_t
    if speed is not None and math.isfinite(speed):
        responder = Paced(responder, speed, from_t=from_t)
    session = Session(stage, responder, kept, nonces=keyed_nonces(stage), instant=name == "oracle")
    session.run()
    reveal(session, rulers, robot=session.world.impact if name == "robot" else robot_impact(stage))
    return tuple(recorder.record() for recorder in kept)


def play_people(stage: Stage, people: People, recorder: Recorder, *, nonce: str) -> Record:
    """Let people answer one drill, and tell them the truth at its end."""
    responder: Responder = people
    if isinstance(recorder, Replay):
        responder, recorder.replayed = Again(people, recorder, is_machine=False), people.catch_up
    session = Session(stage, responder, [recorder], nonces=[nonce])
    attend(session, people, recorder)
    reveal(session, measure(stage), robot=robot_impact(stage))
    return recorder.record()


def attend(
    session: Session, people: People, recorder: Recorder, *, over: Callable[[], None] = lambda: None
) -> None:
    """Let people play a session to its end, and judge it afterwards; no truth is told yet.

    ``over``: what is to be done before they begin to talk.
    """
    stage = session.stage
    recorder.heard = people.saw
    people.enter(stage, session.deliveries[0], recorder.events)
    try:
        session.run()
    finally:
        people.close()
    over()
    # Whoever interrupts the debriefing has said enough.
    with suppress(KeyboardInterrupt):
        for judgement in people.debrief():
            recorder.append(recorder.events[-1].t, FACILITATOR, judgement)


def robot_impact(stage: Stage) -> Floats:
    """What the robot's impact would have been, axes (replica, step); shown beside a team's, never a ruler."""
    if not stage.runbooks:
        return np.zeros((len(stage.seeds), 0))
    session = Session(stage, Robot(), [Recorder() for _ in stage.seeds], nonces=keyed_nonces(stage))
    session.run()
    return session.world.impact


def keyed_nonces(stage: Stage) -> list[str]:
    """Nonces of machines follow from their seeds, so that equal runs give equal records."""
    return [hashlib.sha256(f"nonce {seed}".encode()).hexdigest()[:32] for seed in stage.seeds]
