"""A connection and what happened so far in, a guest of a table out: sent that in parts, heard as is fair."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.console.places import Place
from simulator.console.wire import MOST_UNSENT, GoneError, Wire

BURST, LINES_PER_S = 20.0, 10.0
"""What one guest may say at once, and for long; the rest waits in their own process."""
PART = 262_144
"""Bytes of the past that are on their way to a guest at once."""


@dataclass(slots=True, eq=False)
class Guest:
    """At a place once somebody has said who comes."""

    wire: Wire
    since: float
    place: Place | None = None
    greeted: bool = False
    messages: deque[Mapping[str, Any]] = field(default_factory=deque)
    """What has come and is not heard yet."""
    tokens: float = BURST
    counted: float = 0.0
    past: Sequence[bytes] | None = None
    """What happened, growing at its end, as long as they have not caught up with it."""
    sent: int = 0
    """Lines of it."""
    later: list[bytes] = field(default_factory=list)
    """What is said to them when they have."""

    @property
    def is_late(self) -> bool:
        """Whether something is still to be sent."""
        return self.past is not None or self.wire.has_unsent

    def may_say(self, now: float) -> Iterator[Mapping[str, Any]]:
        """What has come, as often as is fair."""
        self.tokens = min(BURST, self.tokens + (now - self.counted) * LINES_PER_S)
        self.counted = now
        while self.messages and self.tokens >= 1:
            self.tokens -= 1
            yield self.messages.popleft()

    def catch_up(self, past: Sequence[bytes]) -> None:
        """Begin to send what happened; what is sent otherwise comes behind it."""
        self.past = past
        self.go_on()

    def send(self, line: bytes, *, happened: bool = False) -> None:
        """``happened``: it is the last of the past too. GoneError when too much waits for them."""
        if self.past is None:
            self.wire.send(line)
        elif not happened:
            self.later.append(line)
            if sum(map(len, self.later)) > MOST_UNSENT:
                raise GoneError("it does not read what it is sent")

    def go_on(self) -> None:
        """Send what the other end takes now: what was kept, then the next part of the past."""
        self.wire.flush()
        if self.past is None or self.wire.has_unsent:
            return
        part = bytearray()
        while self.sent < len(self.past) and len(part) < PART:
            part += self.past[self.sent]
            self.sent += 1
        if self.sent == len(self.past):
            self.past = None
        self.wire.send(bytes(part))
        if self.past is None:
            waited, self.later = self.later, []
            for line in waited:
                self.wire.send(line)
