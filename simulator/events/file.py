"""A record's file: one process writes it, what cannot be written is said so, and what was cut off can go on."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.events.reading import lines_of, parse
from simulator.events.record import Record

SYNC_S = 1.0
"""What the operating system has not put on the disk yet is lost with the power: never more than this much."""
UNSYNCED = (errno.EINVAL, errno.ENOTSUP)
"""A file system without a disk behind it has nothing to wait for."""


class InUseError(Exception):
    """Another process writes the record."""


class NotWrittenError(Exception):
    """The record could not be written, as when the disk is full; what was written before stands."""


class RecordFile:
    """A place to write lines to. Its lock belongs to the process, and is gone with it however it dies."""

    def __init__(self, path: Path, *, new: bool, monotonic: Callable[[], float] = time.monotonic) -> None:
        """``new``: FileExistsError when there is one. Else OSError when there is none; InUseError when it is locked."""
        self._path, self._monotonic = path, monotonic
        create = os.O_CREAT | os.O_EXCL if new else 0
        self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | create, 0o644)
        self._synced = monotonic()
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._fd)
            raise InUseError(f"{path} is being written by a drill that still runs") from error

    def read(self) -> Record:
        return parse(lines_of(self._path.read_bytes()))

    def continued(self, record: Record) -> RecordFile:
        """The same, cut behind what holds of it: a line that was being written is no event, and goes."""
        lines = self._path.read_bytes().split(b"\n")
        whole = b"\n".join(lines[: len(record.events)])
        with self._telling():
            os.ftruncate(self._fd, len(whole))
        self.write("\n")
        return self

    def write(self, text: str) -> None:
        left = memoryview(text.encode())
        with self._telling():
            while left:
                left = left[os.write(self._fd, left) :]

    def flush(self) -> None:
        """Nothing is held back here; once in a while wait for the disk."""
        if self._monotonic() - self._synced >= SYNC_S:
            with self._telling():
                self._sync()
            self._synced = self._monotonic()

    def close(self) -> None:
        """An empty record is none: it leaves no file."""
        if os.fstat(self._fd).st_size == 0:
            self._path.unlink(missing_ok=True)
        os.close(self._fd)

    def _sync(self) -> None:
        try:
            os.fsync(self._fd)
        except OSError as error:
            if error.errno not in UNSYNCED:
                raise

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise NotWrittenError(f"{self._path}: {error.strerror}") from error


def is_being_written(path: Path) -> bool:
    """Whether a process writes the record at this moment; False where that cannot be seen."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(fd)
    return False
