"""A command in, a process that goes on out; and who is who among processes: the one door for them in this package.

A process is known by its id and the moment at which it began: an id alone may long belong to somebody else.
"""

from __future__ import annotations

import contextlib
import os
import select
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

PROC = Path("/proc")
LONGEST_LINE = 10_000
PIPE_BYTES, MOST_LEFT_BYTES = 65_536, 1_048_576
"""Of one reading; of what still stands in a pipe when all is over, which is as much as a pipe may hold."""
KILLED_S = 2.0
"""So long may a killed process take to be gone."""
_STATE, _USER, _SYSTEM, _BEGAN = 0, 11, 12, 19
"""Places of fields in ``/proc/PID/stat``, counted from behind the command's name; see proc(5)."""


@dataclass(frozen=True, slots=True)
class Identity:
    """One process on this machine, and no other that has or had its id."""

    pid: int
    began: int
    """Clock ticks since the machine started."""


@dataclass(slots=True)
class Running:
    """A command that goes on by itself, in a session of its own: it survives whoever began it."""

    identity: Identity
    _process: subprocess.Popen[bytes]

    @property
    def code(self) -> int | None:
        """How it ended; None while it goes on."""
        return self._process.poll()

    def first_line(self, seconds: float) -> str:
        """The first line that it says; what there is of it when it ends or the seconds are over."""
        assert self._process.stdout is not None
        descriptor, said = self._process.stdout.fileno(), b""
        until = time.monotonic() + seconds
        while b"\n" not in said and len(said) < LONGEST_LINE:
            left = until - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                break
            if not (piece := os.read(descriptor, LONGEST_LINE)):
                break
            said += piece
        return said.split(b"\n")[0].decode("utf-8", "replace")

    def forget(self) -> None:
        """Let it go on alone; nothing that it says is heard any more."""
        if self._process.stdout is not None:
            self._process.stdout.close()
        # It is waited for elsewhere, or by nobody: that is meant, and no reason to warn.
        self._process.returncode = self._process.poll() or 0


def start(
    command: Sequence[str], folder: Path, *, environment: Mapping[str, str], complaints: Path | None = None
) -> Running:
    """Begin a command without a shell and do not wait; OSError when it cannot begin.

    ``environment`` is added to our own; ``complaints``: the file to which its standard error is added.
    """
    with _opened(complaints) as errors:
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    # Until it is waited for, even a process that has ended is found.
    return Running(identity(process.pid) or Identity(process.pid, 0), process)


