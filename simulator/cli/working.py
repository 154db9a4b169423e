"""What is to be rehearsed in, the proofs out; or, when the work ends before, in words why, and what is kept."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.bar import bar, lasted

if TYPE_CHECKING:
    from generator.cache import Cache
    from generator.model import Proof
    from simulator.rehearsal.plan import Asked
    from simulator.rehearsal.tasks import Task
    from simulator.rehearsal.working.crews import Crew
    from simulator.rehearsal.working.standing import Progress, Standing


@dataclass(frozen=True, slots=True)
class Means:
    """What there is to work with."""

    workers: int | None
    """None: all cores."""
    dask: str | None
    cached: bool


@dataclass(slots=True)
class Work:
    means: Means
    root: Path
    standing: Standing = field(init=False)
    begun: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        from simulator.rehearsal.working.standing import Standing

        self.standing = Standing()

    def through(self, asked: Asked) -> tuple[Proof, ...] | None:
        """All of it, round by round; None when it was interrupted."""
        from simulator.rehearsal.plan import rehearse
        from simulator.rehearsal.working.kept import no_cache, open_cache, tidy

        cache = open_cache(self.root) if self.means.cached else no_cache()
        try:
            with _said_of(self), _ended_like_ctrl_c(), self._crew() as crew, bar() as progress:
                proofs = rehearse(asked, self._doing(crew, cache, progress))
        except KeyboardInterrupt:
            click.echo(f"interrupted: {self._kept()}", err=True)
            return None
        tidy(cache)
        click.echo(self._done(len(proofs)), err=True)
        return proofs

    def _doing(
        self, crew: Crew, cache: Cache, progress: Progress
    ) -> Callable[[Sequence[Task[Any]]], Sequence[Any]]:
        from simulator.rehearsal.working.running import run

        return lambda tasks: run(tasks, crew, cache, progress, self.standing)

    @contextmanager
    def _crew(self) -> Iterator[Crew]:
        from simulator.rehearsal.working import crews
        from simulator.rehearsal.working.cluster import cluster

        count = self.means.workers or crews.cores()
        if self.means.dask is not None:
            with cluster(self.means.dask) as crew:
                yield crew
        elif count == 1:
            yield crews.here()
        else:
            with crews.processes(count) as crew:
                yield crew

    def _done(self, proofs: int) -> str:
        standing = self.standing
        what = "1 runbook" if proofs == 1 else f"{proofs} runbooks"
        deaths = (
            f", {standing.deaths} times a worker died and its work was done again" if standing.deaths else ""
        )
        return (
            f"rehearsed {what} in {lasted(time.monotonic() - self.begun)}: {standing.tasks} tasks, "
            f"{standing.kept} of them from the cache{deaths}{self._unkept()}"
        )

    def _kept(self) -> str:
        standing = self.standing
        if not self.means.cached:
            return "nothing is kept, because of --no-cache"
        done = standing.kept + standing.done - standing.unkept
        return (
            f"{done} of {standing.tasks} tasks are done and kept{self._unkept()}; "
            "the same command goes on from there"
        )

    def _unkept(self) -> str:
        from simulator.rehearsal.working.kept import FOLDER

        if not self.standing.unkept:
            return ""
        return f"; {self.standing.unkept} could not be kept: nothing can be written to {self.root / FOLDER}"

    def kept_after(self, what: str) -> click.ClickException:
        """The end of a rehearsal that cannot go on."""
        return click.ClickException(f"{what}\n{self._kept()}")


@contextmanager
def _said_of(work: Work) -> Iterator[None]:
    """What can go wrong with workers, in words."""
    from simulator.rehearsal.working.cluster import ClusterError
    from simulator.rehearsal.working.running import DeadWorkerError, OtherWorkerError

    try:
        yield
    except ClusterError as error:
        raise click.BadParameter(str(error), param_hint="--dask") from error
    except OtherWorkerError as error:
        who = f" ({error})" if str(error) else ""
        raise work.kept_after(
            f"workers of the cluster{who} have another drillbook, Python, NumPy or Faker than this machine, so their "
            "results could be others: install the same there"
        ) from error
    except DeadWorkerError as error:
        raise work.kept_after(
            f"{error}: whoever works on it dies, again and again; most often memory is short "
            "(try with fewer at once: --workers 1)"
        ) from error


@contextmanager
def _ended_like_ctrl_c() -> Iterator[None]:
    """SIGTERM ends the work as tidily as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
