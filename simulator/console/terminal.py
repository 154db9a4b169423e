"""What a terminal of somebody at a drill can do, whatever it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from simulator.console.desk import Desk
from simulator.console.telling import Line


class EndOfInput(Exception):  # noqa: N818 - it is no error
    """Nobody will type anything any more."""


class Terminal(Protocol):
    """Where people type and read."""

    scripted: bool
    """Whether who types may let time pass by a command."""

    @property
    def width(self) -> int: ...

    def open(self, desk: Callable[[], Desk], pace: str) -> None: ...

    def ask(self, seconds: float | None) -> str | None:
        """The next line typed within so many seconds, None when there is none; EndOfInput at the end."""
        ...

    def say(self, lines: Iterable[Line]) -> None: ...

    def close(self) -> None: ...


class SharedTerminal(Terminal, Protocol):
    """A terminal that listens to something else as well."""

    def listen(self, fd: int | None) -> None:
        """From now on ``ask`` answers None as soon as that file descriptor can be read; None: to nothing."""
        ...

    def rest(self, seconds: float | None) -> None:
        """Take no line, until that file descriptor can be read or so many seconds are over."""
        ...
