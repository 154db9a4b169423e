"""A disk that is full in the midst of a live run: no fault begins that could not be undone, and every undo works."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.values import brief
from simulator import shell
from simulator.live import runs
from simulator.live.asking import Caller, RefusedError
from simulator.live.lease import Effect, Lease
from simulator.shell import Identity
from tests.simulator.live.begun import Begun, begun, left
from tests.simulator.live.lives import LIMIT_S, until
from tests.simulator.live.striking import remains, strike_drill

SIZE = "400k"
LATE = Effect("delay", {"distribution": "constant", "ms": 1.0})


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own, on which there is room for a run and hardly more."""
    folder = tmp_path / "run"
    (folder / "state").mkdir(parents=True, mode=0o700)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "none", str(folder / "state")]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no disk can be mounted here: that needs to be root, and not in a locked container")
    yield folder
    subprocess.run(["umount", "-l", str(folder / "state")], check=True)


def fill(folder: Path) -> None:
    """Leave no room, not even for a file without anything in it."""
    with open(folder / "state" / "filler", "ab", buffering=0) as file:
        for size in (65_536, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def free(folder: Path) -> None:
    (folder / "state" / "filler").unlink()


def grants_until_refused(run: Begun) -> tuple[list[str], str]:
    """Leases that were granted until one was not, as the journal's last page was full; and why not."""
    proxy = run.process("proxy")
    assert proxy is not None
    caller, granted = Caller(proxy.control, runs.token(run.place)), list[str]()
    try:
        for number in range(200):
            id = f"another-{number}"
            try:
                caller.put("leases", id, data=brief(Lease(id, (LATE,), 1, share=0.0)))
            except RefusedError as error:
                return granted, str(error)
            granted.append(id)
    finally:
        caller.close()
    return granted, ""


def test_a_full_disk_loses_no_undo(small: Path) -> None:
    """What is granted is in the journal; the rest is refused; a proxy comes back; faults end; nothing is left."""
    rng = random.Random(7)
    with begun(small, "controller", 7) as run:
        fill(small)
        granted, why = grants_until_refused(run)
        journal = (run.place / "journal.jsonl").read_text(encoding="utf-8")
        _killed_and_replaced(run, "proxy")
        gone = time.monotonic()
        until(lambda: any(one.answered for one in run.prober.since(gone)), "requests through another proxy")
        between = time.monotonic()
        time.sleep(4.0)
        without_journal = run.prober.is_faulted(between)
        free(small)
        until(lambda: run.prober.is_faulted(between), "the fault again, as there is room")
        fill(small)
        _killed_and_replaced(run, "watchdog")
        controller = strike_drill(run, signal.SIGKILL, rng, blind=False, panics=False)
        run.end_child()
        panicked = run.panic()
        run.prober.end()
        over = [*remains(run)]

    assert "the journal cannot be written, so nothing is applied" in why
    assert all(f'"id":"{id}"' in journal for id in granted)
    assert not without_journal
    assert controller.failure == ""
    assert (panicked, over, left(small)) == (0, [], ())


def _killed_and_replaced(run: Begun, room: str) -> None:
    """By its mark, as nothing can be noted down."""
    (before,) = _marked(run, room)
    shell.send(before, signal.SIGKILL)
    assert shell.gone(before, within_s=LIMIT_S)
    until(lambda: bool(_marked(run, room)), f"another {room}")


def _marked(run: Begun, room: str) -> list[Identity]:
    return [who for name, who in runs.marked(run.place) if name == room]
