"""Robots that are slow, hasty, dumb or lost; and the honest baseline, which is one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from generator.model import PlanNode
from simulator.events import Ended, Noted, Posted, Resolved, StepEnded, StepStarted
from simulator.responders.robot import IDLE, Place, Robot
from simulator.responders.view import Action, Floats, Move, Scene, TurnControl, View


class Slow(Robot):
    """Takes so many times the minutes that steps state."""

    factor = 1.0

    def _pace(self, group: NDArray[np.intp]) -> Floats:
        return self.factor * super()._pace(group)


class Baseline(Slow):
    """At three times its minutes, and without its last remedy: honest, slow, unfinished.

    What it leaves out it reports as skipped; it does not call the incident over.
    """

    factor = 3.0

    def __init__(self, left_out: Mapping[int, tuple[str, str]]) -> None:
        """By replica: ``(runbook, remedy)``."""
        self._left_out = left_out

    def _enter(self, group: NDArray[np.intp], place: Place, view: View) -> None:
        part = (place.runbook.runbook.id, place.node.part)
        out = np.array([self._left_out.get(int(replica)) == part for replica in group], dtype=bool)
        for replica in group[out]:
            for node in _nodes_of(place):
                self._say(replica, place, StepEnded(part[0], node.id, "skipped", "there was no time for it"))
            self._say(replica, place, Noted("The rest is handed over to the next shift."))
        self._mode[group[out]] = IDLE
        self._answered[:, group[out]] = True
        if len(group[~out]):
            super()._enter(group[~out], place, view)


def _nodes_of(place: Place) -> list[PlanNode]:
    nodes = place.runbook.plan.nodes
    return [node for node in nodes if node.part == place.node.part and node.action is not None]


class Unchecked(Robot):
    """Does each step in its time, and reports success without waiting for the check."""

    def _look(self, place: Place, group: NDArray[np.intp], view: View) -> None:
        self._end_step(place, group, view, success=True)


class Rushing(Unchecked):
    """All deeds on the way through the runbook at the first alert; then waits, and calls it over when it is."""

    calm_minutes = 5.0

    def begin(self, scene: Scene) -> Sequence[Move]:
        self._owed = np.full(scene.replicas, np.nan)
        return super().begin(scene)

    def _pace(self, group: NDArray[np.intp]) -> Floats:
        return np.zeros(len(group))

    def respond(self, view: View) -> Sequence[Move]:
        moves = list(super().respond(view))
        for _ in range(200):
            busy = (self._mode != IDLE) & (self._until <= view.t)
            if not busy.any():
                break
            before = self._at.copy(), self._mode.copy()
            moves += self._again(view)
            if np.array_equal(before[0], self._at) and np.array_equal(before[1], self._mode):
                break
        return [*self._kept_back(moves, view), *self._called_over(view)]

    def _again(self, view: View) -> Sequence[Move]:
        return super().respond(view)

    def _kept_back(self, moves: Sequence[Move], view: View) -> list[Move]:
        """A true claim takes patience: it is made when all has been quiet for some minutes."""
        for move in moves:
            if isinstance(move.action, Resolved):
                self._owed[move.replica] = view.t
        return [move for move in moves if not isinstance(move.action, Resolved)]

    def _called_over(self, view: View) -> list[Move]:
        loud = view.firing[self._pages].any(axis=0) if len(self._pages) else np.zeros(len(self._owed), bool)
        self._owed = np.where(loud & ~np.isnan(self._owed), view.t, self._owed)
        due = np.flatnonzero(view.t - self._owed >= 60 * self.calm_minutes)
        self._owed[due] = np.nan
        return [
            move
            for replica in due
            for move in (
                Move(int(replica), "incident-commander", Resolved()),
                Move(int(replica), "incident-commander", Posted("status", "all", "", "It is over.")),
            )
        ]


class Untold(Robot):
    """A robot that keeps its steps to itself: deeds without ticks."""

    def _say(self, replica: int, place: Place, action: Action) -> None:
        if not isinstance(action, StepStarted | StepEnded):
            super()._say(replica, place, action)


class RushingUntold(Untold, Rushing):
    """All deeds at the first alert, and no step ticked."""


class UncheckedUntold(Untold, Unchecked):
    """Each step in its time, no check waited for, and no step ticked."""


class WordsOnly(Unchecked):
    """Reports every step as done, and turns nothing."""

    def _say(self, replica: int, place: Place, action: Action) -> None:
        if not isinstance(action, TurnControl):
            super()._say(replica, place, action)


class Astray(Robot):
    """Follows another runbook to the letter, from its first node; no alert calls it back from there."""

    def __init__(self, place: int) -> None:
        self._place = place

    def begin(self, scene: Scene) -> Sequence[Move]:
        self._called = np.zeros(scene.replicas, dtype=bool)
        return super().begin(scene)

    def _rouse(self, view: View) -> None:
        self._answered |= self._called
        idle = self._mode == IDLE
        super()._rouse(view)
        for replica in np.flatnonzero(idle & (self._mode != IDLE)):
            self._called[replica] = True
            right = self._places[self._at[replica]].runbook
            wrong = [one for one in self._scene.runbooks if one is not right]
            if wrong:
                chosen = wrong[self._place % len(wrong)]
                self._at[replica] = self._where[(chosen.runbook.id, chosen.plan.nodes[0].id)]


class Ending(Robot):
    """Ends the drill as soon as one kind of thing was done."""

    def __init__(self, after: type[object]) -> None:
        self._after = after

    def _say(self, replica: int, place: Place, action: Action) -> None:
        super()._say(replica, place, action)
        if isinstance(action, self._after):
            super()._say(replica, place, Ended("ended"))


class Doubling(Robot):
    """Sends every control order twice."""

    def _say(self, replica: int, place: Place, action: Action) -> None:
        super()._say(replica, place, action)
        if isinstance(action, TurnControl):
            super()._say(replica, place, action)


class Chatting(Robot):
    """Posts an update every minute."""

    def respond(self, view: View) -> Sequence[Move]:
        moves = list(super().respond(view))
        if view.t % 60 == 0:
            moves += [
                Move(
                    replica,
                    "incident-commander",
                    Posted("status", "all", "", f"Update of minute {view.minutes:g}."),
                )
                for replica in range(self._scene.replicas)
            ]
        return moves


class Unmoved(Robot):
    """Contains at once, and keeps it so for good: no remedy; calls it over as soon as the page is quiet."""

    def _enter(self, group: NDArray[np.intp], place: Place, view: View) -> None:
        if place.node.phase == "mitigation" and len(group):
            for replica in group:
                self._say(replica, place, Resolved())
            self._mode[group] = IDLE
            self._answered[:, group] = True
            return
        super()._enter(group, place, view)
