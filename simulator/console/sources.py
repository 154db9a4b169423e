"""A table's socket, or a record on the disk, in; messages for a guest out."""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any, Protocol

from simulator.console import wire
from simulator.console.wire import GoneError, Hello, Said, Wire
from simulator.events import KINDS, NAMES, Ended

GLANCE_S = 0.2


class Source(Protocol):
    """Where a guest hears of a drill."""

    fd: int | None
    """Can be read when there is news; None: one has to look now and then."""

    def news(self) -> Sequence[Mapping[str, Any]]:
        """The messages that have come; GoneError when no more will come."""
        ...

    def say(self, line: str, width: int) -> None:
        """Pass on what was typed."""
        ...

    def wait(self, seconds: float) -> None:
        """Until there may be news, at most so long."""
        ...

    def close(self) -> None: ...


class TableSource:
    """A table, over its socket."""

    def __init__(self, end: socket.socket, hello: Hello) -> None:
        self._wire = Wire(end, longest=wire.LONGEST_TOLD)
        self.fd: int | None = self._wire.fileno()
        self._send(hello)

    def news(self) -> Sequence[Mapping[str, Any]]:
        with suppress(GoneError):  # what it said before it hung up is heard first
            self._wire.flush()
        return self._wire.receive()

    def say(self, line: str, width: int) -> None:
        self._send(Said(line, width))

    def wait(self, seconds: float) -> None:
        select.select([self._wire], [], [], seconds)

    def close(self) -> None:
        self._wire.close()

    def _send(self, said: Hello | Said) -> None:
        with suppress(GoneError):
            self._wire.send(wire.encoded({item.name: getattr(said, item.name) for item in fields(said)}))


class RecordSource:
    """A record as it is written; what participants may not see of it is left out."""

    def __init__(self, file: Path) -> None:
        self.fd: int | None = None
        self._file = file.open("rb")
        self._rest = b""
        self._over = False

    def news(self) -> Sequence[Mapping[str, Any]]:
        if self._over:
            raise GoneError("")
        *lines, self._rest = (self._rest + self._file.read()).split(b"\n")
        return [*self._public(lines)]

    def _public(self, lines: Sequence[bytes]) -> Iterator[Mapping[str, Any]]:
        for line in lines:
            row = json.loads(line)
            if KINDS[row["kind"]] in wire.PUBLIC:
                yield {"event": {key: row[key] for key in ("t", "actor", "kind", "data")}}
            if row["kind"] == NAMES[Ended]:
                self._over = True
                return

    def say(self, line: str, width: int) -> None:
        """Nobody listens."""

    def wait(self, seconds: float) -> None:
        time.sleep(min(seconds, GLANCE_S))

    def close(self) -> None:
        self._file.close()
