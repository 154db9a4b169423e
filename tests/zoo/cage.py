"""A drill, seeds and responders in, their scores out: every responder is a replica of one session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from generator.model import Catalogue
from simulator.events import Event, Payload, Record, Recorder
from simulator.responders.view import Move, Responder, Scene, View
from simulator.scoring import Score, score
from simulator.session.loop import Session
from simulator.session.play import keyed_nonces
from simulator.session.reveal import reveal
from simulator.session.rulers import measure
from simulator.session.stage import set_up

Birth = Callable[[], Responder]


@dataclass(frozen=True, slots=True)
class Played:
    """What one responder made of one seed."""

    name: str
    seed: int
    record: Record
    score: Score

    @property
    def total(self) -> float:
        """Points of 100; AssertionError for a drill that is not scored."""
        assert self.score.total is not None, self.score.reason
        return self.score.total


class Unhashed(Recorder):
    """Keeps events as they are: a score asks for no hashes, and most of a batch's time goes into them."""

    def append(self, t: float, actor: str, payload: Payload, *, more: bool = False) -> Event:
        event = Event(len(self.events), t, actor, payload)
        self.events.append(event)
        return event


class Cages:
    """Responders side by side in one batch; each sees its own replicas, and knows of no others."""

    name, pace = "zoo", "unpaced"

    def __init__(self, births: Sequence[Birth], seeds: int) -> None:
        self._inside = [birth() for birth in births]
        self._rows: list[NDArray[np.intp]] = [
            np.arange(seeds) + place * seeds for place in range(len(births))
        ]

    def begin(self, scene: Scene) -> Sequence[Move]:
        return [move for one, rows in self._each() for move in _out(one.begin(_scene(scene, rows)), rows)]

    def respond(self, view: View) -> Sequence[Move]:
        return [move for one, rows in self._each() for move in _out(one.respond(_seen(view, rows)), rows)]

    def wait(self, until_t: float) -> Iterator[Move]:
        return iter(())

    def _each(self) -> Iterator[tuple[Responder, NDArray[np.intp]]]:
        yield from zip(self._inside, self._rows, strict=True)


def _scene(scene: Scene, rows: NDArray[np.intp]) -> Scene:
    return replace(scene, replicas=len(rows), pace=lambda replica, deed: scene.pace(int(rows[replica]), deed))


def _seen(view: View, rows: NDArray[np.intp]) -> View:
    return View(
        view.t,
        view.values[:, rows],
        view.firing[:, rows],
        view.crossed_since[:, rows],
        [view.in_force[row] for row in rows],
    )


def _out(moves: Sequence[Move], rows: NDArray[np.intp]) -> list[Move]:
    return [replace(move, replica=int(rows[move.replica])) for move in moves]


def played(
    catalogue: Catalogue, drill: str, seeds: Sequence[int], births: Mapping[str, Birth]
) -> list[Played]:
    """Every responder with every seed, scored by the record alone."""
    rulers = measure(set_up(catalogue, drill, seeds))
    many = [seed for _ in births for seed in seeds]
    stage = set_up(catalogue, drill, many)
    recorders = [Unhashed() for _ in many]
    session = Session(stage, Cages(list(births.values()), len(seeds)), recorders, nonces=keyed_nonces(stage))
    session.run()
    reveal(session, rulers.repeated(len(births)))
    names = [name for name in births for _ in seeds]
    records = [recorder.record() for recorder in recorders]
    return [
        Played(name, seed, record, score(record))
        for name, seed, record in zip(names, many, records, strict=True)
    ]
