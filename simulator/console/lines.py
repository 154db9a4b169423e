"""Lines of text in, lines of text out: the console without a terminal, for pipes and scripts."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Iterable
from typing import TextIO

from simulator.console.desk import Desk
from simulator.console.telling import Line
from simulator.console.terminal import EndOfInput
from simulator.console.text import clean

CHUNK = 65_536
LONGEST_LINE = 100_000
"""What comes without a line end for longer than this is no command."""


class LineTerminal:
    scripted = True
    width = 100

    def __init__(self, fd: int, out: TextIO, *, echo: bool = True) -> None:
        """Reads from a file descriptor, so that it can stop waiting when the clock says so.

        ``echo``: says what it read, as nobody sees what comes through a pipe.
        """
        self._fd, self._echo = fd, echo
        self._out = out
        self._rest = b""
        self._at_end = False
        self._also: tuple[int, ...] = ()

    def listen(self, fd: int | None) -> None:
        self._also = () if fd is None else (fd,)

    def rest(self, seconds: float | None) -> None:
        select.select(self._also, [], [], seconds)

    def open(self, desk: Callable[[], Desk], pace: str) -> None:
        """There is nothing to set up; lines come and go."""

    def ask(self, seconds: float | None) -> str | None:
        line = self._line(None if seconds is None else time.monotonic() + seconds)
        if line is not None and self._echo:
            self.say([("", f"> {line}")])
        return line

    def say(self, lines: Iterable[Line]) -> None:
        for _, text in lines:
            print(text, file=self._out, flush=True)

    def close(self) -> None:
        """There is nothing to restore."""

    def _line(self, until: float | None) -> str | None:
        while b"\n" not in self._rest:
            if self._at_end:
                return self._last()
            left = None if until is None else max(0.0, until - time.monotonic())
            if self._fd not in select.select([self._fd, *self._also], [], [], left)[0]:
                return None
            chunk = os.read(self._fd, CHUNK)
            self._at_end = not chunk or len(self._rest) > LONGEST_LINE
            self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\n")
        return _text(line)

    def _last(self) -> str:
        """What stood behind the last line end; EndOfInput when nothing did."""
        line, self._rest = self._rest, b""
        if not line.strip():
            raise EndOfInput
        return _text(line)


def _text(line: bytes) -> str:
    return clean(line.decode("utf-8", errors="replace").rstrip("\r"))
