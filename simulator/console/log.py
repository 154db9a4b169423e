"""Lines that were said in, the ones that fit on the screen now out."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.console.telling import Line
from simulator.console.text import fold

MOST_LINES = 5000
PRESSING = ("class:bad", "class:message")
"""Styles of pages and messages."""


class Log:
    """Follows its tail, but stays at the beginning of an answer that is longer than the screen."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._folded: list[Line] = []
        self._width = 0
        self.answered = False
        """Whether anything was typed yet."""
        self._top: int | None = None
        """Index of the first folded line shown; None: follow the tail."""
        self.news = ""
        """What was said last of what presses, while somebody read what is not the tail."""
        self._answer: int | None = None
        """Index of the line with which the answer to the last command begins, until it is settled."""

    @property
    def reading(self) -> bool:
        """Whether somebody reads what is not the tail."""
        return self._top is not None

    def add(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self._lines.append(line)
            if self.reading and line[0] in PRESSING:
                self.news = line[1]
            if self._width:
                self._folded += _folded(line, self._width)
        if len(self._lines) > MOST_LINES:
            self._lines, self._answer = self._lines[MOST_LINES // 2 :], None
            self._fold(self._width)

    def answer(self, command: str) -> None:
        """A command was typed: what follows is its answer."""
        self._top, self.news, self.answered = None, "", True
        self._answer = len(self._lines)
        self.add([("class:next", command)])

    def settle(self, *, width: int, height: int) -> None:
        """The answer is complete: if it is too long, show it from its beginning."""
        self._refold(width)
        if self._answer is None or self._answer + 1 == len(self._lines):
            return
        start = len(self._folded) - sum(len(_folded(line, width)) for line in self._lines[self._answer :])
        if len(self._folded) - start > height:
            self._top = start
        self._answer = None

    def visible(self, *, width: int, height: int) -> list[Line]:
        self._refold(width)
        top = self._first(height)
        return self._folded[top : top + height]

    def below(self, *, width: int, height: int) -> int:
        """How many lines stand below those that are shown."""
        self._refold(width)
        return max(0, len(self._folded) - self._first(height) - height)

    def length(self, *, width: int) -> int:
        """How many lines there are in all."""
        self._refold(width)
        return len(self._folded)

    def scroll(self, pages: int, *, width: int, height: int) -> None:
        self._refold(width)
        top = max(0, self._first(height) + pages * max(1, height - 1))
        self._top = None if top + height >= len(self._folded) else top
        self.news = "" if self._top is None else self.news

    def _first(self, height: int) -> int:
        return max(0, len(self._folded) - height) if self._top is None else self._top

    def _refold(self, width: int) -> None:
        if width != self._width:
            self._fold(width)

    def _fold(self, width: int) -> None:
        self._width, self._top = width, None
        self._folded = [part for line in self._lines for part in _folded(line, width)]


def _folded(line: Line, width: int) -> list[Line]:
    style, text = line
    return [(style, part) for part in fold(text, width - 1, indent="    ")]
