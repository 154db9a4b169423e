"""What is about to be done in, a line on the disk out: nothing is applied that was not written down before."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path

import orjson

UNSYNCED = (errno.EINVAL, errno.ENOTSUP)
"""A file system without a disk behind it has nothing to wait for."""


class NotWrittenError(Exception):
    """A line could not be written, as when the disk is full; what was written before stands."""


class Journal:
    """Lines of JSON, each on the disk before it counts. It is opened anew for each, so that no disk keeps it shut."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, entry: Mapping[str, object]) -> None:
        """Returns when the line is on the disk; NotWrittenError when it is not, and then nothing of it is left."""
        line = orjson.dumps(entry, default=str) + b"\n"
        try:
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                self._append(fd, line)
            finally:
                os.close(fd)
        except OSError as error:
            raise NotWrittenError(f"{self.path.name}: {error.strerror}") from error

    def _append(self, fd: int, line: bytes) -> None:
        size = os.fstat(fd).st_size
        if size and os.pread(fd, 1, size - 1) != b"\n":
            line = b"\n" + line  # the one before was cut off by a crash
        try:
            left = memoryview(line)
            while left:
                left = left[os.write(fd, left) :]
            _sync(fd)
            if not size:
                self._sync_folder()
        except OSError:
            os.ftruncate(fd, size)
            raise

    def _sync_folder(self) -> None:
        """A new file is on the disk when its folder is."""
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _sync(folder)
        finally:
            os.close(folder)


def _sync(fd: int) -> None:
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in UNSYNCED:
            raise
