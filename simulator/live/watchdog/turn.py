"""A run's folder in; the right to watch it, which only one process has at a time, out."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from simulator import shell
from simulator.live import runs
from simulator.live.asking import Caller, RefusedError, UnreachableError
from simulator.live.runs import RunError

PATIENCE_S = 5.0
ANSWER_S = 1.0


@contextlib.contextmanager
def turn(folder: Path) -> Iterator[None]:
    """Hold the run for ourselves; RunError when another watchdog has it, and answers. One that hangs is ended."""
    # The folder itself is locked: that needs no room on the disk, and a crash leaves no lock.
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        until = time.monotonic() + PATIENCE_S
        while not _locked(handle):
            _end_hanging(folder)
            if time.monotonic() >= until:
                raise RunError(f"{folder} is held by another process")
            time.sleep(0.05)
        yield
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError:
        return False


def _end_hanging(folder: Path) -> None:
    run = runs.read(folder)
    other = run.process("watchdog")
    if other is None or not run.lives(other):
        return
    caller = Caller(other.control, timeout_s=ANSWER_S)
    try:
        caller.get("health")
    except (UnreachableError, RefusedError):
        shell.end(other.identity)
    else:
        raise RunError(f"{folder} is watched already, by process {other.pid}")
    finally:
        caller.close()
