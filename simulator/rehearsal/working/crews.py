"""A number of workers in, executors out: in this process, on the cores of this machine, or any that is given."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

PRELOADED = ("simulator.rehearsal.trials", "simulator.rehearsal.healthy.backtest")
"""What every worker needs is imported once, and each begins as a copy of that process."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""There is a process for each core."""


@dataclass(slots=True)
class Crew:
    """Who works: one executor after another, as each is good for no more when a worker of it died."""

    open: Callable[[], Executor]
    workers: int
    end: Callable[[Executor], None]
    """Ends an executor at once, with whatever it is doing."""
    deaths: tuple[type[BaseException], ...] = (BrokenExecutor,)
    """What a future says when a worker died at its task."""
    attempts: int = 3
    """How often a task may be at hand when a worker dies."""
    ahead: int = 0
    """Tasks that wait where they are worked on, so that nobody waits for them."""
    made_by: str = ""
    """What workers elsewhere must be made of; empty: they are copies of this process."""
    _hired: Executor | None = field(default=None, init=False)

    def hire(self) -> Executor:
        """The executor at work; a fresh one after ``dismiss``."""
        if self._hired is None:
            self._hired = self.open()
        return self._hired

    def dismiss(self) -> None:
        """End all work at once; nobody is left behind."""
        hired, self._hired = self._hired, None
        if hired is not None:
            self.end(hired)


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def here() -> Crew:
    """This process alone."""
    return given(_Here(), 1)


def given(executor: Executor, workers: int) -> Crew:
    """Any executor, for as long as it lasts; whoever made it ends it."""
    return Crew(lambda: executor, workers, end=lambda _: None, attempts=1)


@contextmanager
def processes(count: int) -> Iterator[Crew]:
    """So many processes of this machine, none of which outlives this one."""
    crew = Crew(lambda: _Pool(count), count, end=_stop)
    try:
        yield crew
    finally:
        crew.dismiss()


class _Here(Executor):
    """Works as soon as it is asked to, and answers when it is done."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        future: Future[R] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class _Pool(ProcessPoolExecutor):
    """Processes on a leash: they end when this one lets go of it, or is no more, whatever they are doing."""

    def __init__(self, count: int) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(PRELOADED))
        end, self._leash = context.Pipe(duplex=False)
        super().__init__(count, mp_context=context, initializer=_begin, initargs=(end,))

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """As ever; processes that begin now never hear of Ctrl-C."""
        with _beginning():
            return super().submit(fn, *args, **kwargs)

    def let_go(self) -> None:
        self._leash.close()


def _stop(pool: Executor) -> None:
    if isinstance(pool, _Pool):
        pool.let_go()
    pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _beginning() -> Iterator[None]:
    """Processes that begin here inherit that SIGINT is blocked, and an environment of their own."""
    given = _environment()
    before = {name: os.environ.get(name) for name in given}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _environment() -> dict[str, str]:
    """Where workers import from is where this process does, and never the folder that somebody stands in."""
    path = [str(Path(__file__).parents[2]), *(entry for entry in sys.path if entry)]
    return {**ONE_THREAD, "PYTHONPATH": os.pathsep.join(path), "PYTHONSAFEPATH": "1"}


def _begin(leash: Connection[Any, Any]) -> None:
    """How a worker begins: Ctrl-C is for the process that it works for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow, args=(leash,), daemon=True).start()


def _follow(leash: Connection[Any, Any]) -> None:
    with suppress(EOFError, OSError):
        leash.recv_bytes()
    os._exit(1)
