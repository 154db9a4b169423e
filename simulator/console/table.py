"""A terminal in, the table at which somebody sits alone out; and what any table can do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from simulator.console.desk import Desk, Seat
from simulator.console.places import Heard, Place, Typed
from simulator.console.telling import Line
from simulator.console.terminal import Terminal
from simulator.events import Event


class Table(Protocol):
    """The places of a drill; the first is that of the terminal at which it was started."""

    first: Place
    has_company: bool
    """Whether others may sit down at it."""

    def open(self, desk: Callable[[Place], Desk]) -> None: ...

    def ask(self, seconds: float | None) -> Heard | None:
        """What comes next from any place within so many seconds, None when nothing does.

        EndOfInput when the first place will say nothing any more.
        """
        ...

    def veil(self, text: str) -> str:
        """Words that were typed, with pseudonyms in the place of names."""
        ...

    def show(self, event: Event) -> None:
        """What was recorded, to all places but the first."""
        ...

    def say(self, lines: Iterable[Line], to: Place) -> None: ...

    def close(self) -> None:
        """Send everybody home but the first."""
        ...


class Alone:
    has_company = False

    def __init__(self, terminal: Terminal, seat: Seat = "alone") -> None:
        self.first = Place(seat, scripted=terminal.scripted)
        self._terminal = terminal

    def open(self, desk: Callable[[Place], Desk]) -> None:
        """Nobody else needs to know."""

    def ask(self, seconds: float | None) -> Heard | None:
        text = self._terminal.ask(seconds)
        return None if text is None else Typed(self.first, text)

    def veil(self, text: str) -> str:
        return text

    def show(self, event: Event) -> None:
        """There is nobody else."""

    def say(self, lines: Iterable[Line], to: Place) -> None:
        self._terminal.say(lines)

    def close(self) -> None:
        """There is nobody else."""
