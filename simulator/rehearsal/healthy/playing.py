"""Better points for the signals of a runbook in, those out with which the robot still keeps what was kept before.

A back-test looks at signals with nobody acting. A plan reads them too: it waits until one is quiet, or turns where one
fires. So a point is played before anybody is told of it: in every drill of the runbook, seed for seed beside the
trials of the text as it is.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias, TypeVar

from generator.model import Catalogue, CurvePoint, DrillProof, Proof
from simulator.rehearsal.gating.gate import broken
from simulator.rehearsal.tasks import Task
from simulator.rehearsal.trials import DrillTask
from simulator.rehearsal.values import Trials

T = TypeVar("T")

Points: TypeAlias = Mapping[str, CurvePoint]
"""By id of a signal."""
Round: TypeAlias = Generator[Sequence[Task[Trials]], Sequence[Trials], T]
"""Gives tasks, is sent their results, and so on; returns what it wanted to know."""
Told: TypeAlias = Callable[[Catalogue, Sequence[Trials]], Proof]
"""What trials of a catalogue prove of the runbook."""


def with_points(catalogue: Catalogue, runbook: str, points: Points) -> Catalogue:
    """The catalogue in which these signals of a runbook have other thresholds and holds."""
    compiled = catalogue.runbook(runbook)
    signals = tuple(
        replace(one, threshold=points[one.id].threshold, hold_minutes=points[one.id].hold_minutes)
        if one.id in points
        else one
        for one in compiled.runbook.detection.signals
    )
    detection = replace(compiled.runbook.detection, signals=signals)
    changed = replace(compiled, runbook=replace(compiled.runbook, detection=detection))
    every = tuple(changed if one.runbook.id == runbook else one for one in catalogue.runbooks)
    return replace(catalogue, runbooks=every)


class Stand:
    """A runbook, its drills and some of their seeds, to play the points on that its proof suggests."""

    def __init__(self, catalogue: Catalogue, proof: Proof, trials: Sequence[Trials], told: Told) -> None:
        """``trials``: with the text as it is, of all its drills and of the seeds to be compared."""
        self._catalogue, self._proof, self._told = catalogue, proof, told
        self._drills = tuple(dict.fromkeys(part.drill for part in trials))
        self._seeds = tuple(sorted({trial.seed for part in trials for trial in part.trials}))
        self._trials = trials

    @functools.cached_property
    def _before(self) -> Proof:
        return self._told(self._catalogue, self._trials)

    def proof(self) -> Round[Proof]:
        """The proof with those suggestions alone that break nothing."""
        kept = yield from self._kept(
            {one.signal: one.suggested for one in self._proof.signals if one.suggested is not None}
        )
        signals = (replace(one, suggested=kept.get(one.signal)) for one in self._proof.signals)
        return replace(self._proof, signals=tuple(signals))

    def _kept(self, points: Points) -> Round[Points]:
        """All of them if they get along, else those that do, else the first that can do alone."""
        if not points:
            return {}
        if (yield from self._good([points])) == [True]:
            return points
        alone: list[Points] = [{id: point} for id, point in points.items()]
        found = (yield from self._good(alone)) if len(alone) > 1 else [False]
        good = [one for one, is_good in zip(alone, found, strict=True) if is_good]
        rest = {id: point for one in good for id, point in one.items()}
        # All of them together are known to break something; fewer may get along.
        if 1 < len(rest) < len(points) and (yield from self._good([rest])) == [True]:
            return rest
        return good[0] if good else {}

    def _good(self, tries: Sequence[Points]) -> Round[list[bool]]:
        """Of each try, whether it breaks nothing; they are played side by side."""
        changed = [with_points(self._catalogue, self._proof.runbook, points) for points in tries]
        trials = yield [
            DrillTask(catalogue, drill, self._seeds) for catalogue in changed for drill in self._drills
        ]
        count = len(self._drills)
        return [
            self._keeps(catalogue, trials[place * count :][:count], points)
            for place, (catalogue, points) in enumerate(zip(changed, tries, strict=True))
        ]

    def _keeps(self, catalogue: Catalogue, trials: Sequence[Trials], points: Points) -> bool:
        """Whether no promise is broken that is kept now, and no harm detected later; but for what shall be later."""
        after = self._told(catalogue, trials)
        if not _broken(after, catalogue) <= _broken(self._before, self._catalogue):
            return False
        pairs = zip(self._before.drills, after.drills, strict=True)
        return self._is_slower(points) or not any(_is_later(before, now) for before, now in pairs)

    def _is_slower(self, points: Points) -> bool:
        """Whether one of them fires later than the text's, as it cries wolf."""
        own = {one.signal: one.curve[0].delay_minutes for one in self._proof.signals if one.curve}
        return any(_is_more(own.get(id), point.delay_minutes) for id, point in points.items())


def first(trials: Sequence[Trials], runs: int) -> list[Trials]:
    """Of trials, those of the first seeds."""
    parts = [replace(part, trials=tuple(one for one in part.trials if one.seed < runs)) for part in trials]
    return [part for part in parts if part.trials]


def _broken(proof: Proof, catalogue: Catalogue) -> set[tuple[str, str]]:
    return {(promise.rule, promise.drill) for promise in broken(proof, catalogue)}


def _is_later(before: DrillProof, now: DrillProof) -> bool:
    """Whether harm is detected later, in the middle or in the slow runs."""
    if "detect" not in before.minutes:
        return False
    was, is_ = before.minutes["detect"], now.minutes["detect"]
    return any(_is_more(*pair) for pair in ((was.p50, is_.p50), (was.p90, is_.p90), (was.p95, is_.p95)))


def _is_more(was: float | None, now: float | None) -> bool:
    """Minutes; None: never."""
    return was is not None and (now is None or now > was)


def together(
    rounds: Sequence[Round[T]], work: Callable[[Sequence[Task[Trials]]], Sequence[Trials]]
) -> tuple[T, ...]:
    """What each of them returns, in their order; all their tasks of a round are worked on at once."""
    asked: dict[int, Sequence[Task[Trials]]] = {}
    out: dict[int, T] = {}

    def go_on(place: int, results: Sequence[Trials] | None) -> None:
        try:
            asked[place] = next(rounds[place]) if results is None else rounds[place].send(results)
        except StopIteration as end:
            out[place] = end.value

    for place in range(len(rounds)):
        go_on(place, None)
    while asked:
        now, asked = asked, {}
        results = iter(work([task for tasks in now.values() for task in tasks]))
        for place, tasks in now.items():
            go_on(place, [next(results) for _ in tasks])
    return tuple(out[place] for place in range(len(rounds)))
