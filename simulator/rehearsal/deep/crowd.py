"""Several versions of the runbooks in, a robot for each in one batch out; each sees and touches its own replicas."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from generator.model import Catalogue, CompiledRunbook
from simulator.events import FACILITATOR, Unchained, was_interrupted
from simulator.responders.robot import Robot
from simulator.responders.view import Move, Scene, View
from simulator.scoring.case import Case, case_of
from simulator.session.claims import all_clears
from simulator.session.loop import Session
from simulator.session.reveal import outcomes
from simulator.session.rulers import Rulers, measure
from simulator.session.stage import Stage, set_up

Reading = tuple[CompiledRunbook, ...]
"""The runbooks of a service as one of the robots reads them, the most urgent first."""


class Crowd:
    """One robot a reading, each with as many replicas, one after the other."""

    name = "robot"
    pace = "unpaced"

    def __init__(self, robots: Sequence[Robot], readings: Sequence[Reading]) -> None:
        self._robots, self._readings = tuple(robots), tuple(readings)
        self._each = 0

    def begin(self, scene: Scene) -> Sequence[Move]:
        self._each = scene.replicas // len(self._robots)
        for place, (robot, runbooks) in enumerate(zip(self._robots, self._readings, strict=True)):
            pace = partial(_later, scene.pace, place * self._each)
            robot.begin(replace(scene, runbooks=runbooks, replicas=self._each, pace=pace))
        return ()

    def respond(self, view: View) -> Sequence[Move]:
        moves: list[Move] = []
        for place, robot in enumerate(self._robots):
            own = slice(place * self._each, (place + 1) * self._each)
            part = View(
                view.t,
                view.values[:, own],
                view.firing[:, own],
                view.crossed_since[:, own],
                view.in_force[own],
            )
            moves += [replace(move, replica=own.start + move.replica) for move in robot.respond(part)]
        return moves

    def wait(self, until_t: float) -> Iterator[Move]:
        return iter(())


def _later(pace: Callable[[int, int], float], offset: int, replica: int, deed: int) -> float:
    return pace(offset + replica, deed)


@dataclass(frozen=True, slots=True)
class Table:
    """A drill with some seeds, set up once for all who play it."""

    catalogue: Catalogue
    stage: Stage
    rulers: Rulers

    @classmethod
    def of(cls, catalogue: Catalogue, drill: str, seeds: Sequence[int]) -> Table:
        """KeyError for an unknown drill."""
        stage = set_up(catalogue, drill, seeds)
        return cls(catalogue, stage, measure(stage))

    def play(self, readings: Sequence[Reading], robots: Sequence[Robot] = ()) -> tuple[tuple[Case, ...], ...]:
        """By reading, then by seed: what came of it, with the truth told; KeyboardInterrupt is passed on.

        ``robots``: one a reading; none: plain ones.
        """
        times = len(readings)
        stage = replace(
            set_up(self.catalogue, self.stage.drill.id, self.stage.seeds * times),
            outlooks=self.stage.outlooks,
        )
        recorders = [Unchained() for _ in stage.seeds]
        crowd = Crowd(robots or [Robot() for _ in readings], readings)
        session = Session(stage, crowd, recorders, nonces=[""] * len(recorders))
        session.run()
        if was_interrupted(recorders[0].record()):
            raise KeyboardInterrupt
        for replica, told in enumerate(outcomes(session, self.rulers.repeated(times))):
            events = recorders[replica].events
            whole = replace(
                told,
                all_clears=all_clears(stage, replica, events),
                injects=session.deliveries[replica].told(events),
            )
            recorders[replica].append(stage.drill.horizon_minutes * 60, FACILITATOR, whole)
        cases = [case for recorder in recorders if (case := case_of(recorder.record())) is not None]
        each = len(self.stage.seeds)
        return tuple(tuple(cases[place * each : (place + 1) * each]) for place in range(times))
