"""A run folder in, the socket by which others come to its table out: in a private directory, on no network."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

ADDRESS = "table.json"
"""In the run folder: where the socket is, as long as the table is hosted."""
LONGEST_PATH = 107
"""Bytes of the path of a Unix socket, on Linux; elsewhere it is a little less, and too long a one is refused."""
BACKLOG = 16
ROOM, SOCKET = "drill-", "table"
"""How a folder of our own making begins, and the name of the socket in it."""


class ClosedError(Exception):
    """Nobody hosts a table there; the message says what to do."""


class Door:
    """A listening socket of this user alone."""

    def __init__(self, folder: Path) -> None:
        self._address = folder / ADDRESS
        _clear(self._address)
        self._private = Path(tempfile.mkdtemp(prefix=ROOM, dir=_room()))  # of mode 0700
        path = self._private / SOCKET
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.bind(os.fspath(path))
        self.socket.listen(BACKLOG)
        self.socket.setblocking(False)
        made = self._address.with_name(f".{ADDRESS}.new")
        made.unlink(missing_ok=True)
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(handle, "w", encoding="utf-8") as out:
            out.write(json.dumps({"socket": os.fspath(path)}) + "\n")
        made.replace(self._address)

    def close(self) -> None:
        """Nobody comes in any more, and nothing of it is left."""
        self.socket.close()
        self._address.unlink(missing_ok=True)
        shutil.rmtree(self._private, ignore_errors=True)


def _clear(address: Path) -> None:
    """Take away what a process that was killed has left; nothing else, whatever the address names."""
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        socket_of_old = Path(json.loads(address.read_text(encoding="utf-8"))["socket"])
        if _is_ours(socket_of_old) and not _answers(socket_of_old):
            socket_of_old.unlink()
            socket_of_old.parent.rmdir()


def _is_ours(path: Path) -> bool:
    """Whether it is a socket as a door makes it, in a private folder of this user."""
    room, there = path.parent.lstat(), path.lstat()
    is_room = (
        stat.S_ISDIR(room.st_mode) and stat.S_IMODE(room.st_mode) == 0o700 and room.st_uid == os.getuid()
    )
    named = path.name == SOCKET and path.parent.name.startswith(ROOM)
    return named and is_room and stat.S_ISSOCK(there.st_mode)


def _answers(path: Path) -> bool:
    """Whether somebody listens there still."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as end:
        end.setblocking(False)
        try:
            end.connect(os.fspath(path))
        except ConnectionRefusedError:
            return False
        except OSError:
            return True
    return True


def _room() -> str:
    """A folder whose path leaves room for a socket's."""
    chosen = tempfile.gettempdir()
    return chosen if len(os.fsencode(chosen)) + len("/drill-12345678/table") <= LONGEST_PATH else "/tmp"


def knock(folder: Path) -> socket.socket:
    """A connection to the table of a run folder; ClosedError when nobody hosts one there."""
    try:
        path = json.loads((folder / ADDRESS).read_text(encoding="utf-8"))["socket"]
    except FileNotFoundError:
        raise ClosedError(
            f"{folder}: nobody hosts a table here; the facilitator begins one with 'drill run DRILL --table'"
        ) from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ClosedError(f"{folder / ADDRESS}: is no address of a table: {error}") from error
    end = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        end.connect(path)
    except (OSError, TypeError, ValueError) as error:
        end.close()
        raise ClosedError(
            f"{folder}: the table is left: the facilitator's process is gone. 'drill run --resume {folder}' goes on"
        ) from error
    return end
