"""A runbook in, its steps done to the letter out: no more than the text says, from what a participant can see.

What it cannot follow is recorded with the step, never guessed. Hands take the minutes that steps state, with a spread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.model import END, ENDINGS, STAND_DOWN, CompiledRunbook, Guard, PlanNode
from simulator.events import (
    Acknowledged,
    Assumed,
    CouldNotFollow,
    Decided,
    Noted,
    Opened,
    Resolved,
    StepEnded,
    StepStarted,
)
from simulator.responders.doing import deed
from simulator.responders.view import Action, Bools, Floats, Move, Scene, View, holds

ACKNOWLEDGE_MINUTES = 1.0
IDLE, ROUSED, ACTING, CHECKING, STUCK = range(5)


@dataclass(frozen=True, slots=True)
class Place:
    """A node of one of the runbooks; the robot's position is an index into all places."""

    runbook: CompiledRunbook
    node: PlanNode


class Robot:
    name = "robot"
    pace = "unpaced"

    def begin(self, scene: Scene) -> Sequence[Move]:
        self._scene = scene
        self._places = [Place(runbook, node) for runbook in scene.runbooks for node in runbook.plan.nodes]
        self._where = {
            (place.runbook.runbook.id, place.node.id): index for index, place in enumerate(self._places)
        }
        self._pages = np.array(
            [
                row
                for row, ref in enumerate(scene.signals)
                if ref.signal.severity == "page" and ref.signal.triggers is not None
            ],
            dtype=int,
        )
        self._guards = [*self._guarded(scene)]
        self._runbook_of = np.array([ref.runbook for ref in scene.signals])
        """By signal."""
        replicas = scene.replicas
        self._mode: NDArray[np.int_] = np.full(replicas, IDLE)
        self._at: NDArray[np.int_] = np.zeros(replicas, dtype=int)
        self._until: Floats = np.zeros(replicas)
        self._holding_since: Floats = np.full(replicas, np.nan)
        self._signal: NDArray[np.int_] = np.zeros(replicas, dtype=int)
        self._answered: Bools = np.zeros((len(scene.signals), replicas), dtype=bool)
        """Alerts that this firing has been answered already."""
        self._hands = np.zeros(replicas, dtype=int)
        """How many things were done, by replica."""
        self._moves: list[Move] = []
        return ()

    def respond(self, view: View) -> Sequence[Move]:
        self._moves = []
        self._answered &= view.firing
        self._guard(view)
        for mode, advance in ((ROUSED, self._answer), (ACTING, self._finish_acting), (CHECKING, self._look)):
            for index, group in self._standing(mode):
                advance(self._places[index], group, view)
        self._rouse(view)
        return self._moves

    def wait(self, until_t: float) -> Iterator[Move]:
        return iter(())

    def _standing(self, mode: int) -> list[tuple[int, NDArray[np.intp]]]:
        """Who is where, before any of them moves on: nobody is hurried by another who stands where it comes to."""
        members = np.flatnonzero(self._mode == mode)
        return [(int(index), members[self._at[members] == index]) for index in np.unique(self._at[members])]

    # --- being called -------------------------------------------------------------------------

    def _rouse(self, view: View) -> None:
        """An idle robot is woken by a page; of several, by the one across its threshold for longest.

        Of those that crossed at one scrape, by the scene's first: the most urgent runbook's.
        """
        calling = ((self._mode == IDLE) & view.firing & ~self._answered)[self._pages]
        if not calling.any():
            return
        since = np.where(calling, view.crossed_since[self._pages], np.inf)
        first = self._pages[np.argmin(since, axis=0)]
        for row in np.unique(first[calling.any(axis=0)]):
            ref = self._scene.signals[row]
            start = self._where[(ref.runbook, self._entry(ref.runbook, ref.signal.triggers or ""))]
            woken = np.flatnonzero(calling.any(axis=0) & (first == row))
            self._mode[woken] = ROUSED
            self._at[woken] = start
            self._signal[woken] = row
            self._until[woken] = view.t + 60 * self._pace(woken) * ACKNOWLEDGE_MINUTES

    def _entry(self, runbook: str, target: str) -> str:
        """The node that a trigger names, directly or as the first of a part."""
        if (runbook, target) in self._where:
            return target
        return next(
            p.node.id for p in self._places if p.runbook.runbook.id == runbook and p.node.part == target
        )

    def _answer(self, place: Place, group: NDArray[np.intp], view: View) -> None:
        ready = group[self._until[group] <= view.t]
        for replica in ready:
            ref = self._scene.signals[self._signal[replica]]
            self._answered[:, replica] |= view.firing[:, replica] & (self._runbook_of == ref.runbook)
            self._say(replica, place, Acknowledged(ref.key))
            self._say(replica, place, Opened(ref.runbook))
            self._say(replica, place, Assumed(place.node.role))
        self._enter(ready, place, view)

    # --- walking the plan -----------------------------------------------------------------------

    def _enter(self, group: NDArray[np.intp], place: Place, view: View) -> None:
        self._mode[group] = ACTING
        self._at[group] = self._where[(place.runbook.runbook.id, place.node.id)]
        self._until[group] = view.t + 60 * self._pace(group) * place.node.minutes
        self._holding_since[group] = np.nan
        for replica in group:
            self._say(replica, place, StepStarted(place.runbook.runbook.id, place.node.id))

    def _finish_acting(self, place: Place, group: NDArray[np.intp], view: View) -> None:
        ready = group[self._until[group] <= view.t]
        if not len(ready):
            return
        if place.node.action is None:
            self._decide(place, ready, view)
            return
        for replica in ready:
            action = deed(place.runbook, place.node, scene=self._scene, view=view, replica=int(replica))
            if action is not None:
                self._say(replica, place, action)
        if place.node.check is None:
            self._end_step(place, ready, view, success=True)
        else:
            self._mode[ready] = CHECKING
            self._until[ready] = view.t + 60 * place.node.check.within_minutes

    def _look(self, place: Place, group: NDArray[np.intp], view: View) -> None:
        """A check succeeds as soon as it has held long enough, and fails when its time is over."""
        check = place.node.check
        assert check is not None
        true = holds(check.that, view, self._scene, place.runbook.runbook.id)[group]
        since = self._holding_since[group]
        since = np.where(true, np.where(np.isnan(since), view.t, since), np.nan)
        self._holding_since[group] = since
        good = true & (view.t - np.nan_to_num(since, nan=view.t) >= 60 * check.hold_minutes)
        late = ~good & (view.t >= self._until[group] + np.where(true, 60 * check.hold_minutes, 0.0))
        self._end_step(place, group[good], view, success=True)
        self._end_step(place, group[late], view, success=False)

    def _decide(self, place: Place, group: NDArray[np.intp], view: View) -> None:
        left = np.ones(len(group), dtype=bool)
        for answer in place.node.answers:
            true = left.copy()
            if answer.when is not None:
                true &= holds(answer.when, view, self._scene, place.runbook.runbook.id)[group]
            for replica in group[true]:
                self._say(
                    replica, place, Decided(place.runbook.runbook.id, place.node.id, answer.answer, answer.go)
                )
            self._go(place, group[true], answer.go, view)
            left &= ~true
        self._stick(place, group[left], "no answer of this decision applies")

    def _end_step(self, place: Place, group: NDArray[np.intp], view: View, *, success: bool) -> None:
        outcome, target = (
            ("success", place.node.on_success) if success else ("failure", place.node.on_failure)
        )
        for replica in group:
            self._say(
                replica,
                place,
                StepEnded(place.runbook.runbook.id, place.node.id, "success" if success else "failure"),
            )
        if target is None:
            self._stick(place, group, f"the text does not say what follows on {outcome}")
        else:
            self._go(place, group, target, view)

    def _go(self, place: Place, group: NDArray[np.intp], target: str, view: View) -> None:
        if not len(group):
            return
        if target in ENDINGS:
            for replica in group:
                self._say(replica, place, Resolved() if target == END else Noted(STAND_DOWN))
            self._mode[group] = IDLE
            if target == END:
                # What is over is over for every runbook; standing down leaves the others' alerts to them.
                self._answered[:, group] |= view.firing[:, group]
            return
        index = self._where[(place.runbook.runbook.id, self._entry(place.runbook.runbook.id, target))]
        self._enter(group, self._places[index], view)

    def _stick(self, place: Place, group: NDArray[np.intp], why: str) -> None:
        self._mode[group] = STUCK
        for replica in group:
            runbook = place.runbook.runbook.id
            self._say(
                replica, place, CouldNotFollow(runbook, place.node.id, f"{runbook}/{place.node.id}", why)
            )

    def _guarded(self, scene: Scene) -> Iterator[tuple[Place, Guard, Bools]]:
        """The guards of each runbook: the first place that each watches over, and all of them, axes (place,)."""
        for runbook in scene.runbooks:
            for guard in runbook.plan.guards:
                watched = [self._where[(runbook.runbook.id, id)] for id in guard.nodes]
                inside = np.zeros(len(self._places), dtype=bool)
                inside[watched] = True
                yield self._places[watched[0]], guard, inside

    def _guard(self, view: View) -> None:
        """A path's rollback trigger holds: leave the path at once."""
        busy = (self._mode == ACTING) | (self._mode == CHECKING)
        if not busy.any():
            return
        for place, guard, inside in self._guards:
            group = np.flatnonzero(busy & inside[self._at])
            if len(group):
                true = holds(guard.when, view, self._scene, place.runbook.runbook.id)[group]
                self._go(place, group[true], guard.go, view)

    # --- doing -----------------------------------------------------------------------------------

    def _say(self, replica: int, place: Place, action: Action) -> None:
        self._moves.append(Move(int(replica), place.node.role, action))

    def _pace(self, group: NDArray[np.intp]) -> Floats:
        """How much longer than stated the next thing takes, axes (member,)."""
        out = np.array([self._scene.pace(int(replica), int(self._hands[replica])) for replica in group])
        self._hands[group] += 1
        return out
