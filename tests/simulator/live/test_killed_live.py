"""Each process of a live drill killed once, and one stopped: faults end, requests flow, and the record holds.

By states, not by the clock: how fast all is back is judged where nothing else runs (``make soak``).
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.values import brief
from simulator import shell
from simulator.live import clock
from simulator.live.asking import Caller
from simulator.live.lease import Effect, Lease
from simulator.live.process import announced
from simulator.live.runs import TOKEN_VARIABLE
from tests.simulator.live.begun import begun, left, target
from tests.simulator.live.lives import LIMIT_S, ROOT, until
from tests.simulator.live.probing import Probe, Prober
from tests.simulator.live.striking import Strike, amiss, remains, strike, strike_drill

ROOMS = ("load", "proxy", "sandbox", "watchdog")
JUMPING = str(Path(__file__).parent / "jumping")


@dataclass(frozen=True, slots=True)
class Stricken:
    """What came of a drill whose processes were struck one after the other, and it itself at last."""

    killed: Mapping[str, Strike]
    stopped: Strike
    drill: Strike
    remains: tuple[str, ...]
    amiss: tuple[str, ...]


@pytest.fixture(scope="module")
def stricken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stricken]:
    rng = random.Random(20261123)
    with begun(tmp_path_factory.mktemp("killed"), "drill", 7, minutes=600.0) as run:
        killed = {}
        for room in ROOMS:
            time.sleep(rng.uniform(0.0, 0.5))
            killed[room] = strike(run, (room,), signal.SIGKILL, rng)
        stopped = strike(run, ("proxy",), signal.SIGSTOP, rng)
        drill = strike_drill(run, signal.SIGKILL, rng, blind=False, panics=False)
        run.end_child()
        yield Stricken(killed, stopped, drill, tuple(remains(run)), tuple(amiss(run, whole=False)))


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_killed_comes_back_and_requests_flow(room: str, stricken: Stricken) -> None:
    """Where target and proxy live, none is lost; no request meets a fault that no lease is in force for."""
    found = stricken.killed[room]

    assert found.failure == ""
    assert found.outlived_s == 0
    assert (found.back_s is None) == (room in ("load", "watchdog"))


def test_a_proxy_that_was_stopped_is_replaced_or_goes_on(stricken: Stricken) -> None:
    assert stricken.stopped.failure == ""
    assert stricken.stopped.back_s is not None


def test_a_drill_that_is_killed_leaves_a_record_that_holds_and_nothing_else(stricken: Stricken) -> None:
    """The watchdog ends the fault and every process."""
    assert stricken.drill.failure == ""
    assert stricken.remains == ()
    assert stricken.amiss == ()


def test_a_proxy_that_was_stopped_wakes_up_without_the_faults_whose_time_passed(tmp_path: Path) -> None:
    """A request that waited for it meanwhile is not touched."""
    with target() as behind:
        command = [sys.executable, "-m", "simulator.live.proxy", "--target", behind]
        command += ["--journal", str(tmp_path / "journal.jsonl")]
        running = shell.start(command, ROOT, environment={TOKEN_VARIABLE: "t" * 32})
        try:
            said = announced(running.first_line(LIMIT_S))
            caller = Caller(str(said["control"]), "t" * 32, timeout_s=LIMIT_S)
            with Prober(str(said["url"])).asking() as prober:
                _until_faulted(prober, caller)
                os.kill(running.identity.pid, signal.SIGSTOP)
                stopped = time.monotonic()
                until(lambda: time.monotonic() - stopped > 3.0, "its time to pass")
                woken = time.monotonic()
                os.kill(running.identity.pid, signal.SIGCONT)

                def waited() -> list[Probe]:
                    """Those that were sent while it was stopped, and answered when it went on."""
                    return [one for one in prober.since(stopped + 0.5) if one.sent < woken < one.over]

                until(lambda: len(waited()) > 5, "answers")
                found = waited()
            caller.close()
        finally:
            shell.end(running.identity)
            running.forget()

    assert not any(one.faulted for one in found)
    assert all(one.answered for one in found)


def _until_faulted(prober: Prober, proxy: Caller) -> None:
    lease = Lease("late", (Effect("delay", {"distribution": "constant", "ms": 1.0}),), 1, seconds=2.0)

    def is_faulted() -> bool:
        since = time.monotonic()
        proxy.put("leases", lease.id, data=brief(lease))
        time.sleep(0.3)
        return prober.is_faulted(since)

    until(is_faulted, "a fault")


def test_the_clock_of_a_fault_goes_on_while_the_machine_sleeps() -> None:
    """Else one that was in force when a laptop was shut would be when it is opened."""
    before = time.clock_gettime(time.CLOCK_BOOTTIME)

    assert before <= clock.monotonic() <= time.clock_gettime(time.CLOCK_BOOTTIME)


def test_a_wall_clock_that_jumps_is_of_no_account(tmp_path: Path) -> None:
    """By up to a day there and back, in every process, at every look: what is killed comes back, and faults end."""
    rng = random.Random(7)
    path = os.pathsep.join([JUMPING, *filter(None, [os.environ.get("PYTHONPATH")])])
    with begun(tmp_path, "controller", 7, environment={"PYTHONPATH": path, "JUMPING_CLOCK": "1"}) as run:
        proxy = strike(run, ("proxy",), signal.SIGKILL, rng)
        since = time.monotonic()
        until(lambda: run.prober.is_faulted(since), "the fault again")
        controller = strike_drill(run, signal.SIGKILL, rng, blind=False, panics=False)
        run.end_child()
        told = (run.place / "journal.jsonl").read_text(encoding="utf-8")
        panicked = run.panic()
        run.prober.end()
        until(lambda: not left(tmp_path), "nothing to be left")

    assert (proxy.failure, controller.failure, panicked) == ("", "", 0)
    assert '"what":"granted"' in told
