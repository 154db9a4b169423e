"""Messages of a table in, lines of JSON on a socket out, and back; both ways bounded, and nobody ever waits.

Whatever the other end sends, the worst that comes of it is that it is hung up on.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator import values
from simulator.console.telling import Line
from simulator.events import (
    KINDS,
    Acknowledged,
    Acted,
    AlertChanged,
    Answered,
    Approved,
    Assigned,
    Assumed,
    Collected,
    ControlOrdered,
    ControlTookEffect,
    Decided,
    Declared,
    Delivered,
    Ended,
    Event,
    Hinted,
    Hypothesised,
    Joined,
    Left,
    Noted,
    Observed,
    Opened,
    Paused,
    Posted,
    Resolved,
    Resumed,
    Returned,
    Sped,
    Started,
    StepEnded,
    StepStarted,
    canonical,
)

CHUNK = 65_536
LONGEST_SAID = 32_768
"""Bytes of a line from a participant."""
LONGEST_TOLD = 4_000_000
"""Bytes of a line to a participant."""
MOST_UNSENT = 8_000_000
"""Bytes that wait for somebody who does not read, before they are hung up on."""

LOST = "The facilitator's terminal is gone. If the drill goes on, the same command brings you back."
"""What those at a table are told when it goes without an end of the drill."""

PUBLIC = (
    Acknowledged, Acted, AlertChanged, Answered, Approved, Assigned, Assumed, Collected, ControlOrdered,
    ControlTookEffect, Decided, Declared, Delivered, Ended, Hinted, Hypothesised, Joined, Left, Noted, Observed,
    Opened, Paused, Posted, Resolved, Resumed, Returned, Sped, Started, StepEnded, StepStarted,
)  # fmt: skip
"""What participants are shown. What is not named here leaves the facilitator's process only in the record."""


class GoneError(Exception):
    """The other end has hung up, or must be hung up on; the message says why."""


@dataclass(frozen=True, slots=True)
class Hello:
    """Somebody comes to the table."""

    name: str = ""
    role: str = ""
    watch: bool = False
    """Reads along, and types nothing."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a participant typed."""

    line: str
    width: int = 80


def public(event: Event) -> Mapping[str, Any] | None:
    """An event as participants get it, without number and hash, which tell of what lies between; or nothing."""
    if not isinstance(event.payload, PUBLIC):
        return None
    return {"t": event.t, "actor": event.actor, "kind": event.kind, "data": event.payload}


def event_of(row: Mapping[str, Any]) -> Event:
    """The event of such a message, without a place in a record; ValueError or KeyError when it is none."""
    return Event(
        seq=0,
        t=values.structure(row["t"], float),
        actor=values.structure(row["actor"], str),
        payload=values.structure(row["data"], KINDS[row["kind"]]),
    )


def lines_of(rows: object) -> list[Line]:
    """Styled lines of a message; ValueError when they are none."""
    return [(style, text) for style, text in values.structure(rows, tuple[tuple[str, str], ...])]


def encoded(message: Mapping[str, Any]) -> bytes:
    """One line."""
    return canonical(message).encode("utf-8", "replace") + b"\n"


class Wire:
    """One end of a connection."""

    def __init__(self, end: socket.socket, *, longest: int) -> None:
        """``longest``: bytes of a line that is taken from the other end."""
        end.setblocking(False)
        self._end = end
        self._longest = longest
        self._come = b""
        self._unsent = bytearray()

    def fileno(self) -> int:
        return self._end.fileno()

    @property
    def has_unsent(self) -> bool:
        return bool(self._unsent)

    def send(self, line: bytes) -> None:
        """Send now what the other end takes now, and keep the rest; GoneError when too much is kept."""
        self._unsent += line
        self.flush()
        if len(self._unsent) > MOST_UNSENT:
            raise GoneError("it does not read what it is sent")

    def flush(self) -> None:
        """Send of what was kept as much as the other end takes now."""
        try:
            while self._unsent:
                del self._unsent[: self._end.send(self._unsent[:CHUNK])]
        except BlockingIOError:
            return
        except OSError as error:
            raise GoneError(f"it is gone: {error.strerror}") from error

    def receive(self) -> list[Mapping[str, Any]]:
        """The messages that have come whole; GoneError at the end of them, or at what is none."""
        try:
            chunk = self._end.recv(CHUNK)
        except BlockingIOError:
            return []
        except OSError as error:
            raise GoneError(f"it is gone: {error.strerror}") from error
        if not chunk:
            raise GoneError("it hung up")
        *lines, self._come = (self._come + chunk).split(b"\n")
        if max(map(len, [*lines, self._come])) > self._longest:
            raise GoneError(f"it sent a line longer than {self._longest} bytes")
        return [_message(line) for line in lines]

    def close(self) -> None:
        self._end.close()


def _message(line: bytes) -> Mapping[str, Any]:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        raise GoneError("it sent what is no message of a table")
    return message
