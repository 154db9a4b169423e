"""A stage and the name of a responder in, finished records out: play, measure, reveal."""

from __future__ import annotations

import hashlib
import math
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

import numpy as np

from generator.model import Catalogue
from simulator.events import Event, Record, Recorder
from simulator.responders.none import Nobody
from simulator.responders.oracle import Oracle
from simulator.responders.paced import Paced
from simulator.responders.robot import Robot
from simulator.responders.view import Responder
from simulator.session.loop import Session
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

    def saw(self, event: Event) -> None:
        """An event is in the record: from now on it may be shown."""
        ...

    def close(self) -> None:
        """Give the terminal back, whatever happened."""
        ...


Screen: TypeAlias = Callable[[float | None], People]


def play(
    catalogue: Catalogue,
    drill: str,
    seed: int,
    *,
    who: str,
    speed: float | None,
    recorder: Recorder,
    screen: Screen,
) -> Record:
    """One drill, answered by a machine or, at the ``screen`` made for that speed, by people."""
    stage = set_up(catalogue, drill, [seed])
    if who in MACHINES:
        return play_machine(stage, who, [recorder], speed=speed)[0]
    return play_people(stage, screen(speed), recorder, nonce=secrets.token_hex(16))


def play_machine(
    stage: Stage, name: str, recorders: Sequence[Recorder] | None = None, *, speed: float | None = None
) -> tuple[Record, ...]:
    """Let a machine answer, one record a seed; KeyError for a name that is not in ``MACHINES``.

    With a finite ``speed`` the drill takes its time, to be watched; the records are the same.
    """
    rulers = measure(stage)
    kept = recorders or [Recorder() for _ in stage.seeds]
    responder = MACHINES[name](rulers)
    if speed is not None and math.isfinite(speed):
        responder = Paced(responder, speed)
    session = Session(stage, responder, kept, nonces=keyed_nonces(stage), instant=name == "oracle")
    session.run()
    reveal(session, rulers, robot=session.world.impact if name == "robot" else robot_impact(stage))
    return tuple(recorder.record() for recorder in kept)


def play_people(stage: Stage, people: People, recorder: Recorder, *, nonce: str) -> Record:
    """Let people answer one drill, and tell them the truth at its end."""
    session = Session(stage, people, [recorder], nonces=[nonce])
    recorder.heard = people.saw
    try:
        session.run()
    finally:
        people.close()
    reveal(session, measure(stage), robot=robot_impact(stage))
    return recorder.record()


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
