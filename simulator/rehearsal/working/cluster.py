"""The address of a Dask scheduler in, a crew of its workers out."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from contextlib import contextmanager
from typing import Any

from simulator.rehearsal.working.crews import Crew
from simulator.rehearsal.working.kept import made_by
from simulator.rehearsal.working.running import OtherWorkerError

PATIENCE_S = 10
AHEAD = 2
"""Tasks that wait at each worker, so that the way to it costs nothing."""


class ClusterError(Exception):
    """There is no cluster to work with; the message says what to do."""


@contextmanager
def cluster(address: str) -> Iterator[Crew]:
    """The workers of a Dask cluster; ClusterError, or OtherWorkerError when one would find other results.

    Dask itself gives a task whose worker died to others, a few times.
    """
    dask = _distributed()
    try:
        client = dask.Client(address, timeout=PATIENCE_S, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise ClusterError(
            f"no Dask scheduler answers at {address} (start one with: dask scheduler, and workers with: "
            f"dask worker {address} --nthreads 1)"
        ) from error
    with client:
        workers = _workers(client, address)
        yield Crew(
            lambda: client.get_executor(pure=False),
            workers,
            end=_cancel,
            deaths=(dask.KilledWorker, CancelledError, BrokenExecutor),
            attempts=1,
            ahead=AHEAD * workers,
            made_by=made_by(),
        )


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise ClusterError(
            "a cluster takes Dask, which is not installed here: pip install 'drillbook[dask]'"
        ) from error
    return distributed


def _workers(client: Any, address: str) -> int:
    """How many tasks the cluster works on at once; all of its workers are made of what this process is made of."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE_S)
        made = client.run(made_by)
    except TimeoutError as error:
        raise ClusterError(
            f"the cluster has no workers: start some with: dask worker {address} --nthreads 1"
        ) from error
    except ImportError as error:
        raise ClusterError(
            f"its workers cannot import what they are to run ({error}): install drillbook there, too"
        ) from error
    if others := sorted(worker for worker, theirs in made.items() if theirs != made_by()):
        raise OtherWorkerError(", ".join(others))
    return sum(client.nthreads().values())


def _cancel(executor: Executor) -> None:
    executor.shutdown(wait=False)
