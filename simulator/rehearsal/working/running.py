"""Tasks and a crew in, their results in the order of the tasks out; each is kept as soon as it is done.

Results are the same bit for bit whoever works, and in whatever order they finish: a task knows all that it
depends on, and its result goes through the same text whether it was just found or was kept.
"""

from __future__ import annotations

import json
import time
import traceback
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any, TypeVar

from generator.cache import Cache
from generator.values import plain
from simulator.rehearsal.tasks import Task
from simulator.rehearsal.working.crews import Crew
from simulator.rehearsal.working.kept import keep, made_by, recall, result_of
from simulator.rehearsal.working.standing import Progress, Running, Standing, silent

T = TypeVar("T")

EVERY_S = 0.25
"""How often whoever waits is told."""
ALONE_AFTER = 2
"""A task that was at hand so often when a worker died is tried alone: then it is known whose fault it is."""


class TaskError(Exception):
    """A task went wrong; the first line says which and how, the rest is the worker's own traceback."""


class DeadWorkerError(Exception):
    """Workers die at a task, again and again."""


class OtherWorkerError(Exception):
    """A worker elsewhere is made of something else, so its results would be others."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a worker answers: the result as JSON, or what went wrong."""

    text: str = ""
    seconds: float = 0.0
    failure: str = ""
    other: bool = False


def work(task: Task[Any], made: str = "") -> Done:
    """Do a task, wherever this runs; ``made``: what a worker elsewhere must be made of."""
    if made and made != made_by():
        return Done(other=True)
    begun = time.perf_counter()
    try:
        text = json.dumps(plain(task.run()), separators=(",", ":"), allow_nan=False)
    except Exception as error:
        said = f"{type(error).__name__}: {error}".splitlines()[0]
        return Done(failure=f"{said}\n\n{traceback.format_exc()}")
    return Done(text, time.perf_counter() - begun)


def run(
    tasks: Sequence[Task[T]],
    crew: Crew,
    cache: Cache,
    progress: Progress = silent,
    standing: Standing | None = None,
) -> tuple[T, ...]:
    """The results of all tasks; those of equal key are worked on once.

    ``standing`` goes on from an earlier round. TaskError, DeadWorkerError, OtherWorkerError: what was done before is
    kept, as it is after KeyboardInterrupt; nobody works on then.
    """
    standing = Standing() if standing is None else standing
    standing.workers = crew.workers
    jobs = [_Job(task.key, task.cost, task) for task in tasks]
    asked = {job.key: job for job in jobs}
    found = {key: kept for key, job in asked.items() if (kept := recall(job.task, key, cache)) is not None}
    missing = [job for key, job in asked.items() if key not in found]
    standing.tasks += len(asked)
    standing.kept += len(found)
    for job in missing:
        standing.pile(job.task).cost += job.cost
    # The longest come first, so that the last ones are short and end at about the same time.
    shift = _Shift(crew, cache, progress, standing, deque(sorted(missing, key=lambda job: -job.cost)))
    progress(standing)
    try:
        found |= shift.work()
    except BaseException:
        crew.dismiss()
        raise
    finally:
        standing.running.clear()
    return tuple(found[job.key] for job in jobs)


@dataclass(frozen=True, slots=True)
class _Job:
    """A task with what is dear to ask of it."""

    key: str
    cost: float
    task: Task[Any]


@dataclass(slots=True)
class _Shift:
    """Work until all is done."""

    crew: Crew
    cache: Cache
    progress: Progress
    standing: Standing
    waiting: deque[_Job]
    flying: dict[Future[Done], _Job] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)
    attempts: Counter[str] = field(default_factory=Counter)

    def work(self) -> dict[str, Any]:
        """The results by key."""
        while self.waiting or self.flying:
            lost = self._hand_out()
            done = wait(self.flying, timeout=EVERY_S, return_when=FIRST_COMPLETED).done
            lost += [job for future in done if (job := self._take(future)) is not None]
            if lost:
                self._try_again(lost)
            self.progress(self.standing)
        return self.results

    def _hand_out(self) -> list[_Job]:
        """Give work to whoever has none; what could not be given, as somebody has just died."""
        while self.waiting and len(self.flying) < self._room(self.waiting[0]):
            job = self.waiting.popleft()
            if self._is_known_by_now(job):
                continue
            self.standing.running[job.key] = Running(
                job.task.what, type(job.task).__name__, job.cost, time.monotonic()
            )
            self.progress(self.standing)
            try:
                future = self.crew.hire().submit(work, job.task, self.crew.made_by)
            except self.crew.deaths:
                return [job]
            self.flying[future] = job
        return []

    def _is_known_by_now(self, job: _Job) -> bool:
        """Whether another rehearsal, at work beside this one, has found it out meanwhile."""
        found = recall(job.task, job.key, self.cache)
        if found is None:
            return False
        self.results[job.key] = found
        self.standing.kept += 1
        self.standing.pile(job.task).cost -= job.cost
        return True

    def _room(self, job: _Job) -> int:
        return 1 if self.attempts[job.key] >= ALONE_AFTER else self.crew.workers + self.crew.ahead

    def _take(self, future: Future[Done]) -> _Job | None:
        """Keep what is done; the job, when its worker died."""
        job = self.flying.pop(future)
        self.standing.running.pop(job.key, None)
        try:
            done = future.result()
        except self.crew.deaths:
            return job
        if done.other:
            raise OtherWorkerError
        if done.failure:
            raise TaskError(f"{job.task.what}: {done.failure}")
        self._keep(job, done)
        return None

    def _keep(self, job: _Job, done: Done) -> None:
        data = json.loads(done.text)
        result = result_of(job.task, data)
        if result is None:
            raise TaskError(f"{job.task.what}: its result does not read as {job.task.result.__name__}")
        self.results[job.key] = result
        standing = self.standing
        standing.unkept += self.cache.folder is not None and not keep(job.key, data, self.cache)
        standing.done += 1
        pile = standing.pile(job.task)
        pile.done_cost += job.cost
        pile.seconds += done.seconds

    def _try_again(self, lost: list[_Job]) -> None:
        """After a death: take what others had done, and queue the rest again for fresh workers, suspects last."""
        self.standing.deaths += 1
        self.crew.dismiss()
        for future, job in tuple(self.flying.items()):
            if not future.done() or self._take(future) is not None:
                lost.append(job)
        self.flying.clear()
        self.standing.running.clear()
        for job in lost:
            self.attempts[job.key] += 1
            if self.attempts[job.key] >= self.crew.attempts:
                raise DeadWorkerError(job.task.what)
        everyone = sorted((*self.waiting, *lost), key=lambda job: self.attempts[job.key])
        self.waiting = deque(everyone)