def run(
    command: Sequence[str],
    folder: Path,
    *,
    environment: Mapping[str, str],
    seconds: float,
    hear: Callable[[bytes], None],
    is_all_heard: bool = True,
) -> int | None:
    """Run a command without a shell, and hear what it says until it ends; OSError when it cannot begin.

    ``is_all_heard``: its standard error, too.

    ``environment`` is all that it sees of ours; it can ask nothing, as its input is closed. Returns how it ended,
    negative: by that signal; None: it had not ended after so many ``seconds``. Either way its whole group is ended
    with it: what it left behind keeps nobody waiting.
    """
    process = subprocess.Popen(
        list(command),
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if is_all_heard else subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        has_ended = _listen(process, until=time.monotonic() + seconds, hear=hear)
    finally:
        # Not waited for until here: so the group's number cannot belong to anybody else.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        _wait(process)
        _drain(process.stdout.fileno(), hear)
        process.stdout.close()
    return process.returncode if has_ended else None


def _wait(process: subprocess.Popen[bytes]) -> None:
    """Take note of its end. What runs as somebody else cannot be ended by us, and is not waited for without limit."""
    try:
        process.wait(KILLED_S)
    except subprocess.TimeoutExpired:
        process.returncode = -signal.SIGKILL


def _listen(process: subprocess.Popen[bytes], *, until: float, hear: Callable[[bytes], None]) -> bool:
    """Hear a process out; whether it ended in time."""
    assert process.stdout is not None
    said, handle = process.stdout.fileno(), os.pidfd_open(process.pid)
    try:
        with selectors.DefaultSelector() as ready:
            ready.register(said, selectors.EVENT_READ)
            ready.register(handle, selectors.EVENT_READ)
            while (left := until - time.monotonic()) > 0:
                found = {key.fd for key, _ in ready.select(left)}
                if handle in found:
                    return True
                if said in found:
                    if piece := os.read(said, PIPE_BYTES):
                        hear(piece)
                    else:
                        ready.unregister(said)
        return False
    finally:
        os.close(handle)


def _drain(descriptor: int, hear: Callable[[bytes], None]) -> None:
    """Hear what still stands in a pipe, and no more: somebody who escaped may go on to write into it."""
    os.set_blocking(descriptor, False)
    left = MOST_LEFT_BYTES
    with contextlib.suppress(BlockingIOError):
        while left > 0 and (piece := os.read(descriptor, min(left, PIPE_BYTES))):
            hear(piece)
            left -= len(piece)


@contextlib.contextmanager
def _opened(complaints: Path | None) -> Iterator[int | None]:
    """A file to add to; nowhere, when the disk has no room for it; our own standard error, when none is named."""
    if complaints is None:
        yield None
        return
    try:
        handle = os.open(complaints, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError:
        yield subprocess.DEVNULL
        return
    try:
        yield handle
    finally:
        os.close(handle)


def identity(pid: int) -> Identity | None:
    """Who has that id now; None when nobody has."""
    fields = _fields(pid)
    return Identity(pid, int(fields[_BEGAN])) if fields else None


def works(who: Identity, *, since: int) -> bool:
    """Whether a process would run, or has: it computes, or waits for a processor. ``since``: of ``worked``."""
    fields = _fields(who.pid)
    return bool(fields) and (fields[_STATE] == "R" or _ticks(fields) > since)


def worked(who: Identity) -> int:
    """Clock ticks that a process has had of the processors; 0 where it is gone."""
    fields = _fields(who.pid)
    return _ticks(fields) if fields else 0


def _ticks(fields: Sequence[str]) -> int:
    return int(fields[_USER]) + int(fields[_SYSTEM])


def lives(who: Identity) -> bool:
    """Whether that very process is there, and has not ended."""
    fields = _fields(who.pid)
    return bool(fields) and int(fields[_BEGAN]) == who.began and fields[_STATE] not in "ZX"


def ancestors() -> frozenset[int]:
    """Our own id, and those of the processes that we descend from."""
    found, pid = {os.getpid()}, os.getppid()
    while pid > 0 and pid not in found:
        found.add(pid)
        fields = _fields(pid)
        pid = int(fields[1]) if fields else 0
    return frozenset(found)


def tagged(name: str) -> tuple[tuple[Identity, str], ...]:
    """All processes of this user that were begun with that variable in their environment, and what it said."""
    found = []
    for folder in PROC.iterdir():
        if not folder.name.isdecimal() or (who := identity(int(folder.name))) is None:
            continue
        value = variable(who, name)
        if value and lives(who):
            found.append((who, value))
    return tuple(found)


def variable(who: Identity, name: str) -> str:
    """What stands in its environment under that name; empty when nothing does, or nobody may look."""
    try:
        entries = (PROC / str(who.pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return ""
    start = f"{name}=".encode()
    return next(
        (entry[len(start) :].decode("utf-8", "replace") for entry in entries if entry.startswith(start)), ""
    )


def owner(pid: int) -> int | None:
    """The number of the user to whom a process belongs; None when nobody has that id."""
    try:
        return (PROC / str(pid)).stat().st_uid
    except OSError:
        return None


def closed(modules: str) -> tuple[tuple[Identity, str], ...]:
    """Processes that run a Python module whose name begins so, and whose environment nobody here may read."""
    found = []
    for folder in PROC.iterdir():
        if not folder.name.isdecimal() or (who := identity(int(folder.name))) is None:
            continue
        if (module := _module(folder)).startswith(modules) and not _is_open(folder) and lives(who):
            found.append((who, module))
    return tuple(found)


def _module(folder: Path) -> str:
    """What a process runs by ``python -m``; empty: no module."""
    try:
        words = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return ""
    return next((after for word, after in pairwise(words) if word == "-m"), "")


def _is_open(folder: Path) -> bool:
    try:
        (folder / "environ").read_bytes()
    except OSError:
        return False
    return True


def send(who: Identity, number: signal.Signals) -> bool:
    """Send a signal to that very process; False when it is gone, or is not ours."""
    try:
        handle = os.pidfd_open(who.pid)
    except OSError:
        return False
    try:
        # The handle stays with one process even if its id is given away: what is compared now holds below.
        if not lives(who):
            return False
        signal.pidfd_send_signal(handle, number)
        return True
    except OSError:
        return False
    finally:
        os.close(handle)


def end(who: Identity, *, patience_s: float = 0.0) -> bool:
    """End that very process: asked to at first, with so much patience, then by force. Whether it is gone."""
    if patience_s > 0:
        send(who, signal.SIGTERM)
        # One that was stopped hears nothing until it goes on.
        send(who, signal.SIGCONT)
        if gone(who, within_s=patience_s):
            return True
    send(who, signal.SIGKILL)
    return gone(who, within_s=2.0)


def gone(who: Identity, *, within_s: float) -> bool:
    """Whether it has ended before so many seconds are over."""
    until = time.monotonic() + within_s
    while lives(who):
        if time.monotonic() >= until:
            return False
        time.sleep(0.01)
    return True


def _fields(pid: int) -> list[str]:
    """The fields of ``/proc/PID/stat`` behind the command's name, which may hold anything; empty: nobody is there."""
    try:
        text = (PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()
