"""The events of a record from before a crash in, what people need to know who come back out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from simulator.console import times
from simulator.console.board import Board
from simulator.console.clock import UNPACED
from simulator.console.telling import Line
from simulator.events import WORLD, Assumed, Event, Payload, Rated, Returned, Sped, StepStarted

LAST = 12
"""As many of the last lines are shown again."""


class Before:
    """What the board does not know: who acted, what was being done, and what was said last."""

    def __init__(self) -> None:
        self.role = ""
        """In which one who is alone acted; none before they took one."""
        self._deed: tuple[float, Payload] | None = None
        self._jumping = False
        self._lines: deque[Line] = deque(maxlen=LAST)
        self.rated: set[str] = set()
        """Dimensions that the facilitator has judged since the end."""

    def follow(self, event: Event, lines: Iterable[Line]) -> None:
        self._lines.extend(lines)
        if event.actor == WORLD or isinstance(event.payload, Returned):
            return
        self._deed = (event.t, event.payload)
        match event.payload:
            case Assumed(role) if event.actor == role:  # else it was for one command
                self.role = role
            case Sped(pace):
                self._jumping = pace == UNPACED

    def judged(self, event: Event) -> None:
        """Take in what came after the end of the drill."""
        if isinstance(event.payload, Rated):
            self.rated.add(event.payload.dimension)

    @property
    def under_way(self) -> tuple[StepStarted, float] | None:
        """A step that was begun, if nobody did anything since, and when."""
        if self._deed is None or not isinstance(self._deed[1], StepStarted):
            return None
        return self._deed[1], self._deed[0]

    def pace_to_go_back_to(self, board: Board) -> str:
        """The pace at which the clock ran before a jump that did not come to its end; none where there was none."""
        return board.pace if self._jumping else ""

    def lines(self, board: Board, t: float, *, role: str, stands: bool) -> Iterator[Line]:
        """The last lines again, and where things stand."""
        if self._lines:
            yield "class:title", "You are back. These were the last lines:"
            yield from self._lines
        now = times.time_of_day(board.started, t, seconds=True)
        acts = f" You act as {role}." if role else ""
        yield "class:title", f"It is {now}.{acts} `status` shows where things stand."
        if board.paused:
            yield "class:question", "The drill is paused: `resume` goes on."
        elif stands:
            yield "class:question", "The clock stands: `start`, or Enter, lets it go on."
