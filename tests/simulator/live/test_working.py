"""Whoever has no answer because the machine is busy is not taken for one that hangs."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from simulator import shell
from simulator.shell import Identity
from tests.simulator.live.lives import LIMIT_S


@contextmanager
def _process(code: str) -> Iterator[tuple[subprocess.Popen[bytes], Identity]]:
    with subprocess.Popen(
        [sys.executable, "-c", f"print(1, flush=True)\n{code}"], stdout=subprocess.PIPE
    ) as it:
        try:
            assert it.stdout is not None
            it.stdout.readline()
            who = shell.identity(it.pid)
            assert who is not None
            yield it, who
        finally:
            it.kill()


def test_one_that_computes_works() -> None:
    with _process("while True: pass") as (_, who):
        since = shell.worked(who)
        until = time.monotonic() + LIMIT_S
        while shell.worked(who) <= since and time.monotonic() < until:
            time.sleep(0.05)
        assert shell.works(who, since=since)


def test_one_that_waits_for_nothing_does_not() -> None:
    """It sleeps, and has had no time of a processor since."""
    with _process("import time; time.sleep(1000)") as (_, who):
        until = time.monotonic() + LIMIT_S
        while shell.works(who, since=shell.worked(who)) and time.monotonic() < until:
            time.sleep(0.05)
        assert not shell.works(who, since=shell.worked(who))


def test_one_that_was_stopped_does_not() -> None:
    with _process("while True: pass") as (it, who):
        it.send_signal(signal.SIGSTOP)
        until = time.monotonic() + LIMIT_S
        while shell.works(who, since=shell.worked(who)) and time.monotonic() < until:
            time.sleep(0.05)
        assert not shell.works(who, since=shell.worked(who))


def test_one_that_is_gone_does_not() -> None:
    with _process("") as (it, who):
        it.wait(LIMIT_S)
        assert not shell.works(who, since=0)
        assert shell.worked(who) == 0
