"""A rehearsal on a Dask cluster: the same results, also when a worker of it dies on the way."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.cache import Cache
from simulator.rehearsal.working import cluster as clusters
from simulator.rehearsal.working import crews
from simulator.rehearsal.working.cluster import ClusterError, cluster
from simulator.rehearsal.working.running import DeadWorkerError, OtherWorkerError, TaskError, run
from simulator.rehearsal.working.standing import Standing
from tests.simulator.rehearsal.toys import Deadly, Toy, Wrong

distributed = pytest.importorskip(
    "distributed", reason="Dask is not installed: pip install 'drillbook[dask]'"
)
NO_CACHE = Cache(None, "")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture
def address() -> Iterator[str]:
    """Two workers on this machine, reached by loopback alone."""
    import dask

    quiet = {"distributed.worker.daemon": True, "distributed.admin.system-monitor.gil.enabled": False}
    with warnings.catch_warnings(), dask.config.set(quiet):
        warnings.simplefilter("ignore")
        with distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=50,
        ) as local:
            yield local.scheduler_address


def test_a_cluster_finds_out_the_same_although_a_worker_dies(address: str, tmp_path: Path) -> None:
    """Bit for bit what one process finds; SIGKILL in the middle costs a little time, and a bug is named."""
    toys = [Toy(number) for number in range(12)]
    deadly = Deadly(100, str(tmp_path))
    killed: list[int] = []

    def kill(standing: Standing) -> None:
        """From outside, as an operator or the system would."""
        if standing.done >= 3 and not killed:
            killed.extend(_workers(address).values())
            os.kill(killed[0], signal.SIGKILL)

    with cluster(address) as crew:
        results = run([*toys, deadly], crew, NO_CACHE, kill)
        with pytest.raises(TaskError, match=r"^toy 5: LookupError: no such toy\n"):
            run([Wrong(5)], crew, NO_CACHE)

    assert results == run([*toys, Toy(100)], crews.here(), NO_CACHE)
    assert killed


def test_a_task_that_kills_all_workers_of_a_cluster_is_named(address: str, tmp_path: Path) -> None:
    """Dask gives up on it after some of them."""
    with cluster(address) as crew, pytest.raises(DeadWorkerError, match=r"^toy 7$"):
        run([Deadly(7, str(tmp_path), times=99)], crew, NO_CACHE)


def test_workers_that_are_made_of_something_else_are_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version there would find other results."""
    monkeypatch.setattr(clusters, "made_by", _made_otherwise)

    with pytest.raises(OtherWorkerError, match=r"tcp://127\.0\.0\.1:"), cluster(address):
        pass


def test_where_no_scheduler_answers_it_is_said_how_to_start_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong address is wrong usage, and is noticed soon."""
    monkeypatch.setattr(clusters, "PATIENCE_S", 0.5)

    with pytest.raises(ClusterError, match="dask scheduler"), cluster("tcp://127.0.0.1:9"):
        pass


def test_without_dask_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named."""
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)

    with pytest.raises(ClusterError, match=r"pip install 'drillbook\[dask\]'"), cluster("tcp://127.0.0.1:9"):
        pass


def _workers(address: str) -> dict[str, int]:
    """The process of each worker."""
    with distributed.Client(address, set_as_default=False) as client:
        found: Any = client.run(os.getpid)
        return dict(found)


def _made_otherwise() -> str:
    """Of every process something else."""
    return str(os.getpid())
